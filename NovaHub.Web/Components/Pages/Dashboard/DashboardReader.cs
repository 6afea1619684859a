using System.Collections.Concurrent;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;

namespace NovaHub.Web.Components.Pages.Dashboard;

/// <summary>What the dashboard reads from the database.</summary>
/// <param name="Totals">Totals and queues.</param>
/// <param name="Waiting">What waits, by seat.</param>
/// <param name="Packets">The latest packets, newest first.</param>
/// <param name="Usual">Today against the usual.</param>
public sealed record DashboardData(LedgerTotals Totals, IReadOnlyList<WaitingCount> Waiting, IReadOnlyList<Packet> Packets, UsualDay Usual);

/// <summary>Reads the dashboard once for everybody who looks at it at the same moment.</summary>
internal sealed class DashboardReader(
    LedgerReader ledger, WaitingMail waiting, RunHistory history, TrafficReader traffic, HubDirectory directory, TimeProvider clock) : IDisposable
{
    public const int LatestPackets = 10;
    public const int LatestRuns = 6;

    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestRest = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_trafficRest = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly SemaphoreSlim _readingTraffic = new(1, 1);
    private readonly ConcurrentDictionary<string, (long At, IReadOnlyList<TrafficHour> Hours)> _traffic = new(StringComparer.Ordinal);
    private DashboardData? _data;
    private (DateTime Hour, IReadOnlyList<TrafficHour> Hours)? _earlier;
    private long _begun;
    private long _counted;
    private TimeSpan _took;
    private int _due;

    /// <summary>Raised when counts that were left as they were for a moment are worth another reading.</summary>
    public event Action? CountsDue;

    public async Task<DashboardData> ReadAsync(CancellationToken cancellationToken)
    {
        var asked = clock.GetTimestamp();
        await _reading.WaitAsync(cancellationToken);
        try
        {
            // A reading that began after somebody asked has all that he asked for
            if (_data is null || _begun < asked)
            {
                await RestAsync(cancellationToken);
                _begun = clock.GetTimestamp();
                var latest = await ledger.LatestAsync(null, LatestPackets, cancellationToken);
                _data = CountsRest() is var rest && _data is { } data && rest > TimeSpan.Zero
                    ? Later(data with { Packets = latest }, rest)
                    : await CountAsync(latest, cancellationToken);
            }

            return _data;
        }
        finally
        {
            _reading.Release();
        }
    }

    public async Task<IReadOnlyList<Run>> RunsAsync(CancellationToken cancellationToken) =>
        (await history.ListAsync(null, 0, LatestRuns, cancellationToken)).Runs;

    /// <summary>The latest ended run of each active league that has one.</summary>
    public async Task<IReadOnlyList<Run>> LatestOfLeaguesAsync(CancellationToken cancellationToken)
    {
        var latest = new List<Run>();
        foreach (var league in directory.Current.Leagues.Keys)
        {
            var runs = (await history.ListAsync(league, 0, 2, cancellationToken)).Runs;
            latest.AddRange(runs.Where(r => r.EndedAt is not null).Take(1));
        }

        return latest;
    }

    /// <summary>The counters that the chart of this span needs. A hundred dashboards share a reading every few seconds.</summary>
    /// <param name="span">How far back.</param>
    /// <param name="changed">Whether something happened that the answer must hold: then a reading of before is waited out.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<TrafficHour>> TrafficAsync(TrafficSpan span, bool changed, CancellationToken cancellationToken)
    {
        var asked = clock.GetTimestamp();
        if (_traffic.TryGetValue(span.Key, out var kept) && clock.GetElapsedTime(kept.At) is var age && age < s_trafficRest)
        {
            if (!changed)
            {
                return kept.Hours;
            }

            await Task.Delay(s_trafficRest - age, clock, cancellationToken);
        }

        await _readingTraffic.WaitAsync(cancellationToken);
        try
        {
            // Somebody else's reading that began after this was asked has all of it
            if (!_traffic.TryGetValue(span.Key, out kept) || kept.At < asked)
            {
                var at = clock.GetTimestamp();
                kept = (at, await traffic.SinceAsync(span.From(clock.GetUtcNow().UtcDateTime), cancellationToken));
                _traffic[span.Key] = kept;
            }

            return kept.Hours;
        }
        finally
        {
            _readingTraffic.Release();
        }
    }

    // Earlier days hardly change: they are read once an hour
    private async Task<UsualDay> UsualAsync(long today, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var hour = now.Date.AddHours(now.Hour);
        if (_earlier?.Hour != hour)
        {
            _earlier = (hour, await traffic.SinceAsync(UsualDay.From(now), cancellationToken));
        }

        return UsualDay.Of(_earlier!.Value.Hours, today, now);
    }

    public void Dispose()
    {
        _reading.Dispose();
        _readingTraffic.Dispose();
    }

    // While mail pours in, somebody always asks: who does so meanwhile shares the next reading
    private Task RestAsync(CancellationToken cancellationToken)
    {
        var rest = s_rest - clock.GetElapsedTime(_begun);
        return _data is null || rest <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(rest, clock, cancellationToken);
    }

    // A long queue takes long to count. New packets show at once all the same, the counts with the next reading
    // that leaves nine tenths of a processor to others.
    private TimeSpan CountsRest() =>
        TimeSpan.FromTicks(Math.Min(_took.Ticks * 10, s_longestRest.Ticks)) - clock.GetElapsedTime(_counted);

    private async Task<DashboardData> CountAsync(IReadOnlyList<Packet> latest, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var counts = await waiting.CountAsync(cancellationToken);
        var totals = await ledger.TotalsAsync(counts, cancellationToken);
        var data = new DashboardData(totals, counts, latest, await UsualAsync(totals.ReceivedToday, cancellationToken));
        (_counted, _took) = (began, clock.GetElapsedTime(began));
        return data;
    }

    private DashboardData Later(DashboardData data, TimeSpan rest)
    {
        if (Interlocked.Exchange(ref _due, 1) == 0)
        {
            _ = RaiseAsync();
        }

        return data;

        async Task RaiseAsync()
        {
            await Task.Delay(rest, clock, CancellationToken.None);
            Interlocked.Exchange(ref _due, 0);
            CountsDue?.Invoke();
        }
    }
}
