using System.Text;
using CsCheck;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Tests.Dos;
using NovaHub.Engine.Transcripts;

namespace NovaHub.Engine.Tests.Transcripts;

public class TranscriptReaderTests
{
    private const string InItem = "     DeCompress:  Old:  56  New:1448  %: 96.1%  Type: Recon Update   2-> 1";
    private const string OutItem = "     Compress: Old: 1448  Size:   36  %: 97.5%  Type: Configupdate   1-> 2";

    private static TranscriptReader Read(params IEnumerable<string> rows)
    {
        var reader = new TranscriptReader();
        foreach (var row in rows)
        {
            reader.Line(row);
        }

        return reader;
    }

    [Fact]
    public void The_recorded_maintenance_run_is_read_completely()
    {
        var reader = Read(Fixture.RowsOf(Fixture.Bytes("dosemu2-planetary.raw")));

        Assert.Equal(
            [
                "Checking Daily Maintenance", "Running Daily Maintenance", "Processing Incoming Data", "Creating Local Recon Info",
                "Creating Global Recon Requests", "Creating Routing Data", "Processing Outbound Data", "Checking for Any Lost Attacks",
                "Planetary Maintenance Complete",
            ],
            reader.Phases.Select(phase => phase.Name));
        Assert.Equal(6, reader.Items.Count(item => item.Direction == TranscriptDirection.In));
        Assert.Equal(4, reader.Items.Count(item => item.Direction == TranscriptDirection.Out));
        Assert.Equal(new TranscriptItem("Processing Incoming Data", TranscriptDirection.In, "Player List", 2, 3, 120, 783), reader.Items[3]);
        Assert.Equal(new TranscriptItem("Processing Outbound Data", TranscriptDirection.Out, "Time Check", 2, 3, 8, 8), reader.Items[9]);
        Assert.Equal([new TranscriptMail("The Dive", 2), new TranscriptMail("Café Eclipse", 3)], reader.Mails);
        Assert.Equal([2, 3], reader.NodesRead);
        Assert.True(reader.Completed);
        Assert.Null(reader.RuntimeError);
    }

    [Theory]
    [InlineData("dosemu2-missing-program.raw")]
    [InlineData("dosemu2-dumb-terminal.raw")]
    public void A_recording_of_a_failure_is_never_complete(string name)
    {
        var reader = Read(Fixture.RowsOf(Fixture.Bytes(name)));

        Assert.False(reader.Completed);
        Assert.Empty(reader.Phases);
        Assert.Empty(reader.Items);
    }

    [Fact]
    public void An_item_is_read_in_both_shapes_with_and_without_blanks()
    {
        string[] shapes =
        [
            "Compress:  Old: 1448  Size:   36  %: 97.5%  Type: Configupdate   1-> 2",
            "Compress:Old:1448 New:36 %:97.5% Type:Configupdate 1->2",
            "Compress: Old:1448  New:  36  %: 97.5%  Type: Configupdate 1 -> 2",
        ];

        Assert.All(shapes, shape => Assert.Equal(
            new TranscriptItem("", TranscriptDirection.Out, "Configupdate", 1, 2, 36, 1448), Assert.Single(Read(shape).Items)));
    }

    [Fact]
    public void Lines_that_run_together_are_all_read()
    {
        var reader = Read("■ Processing Incoming DataProcessing Incoming Data from Node 2" + InItem.Trim() + InItem.Replace("2-> 1", "12-> 3", StringComparison.Ordinal)
            + "■ Processing Outbound Data" + OutItem + "Outbound mail for The Dive - Node 2 created.Outbound mail for A - B - Node 3 created.■ Planetary Maintenance Complete");

        Assert.Equal(["Processing Incoming Data", "Processing Outbound Data", "Planetary Maintenance Complete"], reader.Phases.Select(phase => phase.Name));
        Assert.Equal([(2, 1), (12, 3), (1, 2)], reader.Items.Select(item => (item.Source, item.Dest)));
        Assert.Equal([new TranscriptMail("The Dive", 2), new TranscriptMail("A - B", 3)], reader.Mails);
        Assert.Equal([2, 12], reader.NodesRead);
        Assert.True(reader.Completed);
    }

    [Fact]
    public void A_mangled_half_is_dropped_and_the_intact_copy_read()
    {
        var reader = Read("■ Checking Dai■ Checking Daily Maintenance", "DeCompress:  Old:  56  New:1448  %: 96.1%  Type: Recon Upda" + InItem.Trim(), "DeCompress:  Old:  56  New:14");

        Assert.Equal(["Checking Daily Maintenance"], reader.Phases.Select(phase => phase.Name));
        Assert.Equal("Recon Update", Assert.Single(reader.Items).Type);
    }

