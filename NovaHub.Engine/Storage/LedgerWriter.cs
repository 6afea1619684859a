using System.Data.Common;
using Microsoft.Data.Sqlite;
using NovaHub.Engine.Storage.Opening;

namespace NovaHub.Engine.Storage;

/// <summary>What the operations of one commit have in common, written once before it.</summary>
internal interface IGathered
{
    void Write(LedgerWriter writer);
}

/// <summary>
/// The connection of <see cref="GroupCommit"/> with its prepared statements.
/// </summary>
public sealed class LedgerWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly PreparedStatements _statements;
    private readonly Dictionary<Type, IGathered> _gathered = [];
    private DbTransaction? _transaction;

    internal LedgerWriter(SqliteConnection connection) => (_connection, _statements) = (connection, new PreparedStatements(connection));

    /// <summary>Runs a statement.</summary>
    /// <param name="sql">A constant text with parameters <c>@p0</c>, <c>@p1</c>…</param>
    /// <param name="values">Their values. Times in UTC.</param>
    /// <returns>How many rows it changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteNonQuery();

    /// <summary>The first column of the first row, or null.</summary>
    /// <inheritdoc cref="Execute"/>
    public object? Scalar(string sql, params ReadOnlySpan<object?> values) =>
        Prepare(sql, values).ExecuteScalar() is { } value and not DBNull ? value : null;

    /// <summary>Every row through <paramref name="read"/>.</summary>
    /// <inheritdoc cref="Execute"/>
    public List<T> Query<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Prepare(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Tells other processes that <paramref name="topic"/> changed, in this transaction.</summary>
    public void Raise(string topic) => Execute(
        """INSERT INTO "Signals" ("Topic", "Version") VALUES (@p0, 1) ON CONFLICT ("Topic") DO UPDATE SET "Version" = "Signals"."Version" + 1""", topic);

    /// <summary>This commit's one <typeparamref name="T"/>.</summary>
    internal T Gathered<T>() where T : class, IGathered, new()
    {
        if (!_gathered.TryGetValue(typeof(T), out var gathered))
        {
            _gathered[typeof(T)] = gathered = new T();
        }

        return (T)gathered;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _statements.Dispose();
        // Rolls back what was not committed
        using (_connection)
        {
            _transaction?.Dispose();
        }
    }

    // Serializable begins as IMMEDIATE in SQLite: the writer's place is taken at once, never by an upgrade that can fail
    internal void Begin() => _transaction = _connection.BeginTransaction();

    /// <summary>What happened to the files that it writes to, or null.</summary>
    internal LedgerFilesFault? Look() => LedgerFiles.Look(_connection);

    internal void Commit()
    {
        WriteGathered();
        _transaction!.Commit();
        _transaction.Dispose();
        _transaction = null;
    }

    internal void Rollback()
    {
        _gathered.Clear();
        _transaction!.Rollback();
        _transaction.Dispose();
        _transaction = null;
    }

    internal void Savepoint() => Execute("SAVEPOINT one");

    internal void Release()
    {
        WriteGathered();
        Execute("RELEASE SAVEPOINT one");
    }

    internal void RollbackToSavepoint()
    {
        _gathered.Clear();
        Execute("ROLLBACK TO SAVEPOINT one");
        Release();
    }

    private void WriteGathered()
    {
        foreach (var gathered in _gathered.Values)
        {
            gathered.Write(this);
        }

        _gathered.Clear();
    }

    private DbCommand Prepare(string sql, ReadOnlySpan<object?> values) => _statements.Get(sql, _transaction, values);
}
