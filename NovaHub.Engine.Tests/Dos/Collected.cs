using System.Text;
using NovaHub.Engine.Dos;

namespace NovaHub.Engine.Tests.Dos;

/// <summary>A screen that remembers its rows and its bytes, as a run would.</summary>
internal sealed class Collected : IDosOutput
{
    private readonly ScreenModel _screen;
    private readonly MemoryStream _bytes = new();
    private readonly TaskCompletionSource _something = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Collected() => _screen = new ScreenModel(Rows.Add);

    public List<string> Rows { get; } = [];

    public string Text => Encoding.UTF8.GetString(_bytes.ToArray());

    /// <summary>Completes when the first bytes are there.</summary>
    public Task Something => _something.Task.WaitAsync(TimeSpan.FromSeconds(20));

    public void Write(ReadOnlySpan<byte> vt)
    {
        lock (_bytes)
        {
            _bytes.Write(vt);
        }

        _screen.Feed(vt);
        _something.TrySetResult();
    }

    public List<string> End()
    {
        _screen.End();
        return Rows;
    }
}

internal static class Fixture
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Dos", "Fixtures", name);

    public static byte[] Bytes(string name) => File.ReadAllBytes(PathOf(name));

    /// <summary>The lines that the small program of the recording printed.</summary>
    public static string[] PlanetaryLines => File.ReadAllLines(PathOf("planetary-lines.txt"));

    public static string Program => Path.Combine(AppContext.BaseDirectory, "Dos", "Programs", "ACT.COM");

    public static List<string> RowsOf(byte[] vt, int chunk = int.MaxValue)
    {
        var rows = new List<string>();
        var screen = new ScreenModel(rows.Add);
        for (var at = 0; at < vt.Length; at += Math.Min(chunk, vt.Length - at))
        {
            screen.Feed(vt.AsSpan(at, Math.Min(chunk, vt.Length - at)));
        }

        screen.End();
        return rows;
    }

    /// <summary>The folder of the source tree, for tests that build or need node modules.</summary>
    public static string SourceRoot
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "NovaHub.sln")))
            {
                folder = folder.Parent;
            }

            return folder?.FullName ?? throw new InvalidOperationException("The tests must run from below the source tree (NovaHub.sln was not found).");
        }
    }
}
