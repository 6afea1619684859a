using System.Security.Cryptography;
using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Client.Sync;

/// <summary>The folder from which a game reads. A packet appears in it whole, under its name, or not at all.</summary>
internal sealed class InboundFolder(string path, LeagueId league)
{
    private const string PartEnding = ".part";

    public string Path => path;

    // A game is case-blind, so a folder is looked through: once per batch, since a thousand packets may lie in it
    private HashSet<string> _names = [];

    /// <summary>Looks anew what lies in the folder.</summary>
    public void Look() => _names = Directory.EnumerateFiles(path).Select(f => System.IO.Path.GetFileName(f)).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a file of this name, in whatever case, was there at the last <see cref="Look"/>.</summary>
    public bool Has(string name) => _names.Contains(name);

    /// <summary>Where a packet is gathered before it gets its name.</summary>
    public string PartOf(string name) => System.IO.Path.Combine(path, name.ToUpperInvariant() + PartEnding);

    /// <summary>Removes what broken syncs left of this league, except for what <paramref name="keep"/> names.</summary>
    /// <returns>Number of files removed.</returns>
    public int RemoveLeftovers(IReadOnlySet<string> keep)
    {
        var count = 0;
        foreach (var file in Directory.EnumerateFiles(path, "*" + PartEnding).ToList())
        {
            var name = System.IO.Path.GetFileName(file)[..^PartEnding.Length];
            var ours = (PacketName.TryParse(name, out var packet) && packet.League == league) || (NodelistName.TryParse(name, out var listed) && listed == league);
            if (ours && !keep.Contains(name.ToUpperInvariant()))
            {
                File.Delete(file);
                count++;
            }
        }

        return count;
    }

    /// <summary>Waits until everything in the folder is on disk, names included. Elsewhere than on Linux each file was brought there when it came.</summary>
    public void Sync()
    {
        if (OperatingSystem.IsLinux())
        {
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

        File.Move(PartOf(name), target, overwrite: false);
        _names.Add(name);
        return true;
    }

    /// <summary>Digest of a gathered packet, or null when there is none.</summary>
    public string? PartDigest(string name)
    {
        var part = PartOf(name);
        if (!File.Exists(part))
        {
            return null;
        }

        using var file = File.OpenRead(part);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>Removes a gathered packet that is of no use.</summary>
    public void Drop(string name) => File.Delete(PartOf(name));
}
