using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Storage.Opening;

/// <summary>The ledger was found damaged while the hub was at work: nothing is written any more.</summary>
public sealed class LedgerDamagedException(string message) : DbException(message);

/// <summary>
/// Whether the database was found damaged since the hub began. It stays so until the hub is started again, with a database
/// that is whole: whatever is written into a damaged one may be lost, so nothing is, and nobody is told that it was.
/// </summary>
public sealed class LedgerDamage(ILogger<LedgerDamage> log)
{
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    private Finding? _found;

    /// <summary>What was found, or null while nothing was.</summary>
    public string? Found => Volatile.Read(ref _found)?.What;

    /// <summary>What people are told about it, with what to do; null while nothing was found.</summary>
    public string? Sentence => Volatile.Read(ref _found)?.Sentence;

    /// <summary>Notes what SQLite said, if it speaks of damage.</summary>
    public void Note(Exception? failure)
    {
        if (failure is SqliteException sqlite && IsDamage(sqlite))
        {
            Note(sqlite.Message);
        }
    }

    /// <summary>Notes what a look at the database found.</summary>
    public void Note(string finding)
    {
        if (Keep(new Finding(finding, "The ledger is damaged and takes no writes. Start the hub again: it says then what to do.")))
        {
            Log.LedgerDamaged(log, finding);
        }
    }

    /// <summary>Notes that the files are no longer those that the hub has open.</summary>
    internal void Note(LedgerFilesFault fault)
    {
        var finding = new Finding(fault.What, $"{fault.Sentence} The ledger takes no writes.");
        // It tells more than what SQLite says of the same
        if (Interlocked.Exchange(ref _found, finding) != finding)
        {
            Log.LedgerFilesGone(log, fault.Sentence);
        }
    }

    /// <summary>Refuses a write when damage was found.</summary>
    /// <exception cref="LedgerDamagedException">It was.</exception>
    public void Refuse()
    {
        if (Found is { } finding)
        {
            throw new LedgerDamagedException($"The ledger is damaged ({finding}) and takes no writes.");
        }
    }

    private bool Keep(Finding finding) => Interlocked.CompareExchange(ref _found, finding, null) is null;

    internal static bool IsDamage(SqliteException failure) => failure.SqliteErrorCode is Corrupt or NotADatabase;

    private sealed record Finding(string What, string Sentence);
}

/// <summary>Notes what Entity Framework's commands meet.</summary>
internal sealed class DamageInterceptor(LedgerDamage damage) : DbCommandInterceptor
{
    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData) => damage.Note(eventData.Exception);

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        damage.Note(eventData.Exception);
        return Task.CompletedTask;
    }
}
