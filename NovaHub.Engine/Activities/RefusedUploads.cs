using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Activities;

/// <summary>
/// Notes refused uploads beside the answer to the board, which never waits for it. One that a board offers with every call
/// is told in the activity once.
/// </summary>
public sealed class RefusedUploads(ActivityLog activities, GroupCommit commits, TimeProvider clock, ILogger<RefusedUploads> log) : BackgroundService
{
    /// <summary>One that did not come for so long is told anew when it comes again.</summary>
    public static readonly TimeSpan Forgotten = TimeSpan.FromDays(7);

    /// <summary>So many of a board are kept, the latest.</summary>
    public const int MostOfABoard = 100;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(10);

    private readonly RefusalGate _gate = new(clock);
    private readonly Channel<Refusal> _notes = Channel.CreateBounded<Refusal>(
        new BoundedChannelOptions(1024) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Notes a refusal.</summary>
    /// <param name="bbsId">The board.</param>
    /// <param name="board">Its name.</param>
    /// <param name="league">The league it was sent to, or null when that was no league id.</param>
    /// <param name="reason">The sentence that the board got.</param>
    public void Note(int bbsId, string board, LeagueId? league, string reason)
    {
        if (_gate.Tells(bbsId, board, reason))
        {
            _notes.Writer.TryWrite(new Refusal(bbsId, board, league, reason, clock.GetUtcNow().UtcDateTime));
        }
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(WriteAsync(stoppingToken), LookAsync(stoppingToken));

    private async Task WriteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var note in _notes.Reader.ReadAllAsync(stoppingToken))
            {
                await KeepAsync(() => commits.WriteAsync(writer => Keep(writer, note), stoppingToken));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_look, clock);
        var forgot = long.MinValue;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (var (bbsId, board, counted) in _gate.TakeOver())
                {
                    var sentence = $"{(counted == 1 ? "1 more upload" : $"{counted} more uploads")} of {board} {(counted == 1 ? "was" : "were")} refused in the same minute.";
                    await KeepAsync(() => activities.AddAsync(new Activity { Kind = ActivityKind.UploadRefused, Sentence = sentence, BbsId = bbsId, Notable = true }, stoppingToken));
                }

                if (forgot == long.MinValue || clock.GetElapsedTime(forgot) > TimeSpan.FromHours(1))
                {
                    forgot = clock.GetTimestamp();
                    await KeepAsync(() => activities.ForgetAsync(stoppingToken));
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>Notes one, past the gate.</summary>
    internal Task KeepAsync(int bbsId, string board, LeagueId? league, string reason) =>
        commits.WriteAsync(writer => Keep(writer, new Refusal(bbsId, board, league, reason, clock.GetUtcNow().UtcDateTime)));

    private static bool Keep(LedgerWriter writer, Refusal note)
    {
        if (writer.Execute(
            """UPDATE "RefusedUploads" SET "LastAt" = @p0 WHERE "BbsId" = @p1 AND "Reason" = @p2 AND "LastAt" > @p3""",
            note.At, note.BbsId, note.Reason, note.At - Forgotten) == 1)
        {
            return true;
        }

        writer.Execute(
            """
            INSERT INTO "RefusedUploads" ("BbsId", "Reason", "LeagueId", "FirstAt", "LastAt") VALUES (@p0, @p1, @p2, @p3, @p3)
            ON CONFLICT ("BbsId", "Reason") DO UPDATE SET "FirstAt" = @p3, "LastAt" = @p3
            """,
            note.BbsId, note.Reason, note.League?.ToString(), note.At);
        writer.Execute(
            """
            DELETE FROM "RefusedUploads" WHERE "BbsId" = @p0 AND ("LastAt" <= @p1 OR "Reason" NOT IN
              (SELECT "Reason" FROM "RefusedUploads" WHERE "BbsId" = @p0 ORDER BY "LastAt" DESC LIMIT @p2))
            """,
            note.BbsId, note.At - Forgotten, MostOfABoard);
        ActivityLog.Add(writer, new Activity
        {
            At = note.At,
            Kind = ActivityKind.UploadRefused,
            Sentence = $"An upload of {note.Board} was refused: {note.Reason}",
            LeagueId = note.League,
            BbsId = note.BbsId,
            Notable = true,
        });
        return true;
    }

    // A note that the disk did not take is not worth a stopped hub
    private async Task KeepAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception failure) when (failure is DbException or ChannelClosedException or InvalidOperationException)
        {
            Log.NotKept(log, failure);
        }
    }

    private sealed record Refusal(int BbsId, string Board, LeagueId? League, string Reason, DateTime At);
}
