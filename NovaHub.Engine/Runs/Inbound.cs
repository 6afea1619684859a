using System.Security.Cryptography;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>Packets in the game's INBOUND: put there durably, and told apart afterwards.</summary>
internal static class Inbound
{
    private const string Scratch = "NOVAHUB.TMP";

    /// <summary>
    /// Puts packets into INBOUND: each is written aside and renamed, then one wait brings all of them to disk.
    /// </summary>
    /// <returns>Packets whose name is taken by a file that is not theirs; that file is left alone.</returns>
    public static List<StagedPacket> Stage(GameFolder folder, IReadOnlyList<StagedPacket> packets, IReadOnlyList<byte[]> bytes)
    {
        var inbound = folder.Inbound;
        var scratch = Path.Combine(inbound, Scratch);
        var taken = new List<StagedPacket>();
        var there = Names(inbound);
        for (var i = 0; i < packets.Count; i++)
        {
            var name = packets[i].Name.ToString();
            if (there.TryGetValue(name, out var existing) && !SHA256.HashData(File.ReadAllBytes(existing)).AsSpan().SequenceEqual(packets[i].Sha256))
            {
                taken.Add(packets[i]);
                continue;
            }

            File.WriteAllBytes(scratch, bytes[i]);
            File.Move(scratch, existing ?? Path.Combine(inbound, name), overwrite: true);
        }

        DurableFile.SyncFileSystem(inbound);
        return taken;
    }

    /// <summary>
    /// Takes packets that the game left out of INBOUND again: the ledger has their bytes, and a file that stayed could be
    /// read by local play behind the hub's back and once more by the next run.
    /// </summary>
    /// <returns>Those that were still there; the others are gone, so they were read.</returns>
    public static List<StagedPacket> TakeBack(GameFolder folder, IReadOnlyList<StagedPacket> packets)
    {
        var inbound = folder.Inbound;
        var there = Names(inbound);
        var left = new List<StagedPacket>();
        foreach (var packet in packets)
        {
            if (there.TryGetValue(packet.Name.ToString(), out var file)
                && SHA256.HashData(File.ReadAllBytes(file)).AsSpan().SequenceEqual(packet.Sha256))
            {
                left.Add(packet);
                File.Delete(file);
            }
        }

        if (left.Count > 0)
        {
            DurableFile.SyncFileSystem(inbound);
        }

        return left;
    }

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
