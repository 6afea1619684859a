using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Dos;

/// <summary>A scratch folder of one session, removed with it. Leftovers of a hub that was killed are removed a day later.</summary>
internal sealed class JobFolder : IDisposable
{
    private static readonly TimeSpan Stale = TimeSpan.FromDays(1);
    private readonly ILogger _log;

    private JobFolder(string path, ILogger log)
    {
        Path = path;
        _log = log;
    }

    public string Path { get; }

    /// <param name="parent">Where it is made.</param>
    /// <param name="prefix">Begin of its name, ours alone.</param>
    /// <param name="suffix">Rest of its name, different for each session.</param>
    /// <param name="time">Clock for leftovers.</param>
    /// <param name="log">Told when it cannot be removed.</param>
    public static JobFolder Create(string parent, string prefix, string suffix, TimeProvider time, ILogger log)
    {
        Directory.CreateDirectory(parent);
        var now = time.GetUtcNow().UtcDateTime;
        foreach (var old in Directory.EnumerateDirectories(parent, prefix + "*"))
        {
            if (now - Directory.GetLastWriteTimeUtc(old) > Stale)
            {
                Remove(old, log);
            }
        }

        var path = System.IO.Path.Combine(parent, prefix + suffix);
        Directory.CreateDirectory(path);
        return new JobFolder(path, log);
    }

    public void Dispose() => Remove(Path, _log);

    private static void Remove(string path, ILogger log)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.ScratchLeft(log, path, e.Message);
        }
    }
}
