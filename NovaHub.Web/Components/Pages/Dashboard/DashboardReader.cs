using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;

namespace NovaHub.Web.Components.Pages.Dashboard;

/// <summary>What the dashboard reads from the database.</summary>
/// <param name="Totals">Totals and queues.</param>
/// <param name="Waiting">What waits, by seat.</param>
/// <param name="Packets">The latest packets, newest first.</param>
public sealed record DashboardData(LedgerTotals Totals, IReadOnlyList<WaitingCount> Waiting, IReadOnlyList<Packet> Packets);

/// <summary>Reads the dashboard once for everybody who looks at it at the same moment.</summary>
internal sealed class DashboardReader(LedgerReader ledger, WaitingMail waiting, RunHistory history, TimeProvider clock) : IDisposable
{
    public const int LatestPackets = 10;
    public const int LatestRuns = 6;

    // Shorter than anybody notices, longer than a hundred open dashboards need to ask the same thing
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private DashboardData? _data;
    private long _readAt;

    public async Task<DashboardData> ReadAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (_data is null || clock.GetElapsedTime(_readAt) > Fresh)
            {
                _readAt = clock.GetTimestamp();
                _data = new DashboardData(
                    await ledger.TotalsAsync(cancellationToken),
                    await waiting.CountAsync(cancellationToken),
                    await ledger.LatestAsync(null, LatestPackets, cancellationToken));
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

    public void Dispose() => _reading.Dispose();
}
