using System.Data.Common;

namespace NovaHub.Engine.Storage;

/// <summary>The statements of <see cref="GroupCommit"/>, inside its transaction.</summary>
public sealed class LedgerWriter : Statements
{
    internal LedgerWriter(DbConnection connection)
        : base(connection)
    {
    }

    /// <summary>Tells other processes that <paramref name="topic"/> changed, in this transaction.</summary>
    public void Raise(string topic) => Execute(
        """INSERT INTO "Signals" ("Topic", "Version") VALUES (@p0, 1) ON CONFLICT ("Topic") DO UPDATE SET "Version" = "Signals"."Version" + 1""", topic);

    // Serializable begins as IMMEDIATE in SQLite: the writer's place is taken at once, never by an upgrade that can fail
    internal void Begin() => Transaction = Connection.BeginTransaction();

    internal void Commit()
    {
        Transaction!.Commit();
        Transaction.Dispose();
        Transaction = null;
    }

    internal void Rollback()
    {
        Transaction!.Rollback();
        Transaction.Dispose();
        Transaction = null;
    }

    internal void Savepoint() => Execute("SAVEPOINT one");

    internal void Release() => Execute("RELEASE SAVEPOINT one");

    internal void RollbackToSavepoint()
    {
        Execute("ROLLBACK TO SAVEPOINT one");
        Release();
    }
}
