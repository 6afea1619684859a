using System.Collections.Frozen;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets.Intake;

namespace NovaHub.Engine.Tests.Packets;

public sealed class IntakeRulesTests
{
    private static readonly DirectorySnapshot s_directory = Directory();
    private static readonly BoardEntry s_two = s_directory.BoardsById[2];

    [Theory]
    [InlineData("555B", "555B0201.001", true)]
    [InlineData("555B", "555b0203.001", false)]
    public void A_boards_own_packet_to_the_hub_or_to_a_member_is_accepted(string league, string name, bool forHub)
    {
        var decision = IntakeRules.Judge(s_directory, s_two, league, name);
        Assert.Null(decision.Refusal);
        Assert.Equal("", decision.Reason);
        Assert.Equal((name.ToUpperInvariant(), 2, forHub), (decision.Name.ToString(), decision.BbsId, decision.ForHub));
    }

    [Theory]
    [InlineData("555", "555B0201.001", IntakeRefusal.BadLeagueId)]
    [InlineData("555b", "555B0201.001", IntakeRefusal.BadLeagueId)]
    [InlineData("555B", "BRNODES.555", IntakeRefusal.Nodelist)]
    [InlineData("555B", "BRNODES.556", IntakeRefusal.OtherLeague)]
    [InlineData("555B", "FENODES.555", IntakeRefusal.OtherLeague)]
    [InlineData("555B", "README.TXT", IntakeRefusal.BadName)]
    [InlineData("555B", "555B0201.001\n", IntakeRefusal.BadName)]
    [InlineData("555B", "556B0201.001", IntakeRefusal.OtherLeague)]
    [InlineData("555B", "555F0201.001", IntakeRefusal.OtherLeague)]
    [InlineData("999B", "999B0201.001", IntakeRefusal.NotAMember)]
    [InlineData("777B", "777B0201.001", IntakeRefusal.NotAMember)]
    [InlineData("555B", "555B0301.001", IntakeRefusal.NotYourIndex)]
    [InlineData("555B", "555B0202.001", IntakeRefusal.ToItself)]
    public void Each_refusal_has_its_reason_in_words(string league, string name, IntakeRefusal refusal)
    {
        var decision = IntakeRules.Judge(s_directory, s_two, league, name);
        Assert.Equal(refusal, decision.Refusal);
        Assert.NotEmpty(decision.Reason);
        Assert.DoesNotContain(decision.Reason, char.IsControl);
    }

    [Fact]
    public void A_disabled_board_is_no_member() =>
        Assert.Equal(IntakeRefusal.NotAMember, IntakeRules.Judge(s_directory, s_two with { IsActive = false }, "555B", "555B0201.001").Refusal);

    [Fact]
    public void What_a_stranger_typed_is_shown_short()
    {
        var decision = IntakeRules.Judge(s_directory, s_two, "555B", new string('x', 5000));
        Assert.InRange(decision.Reason.Length, 1, 200);
    }

    [Fact]
    public void The_reason_names_both_indices_in_decimal_and_hex()
    {
        var reason = IntakeRules.Judge(s_directory, s_two, "555B", "555BFF01.001").Reason;
        Assert.Contains("node 255 (FF", reason);
        Assert.Contains("node 2 ", reason);
    }

    private static DirectorySnapshot Directory()
    {
        var league = LeagueId.Parse("555B");
        var boards = new[] { 2, 3 }.Select(i => new BoardEntry(
            i, $"Board {i}", $"bbs_{i}", "stamp", true, new[] { new Seat(league, "League", i, null) }.ToFrozenDictionary(s => s.League))).ToList();
        var members = boards.ToFrozenDictionary(b => b.Id);
        return new DirectorySnapshot(
            new[]
            {
                new LeagueEntry(league, "League", 1, members, null, true, false),
                new LeagueEntry(LeagueId.Parse("777B"), "Other", 1, FrozenDictionary<int, BoardEntry>.Empty, null, true, false),
            }.ToFrozenDictionary(l => l.Id),
            boards.ToFrozenDictionary(b => b.ClientId), members);
    }
}
