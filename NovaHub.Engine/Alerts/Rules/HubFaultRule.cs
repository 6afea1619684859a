namespace NovaHub.Engine.Alerts.Rules;

/// <summary>Something that keeps the hub itself from doing its job.</summary>
/// <param name="Name">What was looked at: <c>disk</c>.</param>
/// <param name="Sentence">What is wrong.</param>
public sealed record HubFault(string Name, string Sentence);

/// <summary>The hub itself can't do its job. Who serves knows how to look.</summary>
/// <param name="look">Gives what is wrong now.</param>
public sealed class HubFaultRule(Func<CancellationToken, Task<IReadOnlyList<HubFault>>> look) : IAlertRule
{
    /// <inheritdoc/>
    public AlertKind Kind => AlertKind.HubFault;

    /// <inheritdoc/>
    public IReadOnlyList<string> Topics { get; } = [];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AlertCondition>> LookAsync(CancellationToken cancellationToken) =>
        [.. (await look(cancellationToken)).Select(f => new AlertCondition($"hub:{f.Name}", AlertWeight.Bad, f.Sentence))];
}
