namespace NovaHub.Engine.Runs;

/// <summary>
/// How long files have been left alone, by looking at them: a file's own date may lie (a DOS program can set it), and the clock
/// that it is held against may jump.
/// </summary>
internal sealed class RestingFiles(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private Dictionary<string, Seen> _seen = [];

    /// <summary>Notes how the files of a folder look now; what is gone is forgotten.</summary>
    public void Look(string folder)
    {
        var now = clock.GetTimestamp();
        lock (_gate)
        {
            var seen = new Dictionary<string, Seen>(StringComparer.Ordinal);
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
            {
                if (file.Exists)
                {
                    seen[file.FullName] = See(file, now);
                }
            }

            _seen = seen;
        }
    }

    /// <summary>How long a file has been seen as it is now; zero when it is seen so for the first time.</summary>
    public TimeSpan Of(string path)
    {
        var file = new FileInfo(path);
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            var seen = _seen[file.FullName] = See(file, now);
            return clock.GetElapsedTime(seen.Since, now);
        }
    }

    private Seen See(FileInfo file, long now)
    {
        var (length, writtenAt) = (file.Length, file.LastWriteTimeUtc);
        return _seen.TryGetValue(file.FullName, out var before) && before.Length == length && before.WrittenAt == writtenAt
            ? before
            : new Seen(length, writtenAt, now);
    }

    private sealed record Seen(long Length, DateTime WrittenAt, long Since);
}
