using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Storage.Opening;

namespace NovaHub.Engine.Storage;

/// <summary>
/// The one place of a process that makes small writes: many callers share a transaction and its one fsync, and each is
/// answered after the commit that holds its change. An operation that throws takes back only its own part.
/// </summary>
public sealed class GroupCommit(StorageOptions options, LedgerDamage damage, ILogger<GroupCommit> log) : BackgroundService
{
    /// <summary>Changes that bring more bytes than this together don't share a commit: it must fit into the log beside the database.</summary>
    public const int MostBytes = 4 * 1024 * 1024;

    /// <summary>A change that brings more bytes than this has a commit of its own, in turn with the others'.</summary>
    public const int Large = 1024 * 1024;

    private const int MostInOneCommit = 256;

    private readonly AutoResetEvent _called = new(initialState: false);
    private readonly Channel<Operation> _queue = Channel.CreateBounded<Operation>(
        new BoundedChannelOptions(4096) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    // What is large takes turns with what is not: a small change waits for one large one at most
    private readonly Channel<Operation> _large = Channel.CreateBounded<Operation>(
        new BoundedChannelOptions(256) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Runs <paramref name="work"/> inside the next commit.</summary>
    /// <param name="work">
    /// Short, synchronous SQL on the given writer. It must not keep the writer, and does nothing but its SQL: when an
    /// operation of the same commit throws, all are taken back and run once more.
    /// </param>
    /// <param name="cancellationToken">Ends the wait for a place in the queue; work that has its place is done.</param>
    /// <returns>What the work gave, once it is on disk to stay.</returns>
    /// <exception cref="LedgerDamagedException">The ledger was found damaged; nothing is written any more.</exception>
    public Task<T> WriteAsync<T>(Func<LedgerWriter, T> work, CancellationToken cancellationToken = default) => WriteAsync(work, 0, cancellationToken);

    /// <summary>Runs <paramref name="work"/> inside the next commit that has room for it.</summary>
    /// <param name="work">See the other method.</param>
    /// <param name="bytes">About so many bytes it writes. Above <see cref="Large"/> other changes may come before it that were asked for later.</param>
    /// <param name="cancellationToken">See the other method.</param>
    /// <exception cref="LedgerDamagedException">The ledger was found damaged; nothing is written any more.</exception>
    public async Task<T> WriteAsync<T>(Func<LedgerWriter, T> work, long bytes, CancellationToken cancellationToken)
    {
        var operation = new Operation<T>(work, bytes);
        await (bytes > Large ? _large : _queue).Writer.WriteAsync(operation, cancellationToken);
        _called.Set();
        return await operation.Done;
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        _large.Writer.TryComplete();
        _called.Set();
        if (ExecuteTask is { } loop)
        {
            // Whatever the host's patience: what waits was promised a place, and one more commit is all it takes
            await loop;
        }

        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        // A thread of its own, for good: it waits for the disk, and the pool has few
        Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _queue.Writer.TryComplete();
        _large.Writer.TryComplete();
        _called.Set();
        base.Dispose();
    }

    private void Run()
    {
        LedgerWriter? writer = null;
        var batch = new List<Operation>(MostInOneCommit);
        var largeInTurn = false;
        while (!_queue.Reader.Completion.IsCompleted || !_large.Reader.Completion.IsCompleted)
        {
            if (largeInTurn && _large.Reader.TryRead(out var large))
            {
                batch.Add(large);
                largeInTurn = false;
            }
            else
            {
                Gather(batch);
                largeInTurn = true;
                if (batch.Count == 0)
                {
                    if (!_large.Reader.TryPeek(out _))
                    {
                        _called.WaitOne();
                    }

                    continue;
                }
            }

            // After trouble with the disk the connection is made anew: what it remembers can't be trusted
            writer = Commit(writer, batch);
            batch.Clear();
        }

        writer?.Dispose();
    }

    private void Gather(List<Operation> batch)
    {
        long bytes = 0;
        while (batch.Count < MostInOneCommit && _queue.Reader.TryPeek(out var operation)
            && (batch.Count == 0 || bytes + operation.Bytes <= MostBytes) && _queue.Reader.TryRead(out operation))
        {
            batch.Add(operation);
            bytes += operation.Bytes;
        }
    }

    private LedgerWriter? Commit(LedgerWriter? writer, List<Operation> batch)
    {
        try
        {
            damage.Refuse();
            writer ??= new LedgerWriter(SqliteSettings.Open(options.DatabasePath));
            if (!TryTogether(writer, batch))
            {
                Begin(writer);
                foreach (var operation in batch)
                {
                    operation.RunApart(writer);
                }

                End(writer);
            }
        }
        catch (Exception failure) when (failure is DbException or InvalidOperationException)
        {
            damage.Note(failure);
            Log.CommitFailed(log, batch.Count, failure);
            Abandon(writer);
            foreach (var operation in batch)
            {
                operation.Fail(failure);
            }

            return null;
        }

        foreach (var operation in batch)
        {
            operation.Answer();
        }

        return writer;
    }

    // A savepoint for each costs as much again as most operations, and hardly one ever throws
    private bool TryTogether(LedgerWriter writer, List<Operation> batch)
    {
        Begin(writer);
        foreach (var operation in batch)
        {
            if (!operation.TryRun(writer))
            {
                writer.Rollback();
                return false;
            }
        }

        End(writer);
        return true;
    }

    private void Begin(LedgerWriter writer)
    {
        writer.Begin();
        // Again, with the writer's place taken: what is brought out of a removed WAL waits for it, and nothing comes behind that
        damage.Refuse();
    }

    private void End(LedgerWriter writer)
    {
        writer.Commit();
        // Nobody is told that something is stored that went into a file which is not in the folder any more
        if (writer.Look() is { } fault)
        {
            damage.Note(fault);
            damage.Refuse();
        }
    }

    private void Abandon(LedgerWriter? writer)
    {
        try
        {
            writer?.Dispose();
        }
        catch (DbException failure)
        {
            Log.RollbackFailed(log, failure);
        }
    }

    private abstract class Operation(long bytes)
    {
        public long Bytes { get; } = bytes;

        /// <summary>Runs the work; false when it threw something of its own.</summary>
        public abstract bool TryRun(LedgerWriter writer);

        /// <summary>Runs the work in a savepoint: when it throws, only its own part is taken back.</summary>
        public abstract void RunApart(LedgerWriter writer);

        public abstract void Answer();

        public abstract void Fail(Exception failure);
    }

    private sealed class Operation<T>(Func<LedgerWriter, T> work, long bytes) : Operation(bytes)
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Exception? _failure;
        private T? _result;

        public Task<T> Done => _done.Task;

        public override bool TryRun(LedgerWriter writer)
        {
            try
            {
                _result = work(writer);
                return true;
            }
            catch (Exception failure) when (IsOwn(failure))
            {
                return false;
            }
        }

        public override void RunApart(LedgerWriter writer)
        {
            writer.Savepoint();
            try
            {
                _result = work(writer);
                writer.Release();
            }
            catch (Exception failure) when (IsOwn(failure))
            {
                writer.RollbackToSavepoint();
                _failure = failure;
            }
        }

        public override void Answer()
        {
            if (_failure is null)
            {
                _done.SetResult(_result!);
            }
            else
            {
                _done.SetException(_failure);
            }
        }

        // Disk trouble (10 I/O, 11 corrupt, 13 full) fails the whole commit; anything else is this caller's own
        private static bool IsOwn(Exception failure) => failure is not SqliteException { SqliteErrorCode: 10 or 11 or 13 };

        public override void Fail(Exception failure) => _done.TrySetException(failure);
    }
}
