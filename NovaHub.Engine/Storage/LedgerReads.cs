using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace NovaHub.Engine.Storage;

/// <summary>
/// Reads that boards wait for, by prepared statements on connections that stay open: opening one and setting it up
/// costs many times what such a read does.
/// </summary>
public sealed class LedgerReads(StorageOptions options) : IDisposable
{
    private const int MostIdle = 16;

    private readonly ConcurrentBag<Statements> _idle = [];

    /// <summary>Runs <paramref name="read"/> on a connection that nobody else uses meanwhile.</summary>
    public T Read<T>(Func<Statements, T> read)
    {
        var statements = _idle.TryTake(out var idle) ? idle : Open();
        try
        {
            var result = read(statements);
            if (_idle.Count < MostIdle)
            {
                _idle.Add(statements);
                statements = null;
            }

            return result;
        }
        finally
        {
            // Also after a failure: a connection that had trouble isn't used again
            statements?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_idle.TryTake(out var statements))
        {
            statements.Dispose();
        }
    }

    private Statements Open()
    {
        var connection = new SqliteConnection(SqliteSettings.ConnectionString(options.DatabasePath));
        connection.Open();
        SqliteSettings.Apply(connection);
        return new Statements(connection);
    }
}
