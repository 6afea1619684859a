using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Storage.Opening;

namespace NovaHub.Engine.Storage;

/// <summary>
/// Brings the log beside the database (<c>-wal</c>) into the database file while the writer goes on, and cuts the log back.
/// SQLite by itself does the first only inside somebody's commit, without the mark that ties the two files, and the second
/// never: the log stays as large as it ever was, and the file lags behind it for as long as few things are written.
/// </summary>
public sealed class LedgerCheckpoints(StorageOptions options, LedgerDamage damage, TimeProvider clock, ILogger<LedgerCheckpoints> log) : BackgroundService
{
    /// <summary>A log of so many bytes may stay for <see cref="Lag"/>.</summary>
    public const long Kept = 8 * 1024 * 1024;

    /// <summary>A longer log is cut at once, however much is written.</summary>
    public const long Most = 32 * 1024 * 1024;

    /// <summary>After this time at the latest the file has what was written.</summary>
    public static readonly TimeSpan Lag = TimeSpan.FromMinutes(1);

    /// <summary>A log above <see cref="Kept"/> is cut when nothing was written for so long.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    // What the health checks of an idle hub write can wait longer
    private const long Little = 64 * 1024;
    private static readonly TimeSpan s_littleLag = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    // Where a long reading or a full disk kept the log from being cut
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(5);

    private (long Length, DateTime WrittenAt) _seen;
    private long _seenAt = clock.GetTimestamp();
    private (long Length, DateTime WrittenAt) _brought;
    private long _broughtAt = clock.GetTimestamp();
    private TimeSpan _pause;

    private (long Length, DateTime WrittenAt) Now =>
        new FileInfo(LedgerFiles.WalOf(options.DatabasePath)) is { Exists: true } file ? (file.Length, file.LastWriteTimeUtc) : default;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_look, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Look();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>Looks once and does what is due.</summary>
    internal void Look()
    {
        try
        {
            var now = Now;
            if (now != _seen)
            {
                (_seen, _seenAt) = (now, clock.GetTimestamp());
            }

            if (damage.Found is null && now.Length > 0 && now != _brought && IsDue(now.Length))
            {
                Bring();
            }
        }
        catch (Exception failure) when (failure is DbException or IOException or UnauthorizedAccessException)
        {
            damage.Note(failure);
            (_broughtAt, _pause) = (clock.GetTimestamp(), s_again);
            Log.NotBrought(log, failure);
        }
    }

    private bool IsDue(long length)
    {
        var since = clock.GetElapsedTime(_broughtAt);
        return since >= _pause && (length > Most
            || (length > Kept && clock.GetElapsedTime(_seenAt) >= Quiet)
            || since >= (length > Little ? Lag : s_littleLag));
    }

    // Another process may be opening or closing the database, or doing this: then the next look sees
    private void Bring()
    {
        using var turn = LedgerTurn.TryTake(options);
        if (turn is not null)
        {
            LedgerCheckpoint.Run(options);
            // What somebody kept from being cut is due again, also when nothing is written any more
            var now = Now;
            var cut = now.Length <= Kept;
            (_brought, _broughtAt, _pause) = (cut ? now : default, clock.GetTimestamp(), cut ? TimeSpan.Zero : s_again);
        }
    }
}
