using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Storage.Opening;

namespace NovaHub.Engine.Tests.Storage;

/// <summary>
/// The power goes at each point of a checkpoint, of opening and of closing: what lies on the disk then opens, and every
/// commit that was told is in it.
/// </summary>
public sealed class PowerCutTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("novahub-power-").FullName;
    private readonly Random _random = new(8);
    private int _states;

    private StorageOptions Options => new() { DataFolder = Path.Combine(_folder, "data") };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Whatever_a_power_cut_leaves_belongs_together_and_holds_every_commit()
    {
        using (var services = Services(Options))
        {
            await services.GetRequiredService<DatabaseMigration>().ApplyAsync(CancellationToken.None);
            var told = 0;
            for (var round = 0; round < 3; round++)
            {
                for (var commits = _random.Next(1, 5); commits > 0; commits--)
                {
                    Insert(++told);
                }

                var states = new List<State> { Take() };
                LedgerCheckpoint.Run(Options, step =>
                {
                    if (step is "played")
                    {
                        // Others write while a checkpoint is under way
                        states.AddRange(Torn(states[^1], Take()));
                        Insert(++told);
                    }

                    states.Add(Take());
                });
                foreach (var state in states)
                {
                    await AssertGoodAsync(state);
                }
            }
        }

        // Closed in order
        await AssertGoodAsync(Take());
        Assert.True(_states > 60, $"Only {_states} states were seen.");
    }

    [Fact]
    public async Task A_kill_between_two_checkpoints_or_in_the_closing_is_good_too()
    {
        var states = new List<State>();
        using (var services = Services(Options))
        {
            await services.GetRequiredService<DatabaseMigration>().ApplyAsync(CancellationToken.None);
            Insert(1);
            states.Add(Take());
            // A reader holds up the checkpoint: the WAL is played in part and goes on
            using var reader = new SqliteConnection($"Data Source={Options.DatabasePath};Pooling=False");
            reader.Open();
            using var command = reader.CreateCommand();
            command.CommandText = """BEGIN; SELECT COUNT(*) FROM "Signals" """;
            command.ExecuteScalar();
            Insert(2);
            LedgerCheckpoint.Run(Options, _ => states.Add(Take()));
            Insert(3);
            states.Add(Take());
            LedgerCheckpoint.Run(Options, _ => states.Add(Take()));
            // The file is made whole while the WAL is still there
            var before = Take();
            LedgerCheckpoint.Close(Options);
            states.AddRange(Torn(before with { Record = new LedgerRecord { Generation = before.Mark, Closing = true } }, Take()));
        }

        foreach (var state in states)
        {
            await AssertGoodAsync(state);
        }
    }

    // Between two states the pages of the file are written in any order, the WAL to any length
    private IEnumerable<State> Torn(State before, State after)
    {
        for (var i = 0; i < 12; i++)
        {
            var file = new byte[Math.Max(before.File.Length, after.File.Length)];
            after.File.CopyTo(file, 0);
            for (var page = 0; page < before.File.Length / 4096; page++)
            {
                if (_random.Next(2) == 0)
                {
                    before.File.AsSpan(page * 4096, 4096).CopyTo(file.AsSpan(page * 4096));
                }
            }

            yield return before with { File = file };
        }
    }

    private async Task AssertGoodAsync(State state)
    {
        var options = Lay(state);
        using (var services = Services(options))
        {
            await services.GetRequiredService<DatabaseMigration>().ApplyAsync(CancellationToken.None);
            Assert.Null(services.GetRequiredService<LedgerOpening>().Note);
            await using var db = await services.GetRequiredService<IDbContextFactory<HubDb>>().CreateDbContextAsync();
            Assert.Equal(state.Told, await db.Database.SqlQueryRaw<int>("""SELECT COUNT(*) AS "Value" FROM "Signals" """).SingleAsync());
        }

        Directory.Delete(options.DataFolder, recursive: true);

        // Behind what was brought to disk there may be anything: a commit that was under way, or what the file held before
        for (var i = 0; state.Wal is { Length: > 0 } wal && i < 8; i++)
        {
            AssertGoodFiles(state with { Wal = [.. wal, .. wal.AsSpan(_random.Next(32), _random.Next(wal.Length / 2))] });
        }
    }

    private void AssertGoodFiles(State state)
    {
        var options = Lay(state);
        LedgerJudge.Files(options, LedgerFile.Read(options.DatabasePath), WalFile.Read(options.DatabasePath + "-wal"), LedgerRecord.Read(options));
        Assert.Null(LedgerJudge.Inside(options.DatabasePath, CancellationToken.None));
        Assert.Equal(state.Told, Ask(options, """SELECT COUNT(*) FROM "Signals" """));
        Directory.Delete(options.DataFolder, recursive: true);
    }

    private StorageOptions Lay(State state)
    {
        _states++;
        var options = new StorageOptions { DataFolder = Directory.CreateDirectory(Path.Combine(_folder, "cut")).FullName };
        File.WriteAllBytes(options.DatabasePath, state.File);
        if (state.Wal is not null)
        {
            File.WriteAllBytes(options.DatabasePath + "-wal", state.Wal);
        }

        state.Record?.Write(options);
        return options;
    }

    private static long Ask(StorageOptions options, string question)
    {
        using var connection = new SqliteConnection($"Data Source={options.DatabasePath};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = question;
        return (long)command.ExecuteScalar()!;
    }

    private State Take()
    {
        var told = (int)Ask(Options, """SELECT COUNT(*) FROM "Signals" """);
        var mark = (int)(Ask(Options, "PRAGMA user_version") >> 1);
        var wal = Options.DatabasePath + "-wal";
        return new State(
            File.ReadAllBytes(Options.DatabasePath), File.Exists(wal) ? File.ReadAllBytes(wal) : null, LedgerRecord.Read(Options), told, mark);
    }

    private void Insert(int number)
    {
        using var connection = new SqliteConnection(SqliteSettings.ConnectionString(Options.DatabasePath));
        connection.Open();
        SqliteSettings.Apply(connection);
        using var command = connection.CreateCommand();
        command.CommandText = $"""INSERT INTO "Signals" ("Topic", "Version") VALUES ('{new string('x', 1500)}{number}', {number})""";
        command.ExecuteNonQuery();
    }

    private static ServiceProvider Services(StorageOptions options)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Storage:DataFolder", options.DataFolder)]).Build();
        return new ServiceCollection().AddLogging().AddNovaHubEngine(configuration).BuildServiceProvider();
    }

    private sealed record State(byte[] File, byte[]? Wal, LedgerRecord? Record, int Told, int Mark);
}
