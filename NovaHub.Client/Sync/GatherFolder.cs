namespace NovaHub.Client.Sync;

/// <summary>
/// Where mail is gathered before the game may see it. DOS lists every file of a folder, whatever its name (<c>NAME.part</c> is
/// <c>NAME.PAR</c> there), so nothing is gathered inside INBOUND: a folder of ours beside it holds what is not whole yet, on the
/// same file system, and one rename puts it into INBOUND. Where there can be none (INBOUND is a file system of its own, its
/// parent is not ours to write to), a folder below INBOUND does it: its files are no files of INBOUND.
/// </summary>
internal sealed class GatherFolder
{
    private const string Inner = ".novahub";
    private const string Trial = ".novahub-try";

    private readonly string _target;
    private readonly string? _beside;
    private readonly string _inside;
    private readonly Lazy<string> _path;

    public GatherFolder(string target)
    {
        // Through a link: beside the folder that it leads to
        _target = Directory.ResolveLinkTarget(target, returnFinalTarget: true)?.FullName ?? target;
        _inside = System.IO.Path.Combine(_target, Inner);
        _beside = System.IO.Path.GetDirectoryName(_target) is { } parent
            ? System.IO.Path.Combine(parent, $"{Inner}-{System.IO.Path.GetFileName(_target).ToLowerInvariant()}")
            : null;
        _path = new Lazy<string>(() => _beside is not null && CanRename(_beside) ? _beside : _inside);
    }

    /// <summary>The folder from which files can be renamed into the target. Found out at the first use; <see cref="Make"/> makes it.</summary>
    public string Path => _path.Value;

    /// <summary>Every place where something may have been gathered, by this sync or by one before it, as far as they exist.</summary>
    public IEnumerable<string> Places => new[] { _beside, _inside }.OfType<string>().Where(Directory.Exists);

    /// <summary>Makes the folder if it is not there.</summary>
    public void Make() => Directory.CreateDirectory(Path);

    /// <summary>Removes whatever of it is empty.</summary>
    public void RemoveIfEmpty()
    {
        foreach (var place in Places.ToList())
        {
            try
            {
                if (!Directory.EnumerateFileSystemEntries(place).Any())
                {
                    Directory.Delete(place);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // An empty folder harms nobody
                _ = failure;
            }
        }
    }

    // Tried with an empty folder: only the rename itself knows, and what it leaves in INBOUND for a moment is no file
    private bool CanRename(string beside)
    {
        var from = System.IO.Path.Combine(beside, Trial);
        var to = System.IO.Path.Combine(_target, Trial);
        try
        {
            var existed = Directory.Exists(beside);
            Directory.CreateDirectory(from);
            if (Directory.Exists(to))
            {
                Directory.Delete(to);
            }

            var can = AtomicMove.TryRename(from, to);
            Directory.Delete(can ? to : from);
            if (!can && !existed)
            {
                Directory.Delete(beside);
            }

            return can;
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
