using System.Security.Cryptography;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>
/// Packets in the game's INBOUND: put there durably, and told apart afterwards. What was staged is decided before the
/// first file is written, so that a name that is there is either the hub's or was left out of the run.
/// </summary>
internal static class Inbound
{
    private const string Scratch = "NOVAHUB.TMP";

    /// <summary>Finds packets whose name is taken by a file or folder that is not theirs; such a one is left alone.</summary>
    public static Func<StagedPacket, bool> TakenNames(GameFolder folder)
    {
        var there = Names(folder.Inbound);
        var folders = Directory.EnumerateDirectories(folder.Inbound).Select(Path.GetFileName).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return packet => folders.Contains(packet.Name.ToString()) || (there.TryGetValue(packet.Name.ToString(), out var file) && !IsOf(file, packet.Size, packet.Sha256));
    }

    /// <summary>Puts packets into INBOUND, each written aside and renamed. They are durable after <see cref="Sync"/>.</summary>
    public static void Put(GameFolder folder, IReadOnlyList<StagedPacket> packets, IReadOnlyList<byte[]> bytes)
    {
        var inbound = folder.Inbound;
        var scratch = Path.Combine(inbound, Scratch);
        var there = Names(inbound);
        // A link or a pipe of that name must not be written into
        File.Delete(scratch);
        for (var i = 0; i < packets.Count; i++)
        {
            var name = packets[i].Name.ToString();
            File.WriteAllBytes(scratch, bytes[i]);
            File.Move(scratch, there.GetValueOrDefault(name) ?? Path.Combine(inbound, name), overwrite: true);
        }
    }

    /// <summary>One wait that brings all of them to disk.</summary>
    public static void Sync(GameFolder folder) => DurableFile.SyncFileSystem(folder.Inbound);

    /// <summary>Which of the packets are still there. The others are gone, so they were read.</summary>
    public static List<StagedPacket> Left(GameFolder folder, IReadOnlyList<StagedPacket> packets)
    {
        var there = Names(folder.Inbound);
        return [.. packets.Where(p => there.ContainsKey(p.Name.ToString()))];
    }

    /// <summary>
    /// Takes packets out of INBOUND that the game left there: the ledger has their bytes, and a file that stayed could be
    /// read by local play behind the hub's back and once more by the next run. To be called when it is recorded that they
    /// wait again: a missing file counts as read.
    /// </summary>
    /// <param name="folder">The game folder.</param>
    /// <param name="packets">Packets.</param>
    /// <param name="unfinished">Staging was cut short: a file of that name is the hub's own even if it is torn.</param>
    public static void Remove(GameFolder folder, IReadOnlyList<StagedPacket> packets, bool unfinished)
    {
        var inbound = folder.Inbound;
        var there = Names(inbound);
        var removed = 0;
        foreach (var packet in packets)
        {
            if (there.TryGetValue(packet.Name.ToString(), out var file) && (unfinished || IsOf(file, packet.Size, packet.Sha256)))
            {
                File.Delete(file);
                removed++;
            }
        }

        if (there.TryGetValue(Scratch, out var scratch))
        {
            File.Delete(scratch);
        }

        if (removed > 0)
        {
            DurableFile.SyncFileSystem(inbound);
        }
    }

    /// <summary>Whether a file is a packet's own. Nothing is read that has another size, or is no regular file.</summary>
    public static bool IsOf(string file, int size, byte[] sha256) =>
        RegularFiles.Is(file) && new FileInfo(file).Length == size && SHA256.HashData(File.ReadAllBytes(file)).AsSpan().SequenceEqual(sha256);

    private static Dictionary<string, string> Names(string folder)
    {
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            names.TryAdd(Path.GetFileName(file), file);
        }

        return names;
    }
}