    [Fact]
    public void A_repaint_of_the_whole_screen_changes_nothing()
    {
        var rows = Fixture.PlanetaryLines;
        var once = Read(rows);
        var often = Read(rows.Concat(rows).Concat(rows));

        Assert.Equal(once.Phases, often.Phases);
        Assert.Equal(once.Items, often.Items);
        Assert.Equal(once.Mails, often.Mails);
    }

    [Fact]
    public void The_same_item_in_another_phase_or_of_another_size_counts_again()
    {
        var reader = Read("■ Phase one", OutItem, OutItem, OutItem.Replace("  36", "  37", StringComparison.Ordinal), "■ Phase two", OutItem);

        Assert.Equal([("Phase one", 36), ("Phase one", 37), ("Phase two", 36)], reader.Items.Select(item => (item.Phase, item.Size)));
    }

    [Fact]
    public void While_it_runs_each_row_tells_what_is_new()
    {
        var reader = new TranscriptReader();

        Assert.Equal([new TranscriptPhase("Processing Incoming Data")], reader.Line("■ Processing Incoming Data (May take a while)"));
        Assert.IsType<TranscriptItem>(Assert.Single(reader.Line(InItem)));
        Assert.Empty(reader.Line(InItem));
        Assert.Empty(reader.Line("something else"));
    }

    [Fact]
    public void Indices_that_no_board_can_have_are_no_item() =>
        Assert.Empty(Read(InItem.Replace("2-> 1", "0-> 1", StringComparison.Ordinal), InItem.Replace("2-> 1", "2-> 256", StringComparison.Ordinal)).Items);

    [Fact]
    public void A_runtime_error_is_recognised_and_number_200_has_advice()
    {
        var reader = Read("Runtime error 200 at 0000:0091.");

        Assert.Equal("Runtime error 200 at 0000:0091", reader.RuntimeError);
        Assert.Contains("Dos:DosBoxCycles", reader.Advice, StringComparison.Ordinal);
        Assert.Null(Read("Runtime error 003 at 1A2B:0091.").Advice);
    }

    [Fact]
    public void Any_item_is_read_back_however_the_lines_are_joined()
    {
        var type = Gen.String[Gen.Char["ABCxyz019/-"], 1, 8].Array[1, 3].Select(words => "T" + string.Join(' ', words));
        var item = Gen.Select(
            Gen.Bool, type, Gen.Int[1, 255], Gen.Int[1, 255], Gen.Int[0, 9999], Gen.Int[0, 9999],
            (isIn, name, source, dest, old, @new) => (isIn, name, source, dest, old, @new));
        Gen.Select(item.Array[1, 8], Gen.Bool).Sample((items, together) =>
        {
            var lines = items.Select(i => i.isIn
                ? $"     DeCompress:  Old:{i.old,4}  New:{i.@new,4}  %: 96.1%  Type: {i.name} {i.source,3}->{i.dest,2}"
                : $"     Compress: Old: {i.old,4}  Size: {i.@new,4}  %: 0.0%  Type: {i.name} {i.source,3}->{i.dest,2}");
            var expected = items
                .Select(i => new TranscriptItem(
                    "", i.isIn ? TranscriptDirection.In : TranscriptDirection.Out, i.name, i.source, i.dest, i.isIn ? i.old : i.@new, i.isIn ? i.@new : i.old))
                .Distinct();
            return Read(together ? [string.Concat(lines)] : lines).Items.SequenceEqual(expected);
        });
    }

    [Fact]
    public void No_row_however_odd_breaks_the_reader() =>
        Gen.String[Gen.Char["■DeCompress: OldNewType->12 ()%Outbound mail for Node created"], 0, 200].Sample(row => Read(row, row).Items.Count >= 0);

    [Fact]
    public void Old_log_files_are_read_in_either_encoding()
    {
        const string Log = "\u001b[1;36m■\u000f Processing Outbound Data\u001b[0m\r\n\u001b[5;6HOutbound mail for Café Eclipse - Node 3 created.\u001b[6;1H■ Planetary Maintenance Complete";

        foreach (var bytes in new[] { Encoding.UTF8.GetBytes(Log), Cp437.Encode(Log) })
        {
            var reader = Read(TranscriptText.FromBytes(bytes).Split('\n'));
            Assert.Equal("Processing Outbound Data", reader.Phases[0].Name);
            Assert.Equal([new TranscriptMail("Café Eclipse", 3)], reader.Mails);
            Assert.True(reader.Completed);
        }
    }

    [Fact]
    public void Text_of_a_log_file_keeps_columns_and_loses_sequences() =>
        Assert.Equal("Old: 1   New: 2\nNext", TranscriptText.FromBytes("Old: 1\u001b[3CNew: 2\u001b[?25h\u001b)0\u001b]0;title\u0007\u000f\r\nNext"u8.ToArray()));
}
