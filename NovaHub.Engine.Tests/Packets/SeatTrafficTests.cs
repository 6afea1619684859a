using System.Globalization;
using CsCheck;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Packets;

public class SeatTrafficTests
{
    private static readonly DateTime Begin = new(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly LeagueId[] s_leagues = [LeagueId.Parse("015B"), LeagueId.Parse("900F")];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_halving_finds_is_what_counting_finds_also_where_the_clock_was_set(bool clockIsSet)
    {
        await using var hub = await TestHub.StartAsync();
        var all = await FillAsync(hub, 900, new Random(11), clockIsSet);
        var traffic = hub.Get<SeatTrafficReader>();
        var seat = Gen.Select(Gen.Int[0, 1], Gen.Int[1, 9], (l, i) => (s_leagues[l], i));
        Gen.Select(seat.Array[1, 3].Array[1, 3], Gen.Int[-60, 900], Gen.Int[1, 300], Gen.Int[1, 40]).Sample(
            (groups, from, step, steps) =>
            {
                groups = [.. groups.Select(g => g.Distinct().ToArray())];
                var (begin, length) = (Begin.AddMinutes(from), TimeSpan.FromMinutes(step));
                var found = traffic.Read(groups, begin, length, steps);
                foreach (var (seats, counts) in groups.Zip(found))
                {
                    long Count(int i, Func<Packet, int> end) => all.Count(p =>
                        seats.Contains((p.LeagueId, end(p))) && p.ReceivedAt >= begin + (length * i) && p.ReceivedAt < begin + (length * (i + 1)));
                    Assert.Equal(Enumerable.Range(0, steps).Select(i => Count(i, p => p.Source)), counts.Sent);
                    Assert.Equal(Enumerable.Range(0, steps).Select(i => Count(i, p => p.Dest)), counts.ForIt);
                }
            },
            iter: 400,
            threads: 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_route_s_count_of_the_last_days_is_what_came_in_since(bool clockIsSet)
    {
        await using var hub = await TestHub.StartAsync();
        var all = await FillAsync(hub, 500, new Random(3), clockIsSet);
        var map = hub.Get<RouteMap>();
        Gen.Select(Gen.Int[0, 1], Gen.Int[-50, 700]).Sample(
            (league, minutes) =>
            {
                var since = Begin.AddMinutes(minutes);
                Assert.Equal(
                    all.Where(p => p.LeagueId == s_leagues[league]).GroupBy(p => (p.Source, p.Dest)).OrderBy(g => g.Key).Select(g => (g.Key.Source, g.Key.Dest, (long)g.Count(), (long)g.Count(p => p.ReceivedAt >= since))),
                    map.Read(s_leagues[league], since).Select(r => (r.Source, r.Dest, r.Ever, r.Lately)));
            },
            iter: 200,
            threads: 1);
    }

    [Fact]
    public async Task An_empty_ledger_has_no_traffic()
    {
        await using var hub = await TestHub.StartAsync();
        var traffic = Assert.Single(hub.Get<SeatTrafficReader>().Read([[(s_leagues[0], 2)]], Begin, TimeSpan.FromDays(1), 30));
        Assert.Equal(new long[30], traffic.Sent);
        Assert.Equal(new long[30], traffic.ForIt);
        Assert.Empty(Assert.Single(hub.Get<SeatTrafficReader>().Read([[]], Begin, TimeSpan.FromDays(1), 0)).Sent);
    }

    [Theory]
    [InlineData(LedgerPlaces.FirstId, "INTEGER PRIMARY KEY (rowid>?)")]
    [InlineData(LedgerPlaces.FirstOrdinal, "IX_Packets_Route (LeagueId=? AND Source=? AND Dest=? AND RouteOrdinal>?)")]
    [InlineData(LedgerPlaces.LastOrdinal, "IX_Packets_Route (LeagueId=? AND Source=? AND Dest=?)")]
    [InlineData(SeatTrafficReader.NextDest, "(LeagueId=? AND Source=? AND Dest>?)")]
    [InlineData(SeatTrafficReader.NextSource, "(LeagueId=? AND Source>?)")]
    public async Task Each_place_is_sought_and_never_scanned_for(string sql, string seek)
    {
        await using var hub = await TestHub.StartAsync();
        var plan = hub.Get<LedgerReads>().Read(sight =>
        {
            using var rows = sight.Query("EXPLAIN QUERY PLAN " + sql, "900B", 1, 2, 3);
            var lines = new List<string>();
            while (rows.Read())
            {
                lines.Add(rows.GetString(3));
            }

            return lines;
        });
        Assert.Contains(seek, Assert.Single(plan));
    }

    /// <summary>A ledger of a million, eight months of five leagues with twenty boards each; the figures are for people.</summary>
    [Fact(Explicit = true)]
    public async Task Traffic_over_a_million_packets()
    {
        await using var hub = await TestHub.StartAsync();
        await LedgerOfMany.FillAsync(hub.Get<StorageOptions>().DatabasePath, 1_000_000, Begin, secondsBetween: 20);
        var now = Begin.AddSeconds(20_000_000);
        var (traffic, map, output) = (hub.Get<SeatTrafficReader>(), hub.Get<RouteMap>(), TestContext.Current.TestOutputHelper!);
        List<IReadOnlyList<(LeagueId, int)>> boards = [.. Enumerable.Range(2, 20).Select(i => new[] { (LeagueId.Parse("900B"), i), (LeagueId.Parse("901B"), i), (LeagueId.Parse("902B"), i) })];
        List<IReadOnlyList<(LeagueId, int)>> page = [.. Enumerable.Range(0, 50).Select(i => new[] { (LeagueId.Parse($"90{i % 5}B"), 2 + (i / 5)) })];
        Measure("route counts of a league, 7 days", i => map.Read(LeagueId.Parse($"90{i % 5}B"), now.AddDays(-7)).Sum(r => r.Lately));
        Measure("a board with 3 seats, 30 days by day", i => traffic.Read([boards[i % 20]], now.AddDays(-30), TimeSpan.FromDays(1), 30)[0].Sent.Sum());
        Measure("a board with 3 seats, 7 days by 6 hours", i => traffic.Read([boards[i % 20]], now.AddDays(-7), TimeSpan.FromHours(6), 28)[0].Sent.Sum());
        Measure("50 boards, 14 days by day", _ => traffic.Read(page, now.AddDays(-14), TimeSpan.FromDays(1), 14).Sum(t => t.Sent.Sum()));

        void Measure(string what, Func<int, long> read)
        {
            var took = new List<double>();
            var counted = 0L;
            for (var i = 0; i < 40; i++)
            {
                var began = TimeProvider.System.GetTimestamp();
                counted += read(i);
                took.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            }

            took.Sort();
            Assert.True(counted > 0);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: p50 {took[20]:F1} ms, p95 {took[38]:F1} ms, worst {took[^1]:F1} ms"));
        }
    }

    private static async Task<List<Packet>> FillAsync(TestHub hub, int count, Random random, bool clockIsSet)
    {
        var ordinals = new Dictionary<(LeagueId, int, int), long>();
        var at = Begin;
        var packets = new List<Packet>();
        for (var i = 0; i < count; i++)
        {
            var (league, source, dest) = (s_leagues[random.Next(2)], random.Next(1, 8), random.Next(1, 8));
            var ordinal = ordinals[(league, source, dest)] = ordinals.GetValueOrDefault((league, source, dest)) + 1;
            // Often several at the same moment, now and then nothing for hours
            at = at.AddSeconds(random.Next(40) == 0 ? 7200 : random.Next(3) * 30);
            at = clockIsSet ? SetClock.Somewhere(at, random) : at;
            packets.Add(new Packet { LeagueId = league, Source = source, Dest = dest, Sequence = (int)(ordinal % 1000), RouteOrdinal = ordinal, Sha256 = new byte[32], Size = 10, ReceivedAt = at });
        }

        await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        db.AddRange(packets);
        await db.SaveChangesAsync();
        await SetClock.NoteStepsAsync(db);
        return packets;
    }
}
