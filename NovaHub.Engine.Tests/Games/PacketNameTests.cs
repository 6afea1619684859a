using CsCheck;
using NovaHub.Engine.Games;

namespace NovaHub.Engine.Tests.Games;

public sealed class PacketNameTests
{
    private static readonly Gen<PacketName> s_names =
        from number in Gen.Int[0, 999]
        from game in Gen.Char["BF"]
        from source in Gen.Int[1, 255]
        from dest in Gen.Int[1, 255]
        from sequence in Gen.Int[0, 999]
        select new PacketName(LeagueId.Parse($"{number:D3}{game}"), source, dest, sequence);

    [Fact]
    public void Every_name_reads_back_as_itself_in_either_case() => s_names.Sample(name =>
    {
        var text = name.ToString();
        Assert.Equal(PacketName.Length, text.Length);
        Assert.Equal(text.ToUpperInvariant(), text);
        Assert.True(PacketName.TryParse(text, out var upper) && upper == name);
        Assert.True(PacketName.TryParse(text.ToLowerInvariant(), out var lower) && lower == name);
    });

    [Fact]
    public void A_name_with_anything_before_or_behind_it_is_none() => Gen.Select(s_names, Gen.Char).Sample((name, c) =>
    {
        Assert.False(PacketName.TryParse(name.ToString() + c, out _));
        Assert.False(PacketName.TryParse(c + name.ToString(), out _));
    });

    [Fact]
    public void What_is_taken_is_exactly_what_clients_take() => Gen.Char["0123456789ABCDEFGabcdefg.\n٠५ "].Array[11, 13].Sample(letters =>
    {
        var text = new string(letters);
        var taken = System.Text.RegularExpressions.Regex.IsMatch(
            text, @"\A[0-9]{3}[BFbf][0-9A-Fa-f]{4}\.[0-9]{3}\z", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1))
            && text[4..6] != "00" && text[6..8] != "00";
        Assert.Equal(taken, PacketName.TryParse(text, out _));
    }, iter: 20_000);

    [Fact]
    public void Changing_one_character_to_one_that_cannot_stand_there_makes_it_no_name() =>
        Gen.Select(s_names, Gen.Int[0, 11], Gen.Char["x \n\0/é٣-"]).Sample((name, at, c) =>
        {
            var letters = name.ToString().ToCharArray();
            letters[at] = c;
            Assert.False(PacketName.TryParse(new string(letters), out _));
        });

    [Theory]
    [InlineData("555B0201.001", 2, 1, 1)]
    [InlineData("555bfF0a.999", 255, 10, 999)]
    [InlineData("000F0101.000", 1, 1, 0)]
    public void Indices_are_hex_and_the_sequence_is_decimal(string text, int source, int dest, int sequence)
    {
        Assert.True(PacketName.TryParse(text, out var name));
        Assert.Equal((source, dest, sequence), (name.Source, name.Dest, name.Sequence));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("555B0001.001")]
    [InlineData("555B0100.001")]
    [InlineData("555B0201.1")]
    [InlineData("555B0201001")]
    [InlineData("555B0201.001\n")]
    [InlineData("٥٥٥B0201.001")]
    [InlineData("555B0201.٠٠١")]
    [InlineData("55B00201.001")]
    [InlineData("555X0201.001")]
    public void What_only_looks_like_a_name_is_refused(string? text) => Assert.False(PacketName.TryParse(text, out _));
}
