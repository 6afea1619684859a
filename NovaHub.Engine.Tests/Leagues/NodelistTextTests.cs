using System.Text;
using CsCheck;
using NovaHub.Engine.Leagues;

namespace NovaHub.Engine.Tests.Leagues;

public sealed class NodelistTextTests
{
    private static readonly NodelistEntry s_hub = new(1, [2, 3], "The Hub BBS", "13:10/1", "Orlando", "FL", "USA");
    private static readonly NodelistEntry s_two = new(2, null, "Café à la Carte", "13:10/2", "Zürich", "", "CH");

    private static readonly Gen<string> s_line = Gen.Char["ABCxyz 019-'.,&éÜñ░█"].Array[0, 30].Select(c => new string(c).Trim());

    private static readonly Gen<NodelistEntry[]> s_lists =
        from indices in Gen.Int[2, 255].HashSet[0, 20]
        from lines in Gen.Select(s_line, s_line, s_line, s_line).Array[indices.Count]
        from routes in Gen.Bool
        let members = indices.Zip(lines, (i, l) => new NodelistEntry(i, null, "N" + l.Item1, $"13:10/{i}", l.Item2, l.Item3, l.Item4)).ToArray()
        select (NodelistEntry[])[.. members, s_hub with { Routes = routes && members.Length > 0 ? indices.Order().ToList() : null }];

    [Fact]
    public void Six_lines_a_node_then_a_blank_one_in_order_of_index()
    {
        var text = Text(NodelistText.Write([new NodelistEntry(3, null, "Three", "", "", "", ""), s_two with { Name = "Two", City = "Bern" }, s_hub], 1));
        Assert.Equal(
            "1 HOST 2 3\r\nThe Hub BBS\r\n13:10/1\r\nOrlando\r\nFL\r\nUSA\r\n\r\n"
            + "2\r\nTwo\r\n13:10/2\r\nBern\r\n-\r\nCH\r\n\r\n"
            + "3\r\nThree\r\n-\r\n-\r\n-\r\n-\r\n\r\n", text);
    }

    [Fact]
    public void A_league_that_does_not_route_through_the_hub_has_a_bare_index() =>
        Assert.StartsWith("1\r\nThe Hub BBS\r\n", Text(NodelistText.Write([s_hub with { Routes = null }], 1)));

    [Fact]
    public void It_is_written_in_the_code_page_of_dos()
    {
        var bytes = NodelistText.Write([s_hub, s_two], 1);
        Assert.Contains((byte)0x82, bytes);
        Assert.Equal(bytes.Length, Text(bytes).Length);
    }

    [Fact]
    public void What_was_written_reads_back_the_same() => s_lists.Sample(list =>
    {
        var read = NodelistText.Read(NodelistText.Write(list, 1));
        Assert.Equal(list.OrderBy(e => e.Index).Select(Flat), read.Select(Flat));
    });

