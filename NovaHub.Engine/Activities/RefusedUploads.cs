using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Games;

namespace NovaHub.Engine.Activities;

/// <summary>Notes refused uploads beside the answer to the board, which never waits for it.</summary>
public sealed class RefusedUploads(ActivityLog activities, TimeProvider clock, ILogger<RefusedUploads> log) : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(10);

    private readonly RefusalGate _gate = new(clock);
    private readonly Channel<Activity> _notes = Channel.CreateBounded<Activity>(
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
            _notes.Writer.TryWrite(new Activity
            {
                At = clock.GetUtcNow().UtcDateTime,
                Kind = ActivityKind.UploadRefused,
                Sentence = $"An upload of {board} was refused: {reason}",
                LeagueId = league,
                BbsId = bbsId,
                Notable = true,
            });
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
                await KeepAsync(() => activities.AddAsync(note, stoppingToken));
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
}
