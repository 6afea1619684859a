using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Web.Components.Live;
using NovaHub.Web.Components.Pages.Dashboard;

namespace NovaHub.Web.Components.Pages.Bbses;

/// <summary>A board's traffic, as it is drawn.</summary>
/// <param name="Labels">One for each step; most are empty, so that those that stand there can be read.</param>
/// <param name="Traffic">The counts.</param>
/// <param name="Summary">The chart in a sentence.</param>
public sealed record BoardChart(IReadOnlyList<string> Labels, SeatTraffic Traffic, string Summary)
{
    /// <summary>The spans that a board's chart has: a week and a month.</summary>
    public static IReadOnlyList<TrafficSpan> Spans { get; } = [.. TrafficSpan.All.Where(s => s.Key != "24h")];

    /// <summary>The span with this key; the shortest for anything else.</summary>
    public static TrafficSpan SpanOf(string? key) => Spans.FirstOrDefault(s => s.Key == key) ?? Spans[0];

    public static BoardChart Of(TrafficSpan span, DateTime from, SeatTraffic traffic, TimeZoneInfo zone)
    {
        var (sent, forIt) = (traffic.Sent.Sum(), traffic.ForIt.Sum());
        return new BoardChart(
            [.. Enumerable.Range(0, span.Bars).Select(i => TrafficChart.Label(span, from, i, zone))], traffic,
            sent + forIt == 0 ? $"No packet in the last {span.Name}." : $"In the last {span.Name} it sent {Words.Count(sent, "packet")}, and {Words.Count(forIt)} came in for it.");
    }
}

/// <summary>Reads boards' traffic off the circuits; what a whole list needs is read once for everybody who looks at it.</summary>
internal sealed class BoardTrafficReader(SeatTrafficReader traffic, HubDirectory directory, TimeProvider clock) : IDisposable
{
    /// <summary>Days that a sparkline shows.</summary>
    public const int SparkDays = 14;

    private const int MostKept = 20;

    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly Dictionary<string, (long At, IReadOnlyDictionary<int, SeatTraffic> Traffic)> _kept = new(StringComparer.Ordinal);

    /// <summary>One board's traffic in the steps of a span, and when the first step begins.</summary>
    public Task<(DateTime From, SeatTraffic Traffic)> ReadAsync(int boardId, TrafficSpan span, CancellationToken cancellationToken)
    {
        var from = span.From(clock.GetUtcNow().UtcDateTime);
        return Task.Run(() => (from, traffic.Read([SeatsOf(boardId)], from, span.Step, span.Bars)[0]), cancellationToken);
    }

    /// <summary>The traffic of the last <see cref="SparkDays"/> days of each board, up to a quarter of a minute old.</summary>
    public async Task<IReadOnlyDictionary<int, SeatTraffic>> SparksAsync(IReadOnlyList<int> boardIds, CancellationToken cancellationToken)
    {
        var key = string.Join(',', boardIds);
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (!_kept.TryGetValue(key, out var kept) || clock.GetElapsedTime(kept.At) > s_rest)
            {
                if (_kept.Count >= MostKept)
                {
                    _kept.Clear();
                }

                var from = clock.GetUtcNow().UtcDateTime.Date.AddDays(1 - SparkDays);
                var read = await Task.Run(() => traffic.Read([.. boardIds.Select(SeatsOf)], from, TimeSpan.FromDays(1), SparkDays), cancellationToken);
                kept = (clock.GetTimestamp(), boardIds.Zip(read).ToDictionary(p => p.First, p => p.Second));
                _kept[key] = kept;
            }

            return kept.Traffic;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();

    private IReadOnlyList<(LeagueId League, int Index)> SeatsOf(int boardId) =>
        directory.Current.BoardsById.TryGetValue(boardId, out var board) ? [.. board.Seats.Values.Select(s => (s.League, s.BbsIndex))] : [];
}
