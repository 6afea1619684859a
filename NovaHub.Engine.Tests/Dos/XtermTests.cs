using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CsCheck;
using NovaHub.Engine.Dos;

namespace NovaHub.Engine.Tests.Dos;

/// <summary>The live view in the browser is xterm: the model must see what it shows.</summary>
public class XtermTests
{
    private sealed record Seen(string[] Rows, int X, int Y);

    [Fact]
    public void The_screen_model_ends_with_the_same_screen_as_xterm()
    {
        using var node = StartXterm();

        VtPrograms.Any.Sample(
            program =>
            {
                var theirs = Ask(node, program);
                var ours = new ScreenModel(_ => { });
                ours.Feed(program);
                return ours.Rows.SequenceEqual(theirs.Rows) && ours.Cursor == (theirs.Y, theirs.X);
            },
            iter: 1500,
            threads: 1,
            print: program => JsonSerializer.Serialize(Encoding.UTF8.GetString(program)));
    }

    [Theory]
    [InlineData("dosemu2-planetary.raw")]
    [InlineData("dosemu2-missing-program.raw")]
    [InlineData("dosemu2-dumb-terminal.raw")]
    public void A_recording_ends_with_the_same_screen_as_in_xterm(string name)
    {
        using var node = StartXterm();

        var ours = new ScreenModel(_ => { });
        ours.Feed(Fixture.Bytes(name));

        Assert.Equal(Ask(node, Fixture.Bytes(name)).Rows, ours.Rows);
    }

    private static Seen Ask(Process node, byte[] program)
    {
        node.StandardInput.WriteLine(Convert.ToBase64String(program));
        node.StandardInput.Flush();
        var seen = JsonSerializer.Deserialize<Seen>(node.StandardOutput.ReadLine()!, JsonSerializerOptions.Web)!;
        return seen with { Rows = [.. seen.Rows.Select(row => row.TrimEnd())] };
    }

    private static Process StartXterm()
    {
        var folder = Path.Combine(Fixture.SourceRoot, "NovaHub.Engine.Tests", "Dos", "xterm");
        Assert.True(
            Directory.Exists(Path.Combine(folder, "node_modules", "@xterm", "headless")),
            $"@xterm/headless is not installed: run 'npm ci' in {folder} (./test does it).");
        try
        {
            return Process.Start(new ProcessStartInfo("node", "screen.mjs")
            {
                WorkingDirectory = folder,
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("node is not installed (Debian: apt-get install nodejs npm; ./test does it).", e);
        }
    }
}
