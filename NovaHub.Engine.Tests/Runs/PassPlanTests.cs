using CsCheck;
using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;

namespace NovaHub.Engine.Tests.Runs;

/// <summary>How waiting packets are divided so that each route is read in order.</summary>
public class PassPlanTests
{
    private static readonly LeagueId s_league = LeagueId.Parse("900B");
    private static readonly PassLimits s_roomy = new(20, 5000, 1 << 20);

    [Fact]
    public void By_name_a_route_is_cut_where_its_numbers_begin_again()
    {
        var passes = Make(true, s_roomy, (2, 998), (2, 999), (3, 5), (2, 0), (2, 1), (3, 6));

        Assert.Equal(["02.998 02.999 03.005 03.006", "02.000 02.001"], passes);
    }

    [Fact]
    public void In_the_hosts_order_one_packet_of_a_route_is_put_there_at_a_time()
    {
        var passes = Make(false, s_roomy, (2, 998), (2, 999), (3, 5), (2, 0));

        Assert.Equal(["02.998 03.005", "02.999", "02.000"], passes);
    }

    [Fact]
    public void What_came_late_or_after_a_reset_or_twice_is_read_in_the_order_in_which_it_came()
    {
        Assert.Equal(["02.005", "02.004 02.006", "02.006", "02.001"], Make(true, s_roomy, (2, 5), (2, 4), (2, 6), (2, 6), (2, 1)));
    }

    [Fact]
    public void Nothing_that_waits_makes_one_empty_pass_and_the_number_of_passes_is_bounded()
    {
        Assert.Equal([""], Make(true, s_roomy));
        Assert.Equal(["02.001 03.009", "02.002"], Make(false, s_roomy with { Passes = 2 }, (2, 1), (2, 2), (2, 3), (3, 9)));
        Assert.Equal(["02.001 02.002"], Make(true, s_roomy with { Passes = 1 }, (2, 1), (2, 2), (2, 1)));
    }

    [Fact]
    public void A_packet_that_has_no_room_keeps_what_came_after_it_on_its_route_waiting()
    {
        var (passes, taken) = PassPlan.Make(Packets((2, 1), (2, 2), (2, 3), (3, 1)), true, s_roomy, p => p.Name.Sequence == 2);

        Assert.Equal(["02.001 03.001"], passes.Select(Show));
        Assert.Equal(2, Assert.Single(taken).Name.Sequence);
    }

    [Fact]
    public void Whatever_waits_every_route_is_read_in_order_without_a_hole_and_within_the_limits() =>
        Gen.Select(Gen.Select(Gen.Int[2, 4], Gen.Int[0, 6]).List[0, 40], Gen.Bool, Gen.Int[1, 5], Gen.Int[1, 30], Gen.Int[1, 300]).Sample((names, byName, passes, packets, bytes) =>
        {
            var waiting = Packets([.. names]);
            var made = PassPlan.Make(waiting, byName, new PassLimits(passes, packets, bytes), _ => false).Passes;

            Assert.InRange(made.Count, 1, passes);
            Assert.True(made.Sum(p => p.Count) <= packets);
            Assert.True(made.Sum(p => p.Sum(x => (long)x.Size)) <= Math.Max(bytes, 10));
            Assert.True(waiting.Count == 0 || made[0].Count > 0);
            // As DOS lists each folder, one after the other
            var read = made.SelectMany(p => byName ? p.OrderBy(x => x.Name.ToString(), StringComparer.Ordinal) : p.AsEnumerable()).ToList();
            foreach (var route in waiting.GroupBy(p => p.Name.Source))
            {
                var got = read.Where(p => p.Name.Source == route.Key).Select(p => p.Id).ToList();
                Assert.Equal(route.Select(p => p.Id).Take(got.Count), got);
                Assert.All(made, p => Assert.True(byName || p.Count(x => x.Name.Source == route.Key) <= 1));
            }
        });

    private static IEnumerable<string> Make(bool byName, PassLimits limits, params (int, int)[] names) =>
        PassPlan.Make(Packets(names), byName, limits, _ => false).Passes.Select(Show);

    private static List<StagedPacket> Packets(params (int Source, int Sequence)[] names) =>
        [.. names.Select((n, i) => new StagedPacket(i + 1, new PacketName(s_league, n.Source, 1, n.Sequence), [], 10))];

    private static string Show(IReadOnlyList<StagedPacket> pass) =>
        string.Join(' ', pass.OrderBy(p => p.Name.Source).ThenBy(p => p.Id).Select(p => $"{p.Name.Source:D2}.{p.Name.Sequence:D3}"));
}
