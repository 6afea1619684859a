using NovaHub.Engine.Dos;
using NovaHub.Engine.Leagues;

namespace NovaHub.Engine.Runs;

/// <summary>What a run does in its game folder before the first packet is put there.</summary>
internal sealed class RunPreparation(RunTools tools, RunProgress progress, Run run, League league, GameFolder folder)
{
    /// <summary>What is put before the game, pass by pass.</summary>
    public IReadOnlyList<IReadOnlyList<StagedPacket>> Passes { get; private set; } = [[]];

    /// <summary>Sees to what the game needs before a packet is put there: room, the node file, the run's mark.</summary>
    /// <returns>Why the game can't be started, or null.</returns>
    public async Task<(VerdictKind Kind, string Sentence)?> ReadyAsync(IDosMachine machine)
    {
        if (GameDisk.Fault(folder, tools.Options.MinFreeMegabytes) is { } full)
        {
            return (VerdictKind.Disk, full);
        }

        try
        {
            await WriteNodelistAsync();
            progress.Judge(folder.Notices().Select(n => new Judgement(VerdictKind.GameFolder, VerdictWeight.Notice, n)));
            var hub = FolderIdentity.HubMark(tools.Storage);
            if (FolderIdentity.Read(folder).Hub is { } other && other != hub)
            {
                progress.Judge(VerdictKind.GameFolder, VerdictWeight.Notice, $"Another hub's runs used {folder.Path} before ({FolderIdentity.FileName} says so). Two hubs must not run one game.");
            }

            FolderIdentity.Write(folder, hub, run);
            Passes = Plan(machine);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (VerdictKind.GameFolder, $"The game folder can't be used: {failure.Message} The packets stay queued.");
        }
    }

    // Divides what waits into passes, and says what is not put before the game and why
    private IReadOnlyList<IReadOnlyList<StagedPacket>> Plan(IDosMachine machine)
    {
        var most = tools.Options.MostPackets;
        var listed = folder.ListedNodes();
        var waiting = tools.Store.Waiting(league.Id, league.HubIndex, most).ToLookup(p => listed.Contains(p.Name.Source));
        foreach (var sender in waiting[false].GroupBy(p => p.Name.Source).OrderBy(g => g.Key))
        {
            progress.Judge(VerdictKind.Nodelist, VerdictWeight.Bad,
                $"{Words.Packets(sender.Count())} from node {sender.Key} {(sender.Count() == 1 ? "waits" : "wait")}: the game's own node file {league.Id.Game.NodelistDat} has no node {sender.Key}, and a game deletes mail of nodes that it does not know. Add the board to the league, or give {(sender.Count() == 1 ? "the packet" : "its packets")} up.");
        }

        var several = PassExecution.ReadingCommand(league.MaintenanceCommand) is not null;
        var (passes, taken) = PassPlan.Make(
            waiting[true], machine.ListsByName, new PassLimits(several ? tools.Options.MostPasses : 1, most, RunOptions.MostBytes), Inbound.TakenNames(folder));
        if (taken.Count > 0)
        {
            progress.Judge(VerdictKind.Consumption, VerdictWeight.Bad,
                $"INBOUND has a file of its own named {taken[0].Name}{(taken.Count > 1 ? $" and {taken.Count - 1} more" : "")}; the hub's packet of that name, and what came after it from its board, waits. See what the file is and move it away.");
        }

        return passes;
    }

    private async Task WriteNodelistAsync()
    {
        await using var db = await tools.Databases.CreateDbContextAsync();
        if (await NodelistPublisher.CurrentAsync(db, league.Id, CancellationToken.None) is { } nodelist)
        {
            folder.WriteNodelist(nodelist.Bytes);
        }
    }
}
