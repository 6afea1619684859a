using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Dos;

/// <summary>
/// A scratch folder of one session, removed with it. It may lie beside the sysop's own folders, so a file inside says that
/// it is the hub's and whose session it was; by its name alone nothing is removed.
/// </summary>
internal sealed partial class JobFolder : IDisposable
{
    /// <summary>Begin of a session's folder on drive C.</summary>
    public const string OnDriveC = "NHJ";

    /// <summary>Begin of a session's folder among the hub's own.</summary>
    public const string InWork = "job-";

    /// <summary>The file inside that makes it the hub's; holds the hub process that made it.</summary>
    public const string MarkerName = "NOVAHUB.JOB";

    // Whether a hub in another container lives can't be told: its sessions are shorter than this
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
        RemoveLeftovers(parent, prefix, time, log);
        var path = System.IO.Path.Combine(parent, prefix + suffix);
        Directory.CreateDirectory(path);
        File.WriteAllText(System.IO.Path.Combine(path, MarkerName), ProcessTree.OwnMark + "\r\n", Encoding.ASCII);
        return new JobFolder(path, log);
    }

    /// <summary>Removes what sessions of dead hubs left in a folder.</summary>
    /// <param name="parent">Where they were made.</param>
    /// <param name="prefix">Begin of their names.</param>
    /// <param name="time">Clock for those of which it can't be told whether their hub lives.</param>
    /// <param name="log">Told when one cannot be removed.</param>
    /// <returns>How many were removed.</returns>
    public static int RemoveLeftovers(string parent, string prefix, TimeProvider time, ILogger log)
    {
        if (!Directory.Exists(parent))
        {
            return 0;
        }

        var now = time.GetUtcNow().UtcDateTime;
        var left = Directory.EnumerateDirectories(parent, prefix + "*").Where(folder => IsLeftover(folder, now)).ToList();
        return left.Count(folder => Remove(folder, log));
    }

    public void Dispose() => Remove(Path, _log);

    private static bool IsLeftover(string folder, DateTime now)
    {
        try
        {
            var old = now - Directory.GetLastWriteTimeUtc(folder) > Stale;
            var marker = new FileInfo(System.IO.Path.Combine(folder, MarkerName));
            if (marker is { Exists: true, Length: < 200 })
            {
                return ProcessTree.OwnerIsGone(File.ReadAllText(marker.FullName).Trim()) ?? old;
            }

            // Its hub was killed before it wrote the marker: there is nothing in it to lose
            return old && OwnName().IsMatch(System.IO.Path.GetFileName(folder)) && !Directory.EnumerateFileSystemEntries(folder).Any();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool Remove(string path, ILogger log)
    {
        try
        {
            Directory.Delete(path, recursive: true);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.ScratchLeft(log, path, e.Message);
            return false;
        }
    }

    [GeneratedRegex("^(NHJ[0-9A-F]{5}|job-[0-9A-Za-z-]+)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex OwnName();
}
