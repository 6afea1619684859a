using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>What was found in OUTBOUND.</summary>
/// <param name="Entered">Packets that were new to the ledger.</param>
/// <param name="Foreign">Files that are no packets of this league, reported for the first time.</param>
/// <param name="CutOff">Packets of a killed game that are not whole: set aside, not delivered.</param>
/// <param name="Stuck">Files that could not be read or removed, each with the reason.</param>
/// <param name="Resting">Whether there are files that have not rested long enough.</param>
internal sealed record Collected(
    int Entered, IReadOnlyList<string> Foreign, IReadOnlyList<string> CutOff, IReadOnlyList<string> Stuck, bool Resting)
{
    public static Collected Nothing { get; } = new(0, [], [], [], false);
}

/// <summary>Takes what a game left in OUTBOUND: into the ledger first, committed, then the file goes.</summary>
internal sealed class OutboundCollector(RunStore store, HubDirectory directory, StorageOptions storage, TimeProvider clock)
{
    private const int LargestPacket = 10 * 1024 * 1024;
    private const int AtOnce = 200;

    /// <summary>Collects. The caller holds the league's lease.</summary>
    /// <param name="folder">The game folder.</param>
    /// <param name="runId">The run whose game wrote, or null for local play.</param>
    /// <param name="settled">Takes only files that rested so long; zero after a run.</param>
    /// <param name="killed">The game was killed: a packet that is not whole is set aside.</param>
    public async Task<Collected> CollectAsync(GameFolder folder, long? runId, TimeSpan settled, bool killed)
    {
        if (!Directory.Exists(folder.Outbound) || !directory.Current.Leagues.TryGetValue(folder.League, out var league))
        {
            return Collected.Nothing;
        }

        var sorting = new Sorting(league, runId, killed);
        var entered = 0;
        var there = Directory.EnumerateFiles(folder.Outbound).Order(StringComparer.OrdinalIgnoreCase).ToLookup(f => IsRested(f, settled));
        foreach (var files in there[true].Chunk(AtOnce))
        {
            foreach (var file in files)
            {
                await Guarded(sorting, file, () => SortAsync(sorting, file));
            }

            entered += sorting.Found.Count == 0 ? 0 : await store.EnterAsync(folder.League, runId, sorting.Found);
            foreach (var packet in sorting.Found)
            {
                await Guarded(sorting, packet.Path, () =>
                {
                    File.Delete(packet.Path);
                    return Task.CompletedTask;
                });
            }

            sorting.Found.Clear();
        }

        return new Collected(entered, sorting.Foreign, sorting.CutOff, sorting.Stuck, there[false].Any());
    }

    private async Task SortAsync(Sorting sorting, string file)
    {
        var (league, name) = (sorting.League, Path.GetFileName(file));
        var length = new FileInfo(file).Length;
        if (!IsOfLeague(name, league, out var packet) || length > LargestPacket || (length == 0 && !sorting.Killed))
        {
            if (!IsOwnNodelist(name, league.Id) && await store.ReportOnceAsync(league.Id, name))
            {
                sorting.Foreign.Add(name);
            }

            return;
        }

        var bytes = await File.ReadAllBytesAsync(file);
        if (sorting.Killed && (length == 0 || (league.Id.Game == Game.Bre && !BrePacketShape.IsWhole(bytes))))
        {
            SetAside(league.Id, file, sorting.RunId);
            sorting.CutOff.Add(name);
            return;
        }

        sorting.Found.Add(new FoundPacket(file, packet, bytes));
    }

    // One file that can't be read must not keep the others from their boards
    private static async Task Guarded(Sorting sorting, string file, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            sorting.Stuck.Add($"{Path.GetFileName(file)}: {failure.Message}");
        }
    }

    private static bool IsOfLeague(string name, LeagueEntry league, out PacketName packet) =>
        PacketName.TryParse(name, out packet) && packet.League == league.Id
        && packet.Source == league.HubIndex && league.Members.ContainsKey(packet.Dest);

    // The coordinator's own game drops one there; the hub makes its own
    private static bool IsOwnNodelist(string name, LeagueId league) => name.Equals(league.NodelistName, StringComparison.OrdinalIgnoreCase);

    private bool IsRested(string file, TimeSpan settled) =>
        settled == TimeSpan.Zero || clock.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(file) >= settled;

    private void SetAside(LeagueId league, string file, long? runId)
    {
        var aside = Path.Combine(storage.Root, "set-aside", league.ToString());
        Directory.CreateDirectory(aside);
        File.Copy(file, Path.Combine(aside, $"{Path.GetFileName(file)}.run{runId}"), overwrite: true);
        DurableFile.SyncFileSystem(aside);
        File.Delete(file);
    }

    private sealed record Sorting(LeagueEntry League, long? RunId, bool Killed)
    {
        public List<FoundPacket> Found { get; } = [];

        public List<string> Foreign { get; } = [];

        public List<string> CutOff { get; } = [];

        public List<string> Stuck { get; } = [];
    }
}
