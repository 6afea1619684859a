using System.Collections.Concurrent;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace NovaHub.Web.Components.Live;

/// <summary>Counts the consoles that people have open.</summary>
internal sealed class OpenCircuits : CircuitHandler
{
    private readonly ConcurrentDictionary<string, bool> _circuits = new(StringComparer.Ordinal);

    /// <summary>Consoles, also those whose browser is out of reach for a moment.</summary>
    public int Count => _circuits.Count;

    /// <summary>Consoles whose browser is there.</summary>
    public int Connected => _circuits.Count(c => c.Value);

    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken) => Set(circuit, false);

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken) => Set(circuit, true);

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken) => Set(circuit, false);

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        _circuits.TryRemove(circuit.Id, out _);
        return Task.CompletedTask;
    }

    private Task Set(Circuit circuit, bool connected)
    {
        _circuits[circuit.Id] = connected;
        return Task.CompletedTask;
    }
}
