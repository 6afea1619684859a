using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using NovaHub.Engine.Storage.Opening;

namespace NovaHub.Engine.Storage;

/// <summary>
/// Reads what every request of a board needs, on connections that stay open with their statements prepared. A context
/// of its own for each request costs three times what the reading itself does.
/// </summary>
public sealed class LedgerReads(StorageOptions options, LedgerDamage damage) : IDisposable
{
    private const int KeptOpen = 8;

    private readonly ConcurrentQueue<LedgerSight> _idle = new();
    private volatile bool _closed;

    /// <summary>Runs <paramref name="read"/> on a connection of the pool.</summary>
    /// <param name="read">Short, synchronous SQL. It must not keep the sight.</param>
    public T Read<T>(Func<LedgerSight, T> read)
    {
        var sight = _idle.TryDequeue(out var idle) ? idle : Open();
        var good = false;
        try
        {
            var result = read(sight);
            good = true;
            return result;
        }
        catch (SqliteException failure)
        {
            damage.Note(failure);
            throw;
        }
        finally
        {
            if (good && !_closed && _idle.Count < KeptOpen)
            {
                _idle.Enqueue(sight);
            }
            else
            {
                sight.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _closed = true;
        while (_idle.TryDequeue(out var sight))
        {
            sight.Dispose();
        }
    }

    private LedgerSight Open() => new(SqliteSettings.Open(options.DatabasePath));
}

/// <summary>One connection of <see cref="LedgerReads"/>.</summary>
public sealed class LedgerSight : IDisposable
{
    private readonly DbConnection _connection;
    private readonly PreparedStatements _statements;

    internal LedgerSight(DbConnection connection) => (_connection, _statements) = (connection, new PreparedStatements(connection));

    /// <summary>The rows of a query, one after the other. Dispose the reader before the next query.</summary>
    /// <param name="sql">A constant text with parameters <c>@p0</c>, <c>@p1</c>…</param>
    /// <param name="values">Their values. Times in UTC.</param>
    public DbDataReader Query(string sql, params ReadOnlySpan<object?> values) => _statements.Get(sql, null, values).ExecuteReader();

    /// <inheritdoc/>
    public void Dispose()
    {
        _statements.Dispose();
        _connection.Dispose();
    }
}
