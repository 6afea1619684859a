using NovaHub.Engine.Dos;

namespace NovaHub.Engine.Tests.Dos;

public class DosFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("novahub-folder-").FullName;

    public void Dispose()
    {
        Directory.Delete(_root, recursive: true);
        GC.SuppressFinalize(this);
    }

    private string Make(params string[] parts) => Directory.CreateDirectory(Path.Combine([_root, .. parts])).FullName;

    [Theory]
    [InlineData("B900N01", true)]
    [InlineData("GAME.V12", true)]
    [InlineData("BRE_900_N02", false)]
    [InlineData("GAME.LONG", false)]
    [InlineData("TWO.DOTS.X", false)]
    [InlineData("HAS SPACE", false)]
    [InlineData("CAFÉ", false)]
    [InlineData("con", false)]
    [InlineData("NUL.TXT", false)]
    [InlineData("", false)]
    public void A_name_is_short_or_not(string name, bool isShort) => Assert.Equal(isShort, DosFolder.IsShortName(name));

    [Fact]
    public void Every_part_below_the_drive_must_be_short_but_not_the_way_to_the_drive()
    {
        var drive = Make("a very long drive folder");
        var good = Make("a very long drive folder", "GAMES", "B900N01");
        var bad = Make("a very long drive folder", "GAMES", "BRE_900_N02", "X");

        Assert.Null(DosFolder.Fault(drive, good));
        Assert.Contains("'BRE_900_N02'", DosFolder.Fault(drive, bad), StringComparison.Ordinal);
        Assert.Contains("does not exist", DosFolder.Fault(drive, Path.Combine(drive, "GONE")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_outside_the_drive_is_refused()
    {
        Assert.Contains("must lie below", DosFolder.Fault(Make("C"), Make("D")), StringComparison.Ordinal);
        Assert.Contains("must lie below", DosFolder.Fault(Make("C"), _root), StringComparison.Ordinal);
        Assert.Contains("must lie below", DosFolder.Fault(Make("C"), Make("C2")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_folder_has_a_name_in_DOS()
    {
        Assert.Equal(@"C:\GAMES\B900N01", DosFolder.DosPath(_root, Make("games", "B900N01")));
        Assert.Equal(@"C:\", DosFolder.DosPath(_root, _root + "/"));
        Assert.Throws<ArgumentException>(() => DosFolder.DosPath(Make("C"), Make("D")));
    }

    [Fact]
    public void A_program_is_found_without_regard_to_case()
    {
        var game = Make("B900N01");
        File.WriteAllText(Path.Combine(game, "bre.Exe"), "");

        Assert.Equal(Path.Combine(game, "bre.Exe"), DosFolder.FindProgram(game, "BRE.EXE"));
        Assert.Null(DosFolder.FindProgram(game, "FE.EXE"));
        Assert.Null(DosFolder.FindProgram(Path.Combine(game, "gone"), "FE.EXE"));
    }

    [Fact]
    public void Names_that_differ_only_in_case_are_found()
    {
        var game = Make("B900N01");
        Make("B900N01", "OUTBOUND");
        Make("B900N01", "outbound");
        Make("B900N01", "INBOUND");

        Assert.Equal(["OUTBOUND", "outbound"], Assert.Single(DosFolder.CaseTwins(game)));
    }
}
