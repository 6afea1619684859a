using NovaHub.Engine.Dos;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;

namespace NovaHub.Web.Demo;

/// <summary>What went through the hub in a demo, and whether everything that went in came out.</summary>
/// <param name="Uploaded">Packets that the boards uploaded.</param>
/// <param name="Consumed">Of those, packets that the hub's game read.</param>
/// <param name="Relayed">Of those, packets for another board.</param>
/// <param name="Written">Packets that the hub's game wrote.</param>
/// <param name="Delivered">Packets that the boards fetched.</param>
/// <param name="Waiting">Packets that still wait for a game or a board.</param>
/// <param name="UnreadByBoards">Packets that a board's game was given and did not read.</param>
/// <param name="Runs">Runs of the hub's game, and how many of them were good.</param>
internal sealed record DemoSummary(
    long Uploaded, long Consumed, long Relayed, long Written, long Delivered, int Waiting, int UnreadByBoards, (int All, int Good) Runs)
{
    public bool EverythingCameOut =>
        Uploaded > 0 && Written > 0 && Relayed > 0 && Runs.All > 0 && Runs.All == Runs.Good && Waiting == 0 && UnreadByBoards == 0
        && Uploaded == Consumed + Relayed && Written + Relayed == Delivered;

    public override string ToString() =>
        $"{Uploaded} packets uploaded, {Consumed} consumed by the hub's game, {Written} written, {Delivered} delivered, {Relayed} relayed; "
        + $"{Runs.Good} of {Runs.All} runs good, {Waiting} waiting, {UnreadByBoards} unread by the boards' games.";
}

/// <summary>Has the boards play against each other through the hub, round by round.</summary>
internal sealed class DemoRounds(IServiceProvider services, IReadOnlyList<DemoBoard> boards)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(300);

    /// <summary>One round: every board plays and uploads, the hub runs, every board fetches its mail.</summary>
    public async Task PlayAsync(int round, CancellationToken cancellationToken)
    {
        foreach (var board in boards)
        {
            await board.PlayAsync("PLANETARY /DETAILED FORCE", cancellationToken);
        }

        await boards[0].WriteDirectAsync(boards[1].BbsIndex, cancellationToken);
        var fetched = 0;
        foreach (var board in boards)
        {
            fetched += await board.SyncAsync(cancellationToken);
        }

        Console.WriteLine($"Round {round}: the boards played and uploaded; the hub's game runs.");
        await SettledAsync(cancellationToken);
        foreach (var board in boards)
        {
            fetched += await board.SyncAsync(cancellationToken);
        }

        Console.WriteLine($"Round {round}: the boards fetched {fetched} packets.");
    }

    /// <summary>Has every board's game read what is in its INBOUND, and write nothing.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        foreach (var board in boards)
        {
            await board.PlayAsync("INBOUND", cancellationToken);
        }
    }

    public async Task<DemoSummary> SummaryAsync(CancellationToken cancellationToken)
    {
        var totals = await services.GetRequiredService<LedgerReader>().TotalsAsync(cancellationToken);
        var (runs, all) = await services.GetRequiredService<RunHistory>().ListAsync(DemoLeague.Id, 0, 1000, cancellationToken);
        return new DemoSummary(
            totals.Received, totals.Consumed, totals.Relayed, totals.Written, totals.Delivered,
            totals.WaitingForGames + totals.WaitingForBoards, boards.Sum(b => b.LeftInInbound()),
            (all, runs.Count(r => r.Outcome == RunOutcome.Good)));
    }

    // The hub runs by itself after its quiet time; the round goes on when nothing waits for its game any more
    private async Task SettledAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_patience);
        var ledger = services.GetRequiredService<LedgerReader>();
        var runs = services.GetRequiredService<LiveRuns>();
        try
        {
            while ((await ledger.TotalsAsync(limit.Token)).WaitingForGames > 0 || runs.Feed.State.Running.Count > 0)
            {
                await Task.Delay(s_poll, limit.Token);
            }
        }
        catch (OperationCanceledException tooLong) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"The hub's game did not read the boards' mail within {s_patience.TotalMinutes:F0} minutes; look at its runs in the console.", tooLong);
        }
    }

    public static IDosMachine Machine(IServiceProvider services)
    {
        var choice = services.GetRequiredService<DosMachines>().Find();
        return choice.Machine ?? throw new IOException(choice.Missing);
    }
}
