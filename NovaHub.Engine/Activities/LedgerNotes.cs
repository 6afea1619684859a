using Microsoft.Extensions.Hosting;
using NovaHub.Engine.Storage.Opening;

namespace NovaHub.Engine.Activities;

/// <summary>Tells people what the opening of the ledger found worth knowing.</summary>
internal sealed class LedgerNotes(LedgerOpening opening, ActivityLog log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => opening.Note is { } note
        ? log.AddAsync(new Activity { Kind = ActivityKind.LedgerRestored, Sentence = note, Notable = true }, cancellationToken)
        : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
