using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Storage.Opening;

/// <summary>Opens and closes the ledger: looks at its files first, marks them, and leaves a whole file behind.</summary>
public sealed class LedgerOpening(StorageOptions options, LedgerDamage damage, ILogger<LedgerOpening> log) : IDisposable
{
    // Below this it takes no time worth telling
    private const long WorthTelling = 256L * 1024 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private FileStream? _alone;
    private FileStream? _hold;

    /// <summary>The files that this process has open, once it has.</summary>
    internal LedgerFiles? Files { get; private set; }

    /// <summary>What deserves to be known about the ledger that was opened, or null.</summary>
    public string? Note { get; private set; }

    /// <summary>Looks at the files, and inside them unless a process has them open that did so. The caller has the turn.</summary>
    /// <exception cref="LedgerRefusedException">They can't be trusted.</exception>
    internal void Look(CancellationToken cancellationToken)
    {
        if (_hold is not null)
        {
            return;
        }

        _alone = LedgerTurn.TryBeAlone(options);
        if (_alone is null)
        {
            LedgerJudge.FilesInUse(options);
            return;
        }

        var record = LedgerRecord.Read(options);
        var file = LedgerFile.Read(options.DatabasePath);
        var wal = WalFile.Read(LedgerFiles.WalOf(options.DatabasePath));
        LedgerJudge.Files(options, file, wal, record);
        if (file.Length > 0 && (wal.HasCommits || record?.IsUntouched(new FileInfo(options.DatabasePath)) != true))
        {
            LookInside(file.Length, cancellationToken);
        }

        Note = file.Length > 0 ? NoteOf(file.Mark, wal, record) : null;
        if (Note is not null)
        {
            Log.LedgerNoted(log, options.DatabasePath, Note);
        }
    }

    /// <summary>Marks the files and keeps them open for this process. The caller has the turn.</summary>
    internal void Complete()
    {
        if (_hold is not null)
        {
            return;
        }

        if (_alone is not null)
        {
            LedgerCheckpoint.Run(options);
        }

        Files = LedgerFiles.Open(options);
        Abandon();
        _hold = LedgerTurn.TryHold(options);
    }

    /// <summary>Gives up an opening that failed.</summary>
    internal void Abandon()
    {
        _alone?.Dispose();
        _alone = null;
    }

    /// <summary>Closes the ledger in order, when no other process has it open.</summary>
    public void Dispose()
    {
        if (_hold is null)
        {
            Abandon();
            Files?.Dispose();
            return;
        }

        try
        {
            using var turn = TakeTurn();
            _hold.Dispose();
            _hold = null;
            // Not before: who sees that somebody has the database open counts on the files to be there
            Files?.Dispose();
            using var alone = turn is null ? null : LedgerTurn.TryBeAlone(options);
            if (alone is not null && damage.Found is null && File.Exists(options.DatabasePath))
            {
                LedgerCheckpoint.Close(options);
            }
        }
        catch (Exception failure) when (failure is DbException or IOException or UnauthorizedAccessException)
        {
            // The WAL stays beside the file, and the next start goes on from both
            Log.NotClosedInOrder(log, failure);
        }
    }

    private static string? NoteOf(LedgerMark file, WalFile wal, LedgerRecord? record)
    {
        var mark = wal.Marks is [.., var last] ? last : file;
        if (mark.Generation != 0 && record?.Generation != mark.Generation && record?.Before != mark.Generation)
        {
            return "The ledger is not the one that was open here last: it was restored or brought here. What happened after it was copied is not in it; boards may send mail again, and their games may wait for packets that the hub does not know.";
        }

        return record is { Closing: false } && !wal.Exists && !file.GoesOn && file.Generation == record.Generation
            ? "The ledger was not closed by the hub, and it lies there without its WAL: either another program, such as sqlite3, put the two together, or the ledger was restored. Then what happened after it was copied is not in it."
            : null;
    }

    private void LookInside(long length, CancellationToken cancellationToken)
    {
        if (length > WorthTelling)
        {
            Log.LookingThrough(log, options.DatabasePath, length / (1024 * 1024));
        }

        if (LedgerJudge.Inside(options.DatabasePath, cancellationToken) is { } finding)
        {
            throw LedgerRefusedException.Damaged(options, finding);
        }
    }

    private FileStream? TakeTurn()
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            return Directory.Exists(options.Root) ? LedgerTurn.TakeAsync(options, TimeProvider.System, patience.Token).GetAwaiter().GetResult() : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
