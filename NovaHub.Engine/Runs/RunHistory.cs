using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>A run with all that it left.</summary>
/// <param name="Run">The run.</param>
/// <param name="Phases">The game's phases.</param>
/// <param name="Items">Items read and written.</param>
/// <param name="Verdicts">What was judged.</param>
/// <param name="Files">Reports, without their bytes.</param>
/// <param name="PacketsIn">Packets that were staged and what became of them; at most 500.</param>
/// <param name="PacketsOut">Packets that the game wrote; at most 500.</param>
public sealed record RunReport(
    Run Run, IReadOnlyList<RunPhase> Phases, IReadOnlyList<RunItem> Items, IReadOnlyList<RunVerdict> Verdicts,
    IReadOnlyList<RunFile> Files, IReadOnlyList<(Packet Packet, bool? Consumed, HeldReason? Doubt)> PacketsIn, IReadOnlyList<Packet> PacketsOut);

/// <summary>Reads runs that are in the database: all of them, also those that go on in another process.</summary>
public sealed class RunHistory(IDbContextFactory<HubDb> databases)
{
    private const int MostPackets = 500;

    /// <summary>Runs, newest first, and how many there are.</summary>
    /// <param name="league">Of this league only, or null for all.</param>
    /// <param name="skip">How many of the newest to leave out.</param>
    /// <param name="take">At most so many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<(IReadOnlyList<Run> Runs, int Total)> ListAsync(LeagueId? league, int skip, int take, CancellationToken cancellationToken) =>
        PageAsync(new RunFilter { League = league }, skip, take, cancellationToken);

    /// <summary>A page of runs, and how many fit in all.</summary>
    /// <param name="filter">Which, and in which order.</param>
    /// <param name="skip">How many to leave out.</param>
    /// <param name="take">At most so many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<(IReadOnlyList<Run> Runs, int Total)> PageAsync(RunFilter filter, int skip, int take, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var runs = filter.Of(db.Set<Run>().AsNoTracking());
        return (await filter.Sorted(runs).Skip(skip).Take(take).ToListAsync(cancellationToken), await runs.CountAsync(cancellationToken));
    }

    /// <summary>Whether there is any run at all.</summary>
    /// <param name="league">Of this league, or null for any.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<bool> AnyAsync(LeagueId? league, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await new RunFilter { League = league }.Of(db.Set<Run>()).AnyAsync(cancellationToken);
    }

    /// <summary>The number of the run of the same league before this one, or null.</summary>
    public async Task<long?> BeforeAsync(Run run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<Run>().Where(r => r.LeagueId == run.LeagueId && r.Id < run.Id).OrderByDescending(r => r.Id).Select(r => (long?)r.Id).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>One run with all that it left, or null.</summary>
    public async Task<RunReport?> FindAsync(long runId, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var run = await db.Set<Run>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId, cancellationToken);
        if (run is null)
        {
            return null;
        }

        var packetsIn = await db.Set<RunPacket>().Where(p => p.RunId == runId).OrderBy(p => p.PacketId).Take(MostPackets)
            .Join(db.Set<Packet>(), p => p.PacketId, p => p.Id, (staged, packet) => new { packet, staged.Consumed, staged.Doubt })
            .AsNoTracking().ToListAsync(cancellationToken);
        return new RunReport(
            run,
            await db.Set<RunPhase>().AsNoTracking().Where(p => p.RunId == runId).OrderBy(p => p.Order).ToListAsync(cancellationToken),
            await db.Set<RunItem>().AsNoTracking().Where(p => p.RunId == runId).OrderBy(p => p.Order).ToListAsync(cancellationToken),
            await db.Set<RunVerdict>().AsNoTracking().Where(p => p.RunId == runId).OrderBy(p => p.Order).ToListAsync(cancellationToken),
            await db.Set<RunFile>().AsNoTracking().Where(p => p.RunId == runId).OrderBy(p => p.Name).ToListAsync(cancellationToken),
            [.. packetsIn.Select(p => (p.packet, p.Consumed, p.Doubt))],
            await db.Set<Packet>().AsNoTracking().Where(p => p.WrittenInRunId == runId).OrderBy(p => p.Id).Take(MostPackets).ToListAsync(cancellationToken));
    }

    /// <summary>The recording of a run's screen, or null.</summary>
    public async Task<RunRecording?> RecordingAsync(long runId, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<RunRecording>().AsNoTracking().SingleOrDefaultAsync(r => r.RunId == runId, cancellationToken);
    }

    /// <summary>What the game printed in a run, one line a row, or null when nothing was recorded.</summary>
    public async Task<string?> TranscriptAsync(long runId, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<RunRecording>().Where(r => r.RunId == runId).Select(r => r.Transcript).SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>The bytes of a file that a run left, or null.</summary>
    public async Task<byte[]?> FileAsync(long runId, string name, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<RunFile>().Where(f => f.RunId == runId && f.Name == name)
            .Join(db.Set<Content>(), f => f.Sha256, c => c.Sha256, (_, content) => content.Bytes).FirstOrDefaultAsync(cancellationToken);
    }
}