    [Fact]
    public void No_field_is_ever_empty_so_that_no_reader_takes_a_city_for_a_board() => s_lists.Sample(list =>
    {
        // As a program of a board reads it: cut at blank lines, a number first, then its name
        var entries = Text(NodelistText.Write(list, 1)).Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries).Select(e => e.Split("\r\n")).ToList();
        Assert.All(entries, e => Assert.Equal(6, e.Length));
        Assert.Equal(list.Select(n => n.Index).Order(), entries.Select(e => int.Parse(e[0].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)));
    });

    [Fact]
    public void A_list_with_empty_fields_of_an_earlier_version_reads_as_ever()
    {
        var old = Encoding.ASCII.GetBytes("1\r\nHub\r\n13:10/1\r\n\r\n\r\n\r\n\r\n2\r\nTwo\r\n\r\n3 Rivers\r\n\r\n\r\n\r\n");
        var entries = NodelistText.Read(old);
        Assert.Equal([(1, "Hub", ""), (2, "Two", "3 Rivers")], entries.Select(e => (e.Index, e.Name, e.City)));
        Assert.StartsWith("Only how it is written", Assert.Single(NodelistHistory.Differences(old, NodelistText.Write([.. entries], 1))));
    }

    [Fact]
    public void Written_again_it_is_the_same_bytes_in_whatever_order_the_nodes_came() => s_lists.Sample(list =>
        Assert.Equal(NodelistText.Write(list, 1), NodelistText.Write([.. list.Reverse()], 1)));

    [Theory]
    [InlineData("1\nHub\n13:10/1\nC\nS\nL\n\n", null)]
    [InlineData("1 HOST\r\nHub\r\n13:10/1\r\nC\r\nS\r\nL\r\n\r\n", null)]
    [InlineData("1 host 2 3\r\nHub\r\n13:10/1\r\nC\r\nS\r\nL\r\n", "2 3")]
    [InlineData("1 HOST 2  3 \r\nHub\r\n13:10/1\r\nC\r\nS\r\nL\r\n\r\n\u001a", "2 3")]
    public void Every_way_of_writing_the_first_line_is_taken(string text, string? routes)
    {
        var node = Assert.Single(NodelistText.Read(Encoding.ASCII.GetBytes(text)));
        Assert.Equal((1, "Hub", routes), (node.Index, node.Name, node.Routes is null ? null : string.Join(' ', node.Routes)));
    }

    [Theory]
    [InlineData("Hub\r\n1\r\n13:10/1\r\nC\r\nS\r\nL\r\n")]
    [InlineData("1\r\nHub\r\n13:10/1\r\n")]
    [InlineData("256\r\nHub\r\n13:10/1\r\nC\r\nS\r\nL\r\n")]
    [InlineData("1 HOST 0\r\nHub\r\n13:10/1\r\nC\r\nS\r\nL\r\n")]
    [InlineData("1 ROUTE 2\r\nHub\r\n13:10/1\r\nC\r\nS\r\nL\r\n")]
    public void What_is_no_nodelist_is_refused_with_a_sentence(string text)
    {
        var failure = Assert.Throws<FormatException>(() => NodelistText.Read(Encoding.ASCII.GetBytes(text)));
        Assert.Contains("nodelist", failure.Message);
    }

    public static TheoryData<string, NodelistEntry[], int> Harmful => new()
    {
        { "missing", [s_two], 1 },
        { "missing", [], 1 },
        { "missing", [s_hub], 2 },
        { "Two boards", [s_hub, s_two, s_two with { Address = "" }], 1 },
        { "out of range", [s_hub, s_two with { Index = 0 }], 1 },
        { "out of range", [s_hub, s_two with { Index = 256 }], 1 },
        { "13:10/1", [s_hub, s_two with { Address = "13:10/1" }], 1 },
        { "no name", [s_hub, s_two with { Name = " " }], 1 },
        { "without text", [s_hub, s_two with { Name = "-" }], 1 },
        { "CP437", [s_hub, s_two with { Name = "日本" }], 1 },
        { "CP437", [s_hub, s_two with { City = "a\r\nb" }], 1 },
        { "CP437", [s_hub, s_two with { Country = "\u001b[2J" }], 1 },
    };

    [Theory]
    [MemberData(nameof(Harmful))]
    public void A_list_that_would_harm_the_league_is_not_written(string word, NodelistEntry[] entries, int hubIndex)
    {
        var refusal = Assert.Throws<NodelistRefusedException>(() => NodelistText.Write(entries, hubIndex));
        Assert.Contains(word, refusal.Message);
    }

    private static string Text(byte[] bytes) => CodePagesEncodingProvider.Instance.GetEncoding(437)!.GetString(bytes);

    private static string Flat(NodelistEntry e) =>
        $"{e.Index}|{(e.Routes is null ? "" : string.Join(' ', e.Routes))}|{e.Name}|{e.Address}|{Plain(e.City)}|{Plain(e.State)}|{Plain(e.Country)}";

    // A dash means that there is nothing
    private static string Plain(string field) => field == "-" ? "" : field;
}
