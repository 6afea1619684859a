using System.Text;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;

namespace NovaHub.Engine.Sandbox;

/// <summary>
/// A copy of Sandbox Realms, the small DOS game of this repository that behaves to a hub like BRE. Its source is beside
/// this file in <c>Game/</c>.
/// </summary>
public static class SandboxGame
{
    private const string Program = "SANDBOX.EXE";

    /// <summary>Makes a game folder that is ready to run.</summary>
    /// <param name="driveC">Host folder that becomes C:.</param>
    /// <param name="name">Name of the folder below it, 8.3.</param>
    /// <param name="league">The league; a BRE league.</param>
    /// <param name="bbsName">The board's name, as it stands in the nodelist.</param>
    /// <param name="address">Its FTN address.</param>
    /// <param name="nodelist">The league's nodelist, or null to leave it out (the hub brings its own).</param>
    /// <returns>The game folder.</returns>
    public static string Install(string driveC, string name, LeagueId league, string bbsName, string address, byte[]? nodelist)
    {
        var folder = Path.Combine(driveC, name);
        Directory.CreateDirectory(Path.Combine(folder, "INBOUND"));
        Directory.CreateDirectory(Path.Combine(folder, "OUTBOUND"));
        using (var program = typeof(SandboxGame).Assembly.GetManifestResourceStream(Program)
            ?? throw new InvalidOperationException($"{Program} is not part of this build."))
        using (var file = File.Create(Path.Combine(folder, league.Game.Program)))
        {
            program.CopyTo(file);
        }

        var configuration = string.Join("\r\n",
            "Sandbox Sysop", bbsName, address, DosFolder.DosPath(driveC, Path.Combine(folder, "INBOUND")) + "\\", "", league.Number, "", "");
        File.WriteAllText(Path.Combine(folder, "BBS.CFG"), configuration, Encoding.ASCII);
        if (nodelist is not null)
        {
            File.WriteAllBytes(Path.Combine(folder, league.Game.NodelistDat), nodelist);
        }

        return folder;
    }
}
