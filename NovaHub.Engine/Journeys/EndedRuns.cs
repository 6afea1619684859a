using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Journeys;

/// <summary>Notes the ends of runs as activity: of this process and of others, also those that ended while the hub was down.</summary>
internal sealed class EndedRuns(GroupCommit commits, SignalWatch signals, ILogger<EndedRuns> log) : BackgroundService
{
    private readonly SemaphoreSlim _called = new(1, 1);

    public override void Dispose()
    {
        signals.Changed -= OnSignal;
        _called.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        signals.Changed += OnSignal;
        try
        {
            while (true)
            {
                await _called.WaitAsync(stoppingToken);
                await TakeAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            signals.Changed -= OnSignal;
        }
    }

    private async Task TakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await commits.WriteAsync(
                writer =>
                {
                    var added = writer.Execute(
                        """
                        INSERT INTO "Activities" ("At", "Kind", "Sentence", "LeagueId", "RunId", "Notable", "Who")
                        SELECT r."EndedAt", @p0, COALESCE(r."Summary", ''), r."LeagueId", r."Id", CASE WHEN r."Outcome" IN (@p1, @p2) THEN 0 ELSE 1 END, r."RequestedBy"
                        FROM (SELECT * FROM "Runs" ORDER BY "Id" DESC LIMIT 200) r
                        WHERE r."EndedAt" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "Activities" a WHERE a."RunId" = r."Id") ORDER BY r."EndedAt"
                        """,
                        nameof(ActivityKind.RunEnded), nameof(RunOutcome.Good), nameof(RunOutcome.Cancelled));
                    if (added > 0)
                    {
                        writer.Raise(ActivityLog.Topic);
                    }

                    return added;
                },
                cancellationToken);
        }
        catch (DbException failure)
        {
            Log.RunsNotNoted(log, failure);
        }
    }

    private void OnSignal(string topic)
    {
        if (topic == Signal.Runs && _called.CurrentCount == 0)
        {
            _called.Release();
        }
    }
}
