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

    private readonly SemaphoreSlim _reading = new(1, 1);
    private DashboardData? _data;
    private long _begun;

    public async Task<DashboardData> ReadAsync(CancellationToken cancellationToken)
    {
        var asked = clock.GetTimestamp();
        await _reading.WaitAsync(cancellationToken);
        try
        {
            // A reading that began after somebody asked has all that he asked for: a hundred dashboards cost two readings
            if (_data is null || _begun < asked)
            {
                _begun = clock.GetTimestamp();
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
