using System.Globalization;
using CsCheck;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Explorer;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Explorer;

public class ExplorerTests
{
    private static readonly DateTime Begin = new(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly string[] Leagues = ["015B", "015F", "900B"];

    private static readonly Gen<PacketFilter> s_filter = Gen.Select(
        OneOf<string?>(null, null, "015B", "015F", "900B", "777B"), OneOf<int?>(null, null, 1, 2, 17), OneOf<int?>(null, null, 1, 2, 3),
        OneOf(Enum.GetValues<PacketState>().Cast<PacketState?>().Append(null).Append(null).Append(null).ToArray()), OneOf<int?>(null, null, 100, 300),
        Gen.Select(OneOf<int?>(null, null, 200, 500), OneOf<string?>(null, null, null, "0", "015", "015B0", "015B01", "900B1102", "900B1102.", "900B1102.0", "900B1102.00", "015F0203.001", "x"), Gen.Bool),
        (league, source, dest, state, from, more) => new PacketFilter
        {
            League = league is null ? null : LeagueId.Parse(league),
            Source = source,
            Dest = dest,
            State = state,
            From = from is { } f ? Begin.AddMinutes(f) : null,
            Until = more.Item1 is { } u ? Begin.AddMinutes(u) : null,
            Name = PacketNamePrefix.Parse(more.Item2),
            OldestFirst = more.Item3,
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whatever_is_asked_page_by_page_all_that_fits_comes_in_order_and_nothing_else(bool clockIsSet)
    {
        await using var hub = await TestHub.StartAsync();
        var all = await FillAsync(hub, 700, new Random(5), clockIsSet);
        var explorer = hub.Get<PacketExplorer>();
        Gen.Select(s_filter, Gen.Int[1, 60]).Sample(
            (filter, take) =>
            {
                var expected = all.Where(p => Fits(p, filter)).Select(p => p.Id).OrderBy(id => filter.OldestFirst ? id : -id).ToList();
                var pages = new List<PacketPage>();
                PacketCursor? cursor = null;
                do
                {
                    pages.Add(explorer.Find(filter, cursor, take));
                    cursor = pages[^1].Behind;
                }
                while (cursor is not null);
                Assert.Equal(expected, pages.SelectMany(p => p.Packets).Select(p => p.Id));
                Assert.All(pages.SkipLast(1), p => Assert.Equal(take, p.Packets.Count));
                Assert.Null(pages[0].Before);
                for (var i = pages.Count - 1; i > 0; i--)
                {
                    var back = explorer.Find(filter, pages[i].Before, take);
                    Assert.Equal(pages[i - 1].Packets.Select(p => p.Id), back.Packets.Select(p => p.Id));
                    Assert.Equal(i > 1, back.Before is not null);
                    Assert.NotNull(back.Behind);
                }
            },
            iter: 1000,
            threads: 1);
    }

    [Fact]
    public async Task Where_next_to_nothing_fits_a_page_says_how_far_it_looked_and_the_next_goes_on()
    {
        await using var hub = await TestHub.StartAsync();
        await ExecuteAsync(hub, Rows(60_000, "'900B'", "2", "3", "i / 1", "NULL", "CASE WHEN i < 3 THEN '2026-03-01 00:00:00' END"));
        var explorer = hub.Get<PacketExplorer>();
        var filter = new PacketFilter { League = LeagueId.Parse("900B"), State = PacketState.Delivered };
        var first = explorer.Find(filter, null, 50);
        Assert.Empty(first.Packets);
        Assert.NotNull(first.LookedTo);
        var second = explorer.Find(filter, first.Behind, 50);
        Assert.Equal([3L, 2L, 1L], second.Packets.Select(p => p.Id));
        Assert.Null(second.Behind);
        Assert.Null(second.LookedTo);
    }

    [Fact]
    public async Task Every_statement_seeks_in_an_index()
    {
        await using var hub = await TestHub.StartAsync();
        await FillAsync(hub, 300, new Random(1));
        foreach (var analyzed in new[] { false, true })
        {
            foreach (var (kind, sql) in LedgerStream.Statements)
            {
                var plan = await PlanAsync(hub, sql);
                var index = kind switch { StreamKind.All => "INTEGER PRIMARY KEY", _ => "IX_Packets_" + kind };
                Assert.True(plan is [var only, ..] && only.StartsWith("SEARCH") && only.Contains(index) || kind == StreamKind.Staged && plan[0].Contains(index), $"{kind}, analyzed {analyzed}: {string.Join("; ", plan)}");
                Assert.True(kind == StreamKind.Staged || plan.Count == 1, $"{kind}: {string.Join("; ", plan)}");
            }

            foreach (var sql in StreamPlan.Statements)
            {
                var plan = Assert.Single(await PlanAsync(hub, sql));
                Assert.StartsWith("SEARCH", plan);
                Assert.Contains("INDEX IX_Packets_", plan);
            }

            await ExecuteAsync(hub, "ANALYZE");
        }
    }

    [Theory]
    [InlineData("555b0201.001", "555B", "02", "01", "001")]
    [InlineData("55", "55", "", "", "")]
    [InlineData("555F0", "555F", "0", "", "")]
    [InlineData("555B02FF.", "555B", "02", "FF", "")]
    public void The_beginning_of_a_name_is_cut_into_its_parts(string text, string league, string source, string dest, string sequence) =>
        Assert.Equal(new PacketNamePrefix(league, source, dest, sequence), PacketNamePrefix.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("555C")]
    [InlineData("555B0G")]
    [InlineData("555B0201-")]
    [InlineData("555B0201.0011")]
    [InlineData("5é")]
    public void What_no_name_begins_with_is_no_beginning(string text) => Assert.Null(PacketNamePrefix.Parse(text));

    /// <summary>A ledger of a million; the figures are for people.</summary>
    [Fact(Explicit = true)]
    public async Task Answers_over_a_million_packets()
    {
        await using var hub = await TestHub.StartAsync();
        const int count = 1_000_000;
        // 5 leagues of 20 boards, hub and spoke with a tenth direct, one board dead for the last 30,000
        await ExecuteAsync(hub, Rows(
            count, "'90' || (i % 5) || 'B'", "CASE WHEN i % 10 < 5 THEN 2 + (i / 10) % 20 ELSE 1 END", "CASE WHEN i % 10 < 4 THEN 1 WHEN i % 10 = 4 THEN 2 + (i / 10 + 3) % 20 ELSE 2 + (i / 10) % 20 END", "i",
            $"CASE WHEN i % 10 < 4 AND i < {count - 400} THEN '2026-03-01 00:00:00' END", $"CASE WHEN i % 10 >= 4 AND i < {count - 400} AND NOT ((i / 10) % 20 = 7 AND i > {count - 600_000}) THEN '2026-03-01 00:00:00' END"));
        var explorer = hub.Get<PacketExplorer>();
        var took = new List<(double Ms, string What)>();
        Gen.Select(MillionFilter(), Gen.Bool).Sample(
            (filter, deep) =>
            {
                PacketCursor? cursor = null;
                for (var page = 0; page < (deep ? 6 : 1); page++)
                {
                    var began = TimeProvider.System.GetTimestamp();
                    var found = explorer.Find(filter, cursor, 50);
                    took.Add((TimeProvider.System.GetElapsedTime(began).TotalMilliseconds, $"{filter} page {page}: {found.Packets.Count}{(found.LookedTo is null ? "" : ", broken off")}"));
                    if ((cursor = found.Behind) is null)
                    {
                        return;
                    }
                }
            },
            iter: 600,
            threads: 1);
        var sorted = took.OrderBy(t => t.Ms).ToList();
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sorted.Count} answers: p50 {sorted[sorted.Count / 2].Ms:F1} ms, p95 {sorted[sorted.Count * 95 / 100].Ms:F1} ms, worst {sorted[^1].Ms:F1} ms, broken off {took.Count(t => t.What.EndsWith("off"))}"));
        sorted.TakeLast(8).ToList().ForEach(t => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{t.Ms:F1} ms: {t.What}")));
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<PacketFilter> MillionFilter() => Gen.Select(
        OneOf<string?>(null, "900B", "903B"), OneOf<int?>(null, null, 1, 2, 9), OneOf<int?>(null, null, 1, 9, 5),
        OneOf(Enum.GetValues<PacketState>().Cast<PacketState?>().Append(null).Append(null).ToArray()), OneOf<int?>(null, null, 600_000, 999_000),
        Gen.Select(OneOf<string?>(null, null, null, "9", "902B", "902B0", "902B01", "902B0109.", "902B0109.1", "903B0201.001"), Gen.Bool),
        (league, source, dest, state, from, more) => new PacketFilter
        {
            League = league is null ? null : LeagueId.Parse(league),
            Source = source,
            Dest = dest,
            State = state,
            From = from is { } f ? Begin.AddSeconds(f) : null,
            Name = PacketNamePrefix.Parse(more.Item1),
            OldestFirst = more.Item2,
        });

    private static bool Fits(Packet packet, PacketFilter filter) =>
        (filter.League is not { } league || packet.LeagueId == league) && (filter.Source is not { } source || packet.Source == source)
        && (filter.Dest is not { } dest || packet.Dest == dest) && (filter.State is not { } state || packet.StateAt(1) == state)
        && (filter.From is not { } from || packet.ReceivedAt >= from) && (filter.Until is not { } until || packet.ReceivedAt < until)
        && (filter.Name is not { } name || packet.Name.ToString().StartsWith(name.League + name.Source + name.Dest + (name.Sequence.Length > 0 ? "." + name.Sequence : ""), StringComparison.Ordinal));

    private static async Task<List<Packet>> FillAsync(TestHub hub, int count, Random random, bool clockIsSet = false)
    {
        var ordinals = new Dictionary<(LeagueId, int, int), long>();
        var at = Begin;
        var packets = new List<Packet>();
        for (var i = 1; i <= count; i++)
        {
            var (league, source, dest) = (LeagueId.Parse(Leagues[random.Next(3)]), new[] { 1, 2, 3, 17 }[random.Next(4)], random.Next(1, 4));
            var ordinal = ordinals[(league, source, dest)] = ordinals.GetValueOrDefault((league, source, dest)) + 1;
            at = at.AddSeconds(random.Next(3) * 30);
            at = clockIsSet ? SetClock.Somewhere(at, random) : at;
            var (fate, recent) = (random.Next(4), i > count - 60);
            packets.Add(new Packet
            {
                LeagueId = league,
                Source = source,
                Dest = dest,
                Sequence = (int)(ordinal % 12),
                RouteOrdinal = ordinal,
                Sha256 = new byte[32],
                Size = 10,
                ReceivedAt = at,
                StagedInRunId = dest == 1 && recent && fate == 0 ? 3 : null,
                HeldAt = dest == 1 && recent && fate == 1 ? at : null,
                HeldReason = dest == 1 && recent && fate == 1 ? HeldReason.GoneUnseen : null,
                ConsumedAt = dest == 1 && !recent && fate > 0 ? at : null,
                DeliveredAt = dest != 1 && fate > 0 ? at : null,
            });
        }

        await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        db.AddRange(packets);
        await db.SaveChangesAsync();
        await SetClock.NoteStepsAsync(db);
        return await db.Set<Packet>().AsNoTracking().ToListAsync();
    }

    // Ordinals rise over the whole table, which is all that a route's index asks
    private static string Rows(int count, string league, string source, string dest, string ordinal, string consumed, string delivered) => $"""
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count} - 1)
        INSERT INTO "Packets" ("LeagueId", "Source", "Dest", "Sequence", "RouteOrdinal", "Sha256", "Size", "ReceivedAt", "ConsumedAt", "DeliveredAt")
        SELECT {league}, {source}, {dest}, (i / 100) % 1000, {ordinal} + 1, x'00', 4096, strftime('%Y-%m-%d %H:%M:%S', '2026-03-01', i || ' seconds'), {consumed}, {delivered} FROM n
        """;

    private static async Task ExecuteAsync(TestHub hub, string sql)
    {
        await using var connection = await OpenAsync(hub);
        await using var command = connection.CreateCommand();
        command.CommandTimeout = 600;
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<string>> PlanAsync(TestHub hub, string sql)
    {
        await using var connection = await OpenAsync(hub);
        await using var command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + sql;
        for (var i = 0; i < 6; i++)
        {
            command.Parameters.AddWithValue($"@p{i}", 1);
        }

        var lines = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(3));
        }

        return lines;
    }

    private static async Task<SqliteConnection> OpenAsync(TestHub hub)
    {
        var connection = new SqliteConnection(SqliteSettings.ConnectionString(hub.Get<StorageOptions>().DatabasePath));
        await connection.OpenAsync();
        SqliteSettings.Apply(connection);
        return connection;
    }
}
