using System.Text;
using CsCheck;
using NovaHub.Engine.Dos;

namespace NovaHub.Engine.Tests.Dos;

public class ScreenModelTests
{
    private static List<string> Rows(string vt) => Fixture.RowsOf(Encoding.UTF8.GetBytes(vt));

    [Fact]
    public void All_lines_of_the_recorded_maintenance_run_come_out_whole_once_and_in_order()
    {
        var rows = Fixture.RowsOf(Fixture.Bytes("dosemu2-planetary.raw"));

        var wanted = Fixture.PlanetaryLines;
        Assert.Equal(25, wanted.Length);
        Assert.Equal(wanted, rows.Where(wanted.Contains));
    }

    [Fact]
    public void Of_the_recording_nothing_but_the_boot_banner_is_there_besides()
    {
        var rows = Fixture.RowsOf(Fixture.Bytes("dosemu2-planetary.raw"));

        var first = rows.IndexOf(Fixture.PlanetaryLines[0]);
        var others = rows.Skip(first).Except(Fixture.PlanetaryLines);
        Assert.Equal(["ERROR: bad dos helper function: AX=0x0015"], others);
    }

    [Fact]
    public void A_missing_program_leaves_only_the_boot_banner()
    {
        var rows = Fixture.RowsOf(Fixture.Bytes("dosemu2-missing-program.raw"));

        Assert.Contains("dosemu2 2.0pre9", rows);
        Assert.DoesNotContain(rows, row => row.Contains("Planetary", StringComparison.Ordinal));
    }

    [Fact]
    public void A_dumb_terminal_shows_no_line_of_the_program()
    {
        var rows = Fixture.RowsOf(Fixture.Bytes("dosemu2-dumb-terminal.raw"));

        Assert.NotEmpty(rows);
        Assert.DoesNotContain(rows, row => row.Contains('■', StringComparison.Ordinal));
    }

    [Fact]
    public void Chunks_of_any_size_give_the_same_rows()
    {
        var recording = Fixture.Bytes("dosemu2-planetary.raw");
        var whole = Fixture.RowsOf(recording);

        Gen.Int[1, 700].Sample(size => Fixture.RowsOf(recording, size).SequenceEqual(whole), iter: 100);
        Assert.Equal(whole, Fixture.RowsOf(recording, 1));
    }

    [Fact]
    public void Random_output_cut_anywhere_gives_the_same_rows()
    {
        Gen.Select(VtPrograms.Any, Gen.Int[1, 9]).Sample(
            (program, size) => Fixture.RowsOf(program, size).SequenceEqual(Fixture.RowsOf(program)), iter: 300);
    }

    [Fact]
    public void A_line_typed_in_pieces_is_one_row() =>
        Assert.Equal(["Old:  56  New:1448  done"], Rows("Old:  56\u001b[2;1H\u001b[1;9H  New:1448\u001b[5;5H\u001b[1;19H  done"));

    [Fact]
    public void Text_that_is_overwritten_is_taken_first() =>
        Assert.Equal(["Node 2 of 9", "Node 3 of 9"], Rows("Node 2 of 9\u001b[3;1H\u001b[1;6H3"));

    [Fact]
    public void Cells_that_cursor_movements_skip_are_blanks() =>
        Assert.Equal(["Compressed: 334       Decompressed: 2488"], Rows("Compressed: 334\u001b[7CDecompressed: 2488"));

    [Fact]
    public void Rows_that_scroll_away_come_in_order()
    {
        var text = string.Join("\r\n", Enumerable.Range(1, 100).Select(n => $"Line {n}"));

        Assert.Equal(Enumerable.Range(1, 100).Select(n => $"Line {n}"), Rows(text));
    }

    [Fact]
    public void A_heading_outside_the_scrolling_region_comes_once()
    {
        var text = "Heading\u001b[2;25r\u001b[2;1H" + string.Join("\r\n", Enumerable.Range(1, 60).Select(n => $"Line {n}"));

        var rows = Rows(text);

        Assert.Single(rows, "Heading");
        Assert.Equal(61, rows.Count);
    }

    [Fact]
    public void A_screen_that_is_cleared_and_painted_again_brings_no_line_twice()
    {
        const string Screen = "\u001b[1;1HFirst line\u001b[2;1HSecond line\u001b[3;1HThird line";

        Assert.Equal(["First line", "Second line", "Third line"], Rows(Screen + "\u001b[2J" + Screen + "\u001b[2J" + Screen));
    }

    [Fact]
    public void A_scroll_sent_as_a_repaint_brings_no_line_twice()
    {
        var vt = new StringBuilder();
        for (var top = 1; top <= 30; top++)
        {
            for (var row = 0; row < 25; row++)
            {
                vt.Append($"\u001b[{row + 1};1HLine {top + row} says {(top + row) * 7}  ");
            }
        }

        Assert.Equal(Enumerable.Range(1, 54).Select(n => $"Line {n} says {n * 7}"), Rows(vt.ToString()));
    }

    [Fact]
    public void Two_lines_that_really_say_the_same_both_come() =>
        Assert.Equal(["Same", "Same", "Other"], Rows("Same\r\nSame\r\nOther"));

    [Fact]
    public void A_cleared_screen_hands_over_what_it_held() =>
        Assert.Equal(["Before", "After"], Rows("Before\u001b[2J\u001b[1;1HAfter"));

    [Fact]
    public void A_finished_row_is_taken_while_it_stays_on_the_screen()
    {
        var rows = new List<string>();
        var screen = new ScreenModel(rows.Add);
        screen.Feed("Phase one\r\nPhase t"u8);

        screen.TakeSettled();
        Assert.Empty(rows);
        screen.TakeSettled();
        Assert.Equal(["Phase one"], rows);
        screen.Feed("wo\r\n"u8);
        screen.TakeSettled();
        screen.End();

        Assert.Equal(["Phase one", "Phase two"], rows);
    }

    [Fact]
    public void The_last_row_is_taken_after_a_longer_silence()
    {
        var rows = new List<string>();
        var screen = new ScreenModel(rows.Add);
        screen.Feed("Waiting"u8);

        for (var call = 0; call < 4; call++)
        {
            screen.TakeSettled();
        }

        Assert.Equal(["Waiting"], rows);
    }
}
