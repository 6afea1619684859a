using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace NovaHub.Web.Tests.Components;

/// <summary>Stands before the database: holds answers back, as a slow disk does, or breaks them off, as a broken one does.</summary>
public sealed class DatabaseGate : DbCommandInterceptor
{
    private TaskCompletionSource? _held;

    /// <summary>Whether the next questions fail.</summary>
    public bool Broken { get; set; }

    public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release()
    {
        var held = _held;
        _held = null;
        held?.SetResult();
    }

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        if (_held is { } held)
        {
            await held.Task.WaitAsync(cancellationToken);
        }

        return Broken ? throw new SqliteException("SQLite Error 10: 'disk I/O error'.", 10) : result;
    }
}
