using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Storage.Opening;

/// <summary>
/// Looks twice a second whether the ledger's files are still those that the hub has open. If not, nothing is written any more,
/// and what the hub holds in a removed WAL is brought into the database while it still can be.
/// </summary>
internal sealed class LedgerFilesWatch(
    LedgerOpening opening, StorageOptions options, LedgerDamage damage, TimeProvider clock, ILogger<LedgerFilesWatch> log) : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    private bool _done;
    private bool _told;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_look, clock);
        try
        {
            while (!_done && await timer.WaitForNextTickAsync(stoppingToken))
            {
                Look();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            if (!_done)
            {
                // Removed in the last half second, or not yet brought in
                Look();
            }
        }
    }

    private void Look()
    {
        if (opening.Files is not { } files)
        {
            return;
        }

        Exception? failure = null;
        try
        {
            if (files.LookWell() is not { } fault)
            {
                return;
            }

            // First, so that nothing is written behind what is brought in
            damage.Note(fault);
            if (!fault.CanBeRescued)
            {
                _done = true;
                return;
            }

            using var turn = LedgerTurn.TryTake(options);
            if (turn is not null && LedgerCheckpoint.Rescue(options, files.Connection))
            {
                _done = true;
                Log.Rescued(log, options.DatabasePath);
                return;
            }
        }
        catch (Exception trouble) when (trouble is DbException or IOException or UnauthorizedAccessException)
        {
            failure = trouble;
        }

        if (!_told)
        {
            _told = true;
            Log.NotRescued(log, options.DatabasePath, failure);
        }
    }
}
