using System.Data.Common;

namespace NovaHub.Engine.Storage;

/// <summary>
/// Statements on one connection, each prepared once and used for as long as the connection lives. The text is standard
/// SQL that SQLite and PostgreSQL both take.
/// </summary>
internal sealed class PreparedStatements(DbConnection connection) : IDisposable
{
    // Callers' texts are constants: the same text is nearly always the same object
    private readonly Dictionary<string, DbCommand> _statements = new(StringComparer.Ordinal);

    /// <summary>The statement, ready to run.</summary>
    /// <param name="sql">A constant text with parameters <c>@p0</c>, <c>@p1</c>…</param>
    /// <param name="transaction">The connection's transaction, or null.</param>
    /// <param name="values">The parameters' values. Times in UTC.</param>
    public DbCommand Get(string sql, DbTransaction? transaction, ReadOnlySpan<object?> values)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = connection.CreateCommand();
            statement.CommandText = sql;
            for (var i = 0; i < values.Length; i++)
            {
                var parameter = statement.CreateParameter();
                parameter.ParameterName = $"@p{i}";
                statement.Parameters.Add(parameter);
            }

            _statements[sql] = statement;
        }

        if (statement.Transaction != transaction)
        {
            statement.Transaction = transaction;
        }

        for (var i = 0; i < values.Length; i++)
        {
            statement.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return statement;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }
    }
}
