using System.Collections.Frozen;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Components.Live;
using NovaHub.Web.Components.Pages.Leagues;

namespace NovaHub.Web.Tests.Components;

public sealed class LeagueHealthTests : IDisposable
{
    private static readonly LeagueId League = LeagueId.Parse("555B");

    private readonly string _folder = Directory.CreateTempSubdirectory("novahub-health-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Without_a_game_folder_its_mail_waits() => Assert.Contains(Gaps(null), g => g.StopsRuns && g.Sentence.StartsWith("No game folder.", StringComparison.Ordinal));

    [Fact]
    public void A_folder_that_is_gone_is_named() => Assert.Contains(Gaps("/no/such/folder"), g => g.StopsRuns && g.Sentence.Contains("/no/such/folder does not exist", StringComparison.Ordinal));

    [Fact]
    public void A_folder_without_the_game_is_named() => Assert.Contains(Gaps(_folder), g => g.StopsRuns && g.Sentence.StartsWith($"BRE.EXE is not in {_folder}", StringComparison.Ordinal));

    [Fact]
    public void The_game_is_found_in_either_case()
    {
        File.WriteAllText(Path.Combine(_folder, "bre.exe"), "");
        Assert.DoesNotContain(Gaps(_folder), g => g.StopsRuns);
        Assert.Contains(Gaps(_folder, "Install DOSBox."), g => g.StopsRuns && g.Sentence == "Install DOSBox.");
    }

    [Fact]
    public void A_league_without_boards_says_how_to_add_one() =>
        Assert.Contains(Gaps(null), g => g is { StopsRuns: false, Command: "./novahub bbs add \"Name of the BBS\" --member 555B:2" });

    [Fact]
    public void The_look_at_a_game_folder_knows_what_its_emulator_can_not_use()
    {
        var games = Directory.CreateDirectory(Path.Combine(_folder, "my games")).FullName;
        var league = new League { Id = League, Name = "Test", GameFolder = Directory.CreateDirectory(Path.Combine(games, "B555N01")).FullName };
        var machines = new DosMachines(Options.Create(new DosOptions()), TimeProvider.System, NullLoggerFactory.Instance);
        File.WriteAllText(Path.Combine(_folder, "dosemu"), "#!/bin/sh\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(_folder, "dosemu"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var said = FolderChecks.Look(league, machines.Find(new DosOptions { Machine = "dosemu2", DosemuPath = Path.Combine(_folder, "dosemu") }));

        Assert.Contains(said, s => s.Tone == Tone.Bad && s.Sentence.StartsWith($"dosemu2 can't use {games} as drive C: there is a blank", StringComparison.Ordinal));
        Assert.Contains(FolderChecks.Look(league, new DosMachineChoice(null, "Install DOSBox.")), s => s.Sentence == "Install DOSBox.");
    }

    private static IReadOnlyList<LeagueGap> Gaps(string? folder, string? emulator = null) =>
        new LeagueHealth(() => emulator, TimeProvider.System).Gaps(new LeagueEntry(League, "Test", 1, FrozenDictionary<int, BoardEntry>.Empty, folder, true, false));
}
