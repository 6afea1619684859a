using CsCheck;
using NovaHub.Engine.Games;

namespace NovaHub.Engine.Tests.Games;

public sealed class LeagueIdTests
{
    [Fact]
    public void A_league_id_is_three_digits_and_a_letter_and_nothing_else() => Gen.Char["0123456789BFbfX\n٥"].Array[3, 5].Sample(letters =>
    {
        var text = new string(letters);
        var taken = text.Length == 4 && text[..3].All(char.IsAsciiDigit) && text[3] is 'B' or 'F' && text.Length == 4;
        Assert.Equal(taken, LeagueId.TryParse(text, out var id));
        if (taken)
        {
            Assert.Equal((text, text[..3], text[3]), (id.ToString(), id.Number, id.Game.Letter));
        }
    }, iter: 20_000);

    [Fact]
    public void One_number_is_two_leagues_in_two_games()
    {
        Assert.NotEqual(LeagueId.Parse("015B"), LeagueId.Parse("015F"));
        Assert.Equal("BRNODES.015", LeagueId.Parse("015B").NodelistName);
        Assert.Equal("FENODES.015", LeagueId.Parse("015F").NodelistName);
    }

    [Fact]
    public void A_bad_id_says_what_one_looks_like()
    {
        var failure = Assert.Throws<FormatException>(() => LeagueId.Parse("5B"));
        Assert.Contains("555B", failure.Message);
    }

    [Theory]
    [InlineData("BRNODES.555", "555B")]
    [InlineData("brnodes.555", "555B")]
    [InlineData("FENODES.001", "001F")]
    public void A_nodelists_name_tells_its_league(string name, string league)
    {
        Assert.True(NodelistName.TryParse(name, out var found));
        Assert.Equal(league, found.ToString());
    }

    [Theory]
    [InlineData("BRNODES.DAT")]
    [InlineData("BRNODES.5555")]
    [InlineData("BRNODES.55")]
    [InlineData("BRNODES.555\n")]
    [InlineData("XXNODES.555")]
    [InlineData("BRNODES.٥٥٥")]
    [InlineData("BRNODES555")]
    public void What_only_looks_like_a_nodelist_is_none(string name) => Assert.False(NodelistName.IsMatch(name));
}
