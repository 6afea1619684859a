using System.Security.Cryptography;
using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Client.Sync;

/// <summary>The folder from which a game reads. A packet appears in it whole, under its name, or not at all.</summary>
internal sealed class InboundFolder(string path, LeagueId league)
{
    private const string PartEnding = ".part";

    private readonly GatherFolder _gather = new(path);

    public string Path => path;

    // A game is case-blind, so a folder is looked through: once per batch, since a thousand packets may lie in it
    private HashSet<string> _names = [];

    /// <summary>Looks anew what lies in the folder.</summary>
    public void Look() => _names = Directory.EnumerateFiles(path).Select(f => System.IO.Path.GetFileName(f)).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a file of this name, in whatever case, was there at the last <see cref="Look"/>.</summary>
    public bool Has(string name) => _names.Contains(name);

    /// <summary>Where a packet is gathered before it gets its name; the folder is there.</summary>
    public string PartOf(string name)
    {
        _gather.Make();
        return Gathered(name);
    }

    /// <summary>Removes what broken syncs left of this league, except for what <paramref name="keep"/> names.</summary>
    /// <returns>Number of files removed.</returns>
    public int RemoveLeftovers(IReadOnlySet<string> keep)
    {
        var count = 0;
        // Earlier versions gathered inside INBOUND itself; what they had whole is finished as if it had been gathered here
        foreach (var file in _gather.Places.Append(path).SelectMany(Parts).ToList())
        {
            if (!keep.Contains(NameOf(file)))
            {
                File.Delete(file);
                count++;
            }
            else if (file != PartOf(NameOf(file)))
            {
                Bring(file, PartOf(NameOf(file)));
            }
        }

        return count;
    }

    /// <summary>Waits until everything gathered and placed is on disk, names included. Elsewhere than on Linux each file was brought there when it came.</summary>
    public void Sync()
    {
        if (OperatingSystem.IsLinux())
        {
            // Both folders are on one file system, else nothing could be renamed from one into the other
            DurableFile.SyncFileSystem(path);
        }
    }

    /// <summary>Gives a gathered packet its name. False when the name is taken, by the last <see cref="Look"/> or meanwhile.</summary>
    public bool TryPlace(string name)
    {
        var target = System.IO.Path.Combine(path, name.ToUpperInvariant());
        if (Has(name) || File.Exists(target))
        {
            return false;
        }

        AtomicMove.Rename(Gathered(name), target, "in one step");
        _names.Add(name);
        return true;
    }

    /// <summary>Puts a nodelist into the folder, in place of the one that is there.</summary>
    public void Replace(string name, ReadOnlySpan<byte> bytes)
    {
        var target = Engine.Dos.DosFolder.FindProgram(path, name) ?? System.IO.Path.Combine(path, name);
        if (File.Exists(target) && File.ReadAllBytes(target).AsSpan().SequenceEqual(bytes))
        {
            return;
        }

        var scratch = PartOf(name);
        try
        {
            DurableFile.Write(scratch, bytes);
            if (!AtomicMove.TryRename(scratch, target))
            {
                // Windows doesn't rename over a file without being told to; within one file system this is a rename, too
                File.Move(scratch, target, overwrite: true);
            }
        }
        finally
        {
            File.Delete(scratch);
        }
    }

    /// <summary>Digest of a gathered packet, or null when there is none.</summary>
    public string? PartDigest(string name)
    {
        var part = Gathered(name);
        if (!File.Exists(part))
        {
            return null;
        }

        using var file = File.OpenRead(part);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>Removes a gathered packet that is of no use.</summary>
    public void Drop(string name)
    {
        if (_gather.Places.Any())
        {
            File.Delete(Gathered(name));
        }
    }

    /// <summary>Removes the folder for gathering when nothing waits in it.</summary>
    public void Leave() => _gather.RemoveIfEmpty();

    private string Gathered(string name) => System.IO.Path.Combine(_gather.Path, name.ToUpperInvariant() + PartEnding);

    private IEnumerable<string> Parts(string folder) => Directory.EnumerateFiles(folder, "*" + PartEnding).Where(f => IsOurs(NameOf(f)));

    // From where it was gathered to where things are gathered now, which may be another file system: at no moment is it in neither place
    private static void Bring(string from, string to)
    {
        if (AtomicMove.TryRename(from, to))
        {
            return;
        }

        var scratch = to + ".new";
        DurableFile.Write(scratch, File.ReadAllBytes(from));
        AtomicMove.Rename(scratch, to, "in one step");
        if (OperatingSystem.IsLinux())
        {
            DurableFile.SyncFileSystem(System.IO.Path.GetDirectoryName(to)!);
        }

        File.Delete(from);
    }

    private static string NameOf(string part) => System.IO.Path.GetFileName(part)[..^PartEnding.Length].ToUpperInvariant();

    private bool IsOurs(string name) => (PacketName.TryParse(name, out var packet) && packet.League == league) || (NodelistName.TryParse(name, out var listed) && listed == league);
}
