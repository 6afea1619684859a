using NovaHub.Client.Configuration;

namespace NovaHub.Client.Play;

/// <summary>One at a time in a game folder: a sync of its league, or its game.</summary>
internal sealed class GameFolders : IDisposable
{
    private readonly Dictionary<string, SemaphoreSlim> _gates = new(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    /// <summary>Takes a league's folder, or null while somebody has it.</summary>
    public IDisposable? TryTake(LeagueSettings league)
    {
        var gate = GateOf(league);
        return gate.Wait(0) ? new Taken(gate) : null;
    }

    /// <summary>Takes a league's folder as soon as it is free.</summary>
    public async Task<IDisposable> TakeAsync(LeagueSettings league, CancellationToken cancellationToken)
    {
        var gate = GateOf(league);
        await gate.WaitAsync(cancellationToken);
        return new Taken(gate);
    }

    public void Dispose()
    {
        foreach (var gate in _gates.Values)
        {
            gate.Dispose();
        }
    }

    private SemaphoreSlim GateOf(LeagueSettings league)
    {
        var folder = league.GameFolder ?? league.InboundDir;
        lock (_gates)
        {
            if (!_gates.TryGetValue(folder, out var gate))
            {
                _gates[folder] = gate = new SemaphoreSlim(1, 1);
            }

            return gate;
        }
    }

    private sealed class Taken(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
