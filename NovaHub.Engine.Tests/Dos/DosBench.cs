using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Dos;

namespace NovaHub.Engine.Tests.Dos;

/// <summary>A drive C: with a game folder, a scratch folder, and an emulator to run jobs on.</summary>
internal sealed class DosBench : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("novahub-dos-").FullName;
    private readonly string _driveName;

    /// <param name="driveName">Name of the host folder that becomes C:. DOSBox takes one with a blank, dosemu2 does not.</param>
    public DosBench(string driveName = "drive c")
    {
        _driveName = driveName;
        Directory.CreateDirectory(Game);
        Directory.CreateDirectory(Work);
        File.Copy(Fixture.Program, Path.Combine(Game, "ACT.COM"));
        Options = new DosOptions { Machine = "dosbox", WorkFolder = Work, KillAfter = TimeSpan.FromSeconds(3) };
    }

    public DosOptions Options { get; set; }

    public string DriveC => Path.Combine(_root, _driveName);

    public string Game => Path.Combine(DriveC, "B900N01");

    public string Work => Path.Combine(_root, "work");

    public Collected Screen { get; } = new();

    public DosMachines Machines => new(Microsoft.Extensions.Options.Options.Create(Options), TimeProvider.System, NullLoggerFactory.Instance);

    public DosJob Job(params string[] commands) => new(DriveC, Game, commands) { TimeLimit = TimeSpan.FromSeconds(60) };

    public Task<DosOutcome> RunAsync(params string[] commands) => RunAsync(Job(commands));

    public Task<DosOutcome> RunAsync(DosJob job, CancellationToken stop = default)
    {
        var choice = Machines.Find();
        Assert.True(choice.Machine is not null, choice.Missing);
        return choice.Machine.RunAsync(job, Screen, stop);
    }

    /// <summary>Processes that carry the id of any session of this bench: they run in its scratch folder.</summary>
    public List<string> LeftProcesses() =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), out _))
            .Where(folder =>
            {
                try
                {
                    return File.ReadAllText(Path.Combine(folder, "environ")).Contains("HOME=" + Work, StringComparison.Ordinal);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    return false;
                }
            }),
    ];

    /// <summary>Nothing of a session stays: no process, no scratch folder, no foreign file beside the game.</summary>
    public void AssertClean(params string[] besides)
    {
        Assert.Empty(LeftProcesses());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Work));
        Assert.Equal(["B900N01"], Directory.EnumerateFileSystemEntries(DriveC).Select(Path.GetFileName).Except(besides));
        Assert.Equal(["ACT.COM"], Directory.EnumerateFileSystemEntries(Game).Select(Path.GetFileName).Except(besides));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
