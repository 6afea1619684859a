using System.Data.Common;

namespace NovaHub.Engine.Storage;

/// <summary>
/// Prepared statements on one connection. The text is standard SQL that SQLite and PostgreSQL both take; a statement is
/// prepared once and used for as long as the connection lives. For one thread at a time.
/// </summary>
public class Statements : IDisposable
{
    private readonly Dictionary<string, DbCommand> _statements = [];

    internal Statements(DbConnection connection) => Connection = connection;

    /// <summary>The transaction that statements run in, or null.</summary>
    private protected DbTransaction? Transaction { get; set; }

    private protected DbConnection Connection { get; }

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
        var rows = new List<T>();
        Each(sql, reader => rows.Add(read(reader)), values);
        return rows;
    }

    /// <summary>Hands every row to <paramref name="row"/> and keeps none.</summary>
    /// <inheritdoc cref="Execute"/>
    public void Each(string sql, Action<DbDataReader> row, params ReadOnlySpan<object?> values)
    {
        using var reader = Prepare(sql, values).ExecuteReader();
        while (reader.Read())
        {
            row(reader);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        // Rolls back what was not committed
        using (Connection)
        {
            Transaction?.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    private DbCommand Prepare(string sql, ReadOnlySpan<object?> values)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = Connection.CreateCommand();
            statement.CommandText = sql;
            for (var i = 0; i < values.Length; i++)
            {
                var parameter = statement.CreateParameter();
                parameter.ParameterName = $"@p{i}";
                statement.Parameters.Add(parameter);
            }

            _statements[sql] = statement;
        }

        statement.Transaction = Transaction;
        for (var i = 0; i < values.Length; i++)
        {
            statement.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return statement;
    }
}
