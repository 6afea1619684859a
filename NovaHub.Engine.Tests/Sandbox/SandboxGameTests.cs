using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Sandbox;

namespace NovaHub.Engine.Tests.Sandbox;

public class SandboxGameTests
{
    [Fact]
    public void An_installed_game_folder_has_no_faults()
    {
        var drive = Directory.CreateTempSubdirectory("novahub-sandbox-").FullName;
        try
        {
            var league = LeagueId.Parse("900B");
            var folder = SandboxGame.Install(drive, "B900N02", league, "Alpha", "13:10/2", "2\r\n"u8.ToArray());

            Assert.Empty(GameFolder.Of(new League { Id = league, Name = "Sandbox", GameFolder = folder })!.Faults(null));
            Assert.Equal("2\r\n", File.ReadAllText(Path.Combine(folder, "BRNODES.DAT")));
            Assert.Equal(@"C:\B900N02\INBOUND\", File.ReadAllLines(Path.Combine(folder, "BBS.CFG"))[3]);
        }
        finally
        {
            Directory.Delete(drive, recursive: true);
        }
    }

    [Fact]
    public async Task A_message_from_one_board_to_another_travels_through_the_hubs_game()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        foreach (var (name, bytes) in await hub.PlayBoardAsync(league, 2, "Alpha 900"))
        {
            await hub.UploadAsync(name, bytes);
        }

        var report = await hub.RunAsync(league);

        Assert.Contains(report.Items, i => i is { Read: true, Type: "Message", Source: 2, Dest: 3 });
        Assert.Contains(report.Items, i => i is { Read: false, Type: "Message", Source: 2, Dest: 3 });
        Assert.Contains(report.PacketsOut, p => p.Dest == 3);
    }
}
