using NovaHub.Engine.Games;

namespace NovaHub.Client.Sync;

/// <summary>A packet's file that may be sent.</summary>
internal sealed record OutboundFile(PacketName Name, string Path, long Length, DateTime WrittenAt);

/// <summary>What a look into OUTBOUND showed.</summary>
/// <param name="Ready">Files to send, in order.</param>
/// <param name="Unfinished">Names that the game still writes or has locked.</param>
/// <param name="Foreign">Packets whose source is not us.</param>
/// <param name="Twins">Names of which several files exist that differ in case.</param>
internal sealed record OutboundLook(
    IReadOnlyList<OutboundFile> Ready, IReadOnlyList<string> Unfinished, IReadOnlyList<PacketName> Foreign, IReadOnlyList<string> Twins);

/// <summary>Looks for packets in the folder that a game writes to, perhaps at this moment.</summary>
internal static class Outbound
{
    // Younger files are looked at twice. By the clock of the file system's stamps, which may jump: then every file is
    private static readonly TimeSpan s_young = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(700);

    public static async Task<OutboundLook> LookAsync(string folder, LeagueId league, int bbsIndex, TimeProvider time, CancellationToken cancellationToken)
    {
        var files = Scan(folder, league);
        var now = time.GetUtcNow().UtcDateTime;
        var unfinished = new List<string>();
        if (files.Any(f => f.Name.Source == bbsIndex && (f.WrittenAt > now - s_young)))
        {
            await Task.Delay(s_pause, time, cancellationToken);
            var after = Scan(folder, league).ToDictionary(f => f.Path, StringComparer.Ordinal);
            foreach (var file in files.Where(f => !after.TryGetValue(f.Path, out var later) || later != f).ToList())
            {
                files.Remove(file);
                unfinished.Add(System.IO.Path.GetFileName(file.Path));
            }
        }

        if (files.Any(f => f.Name.Source == bbsIndex))
        {
            var busy = FilesInUse.In(folder);
            foreach (var file in files.Where(f => f.Name.Source == bbsIndex && busy.Contains(f.Path)).ToList())
            {
                files.Remove(file);
                unfinished.Add(System.IO.Path.GetFileName(file.Path));
            }
        }

        var ours = files.Where(f => f.Name.Source == bbsIndex).ToList();
        return new OutboundLook(
            [.. ours.GroupBy(f => f.Name.Dest).OrderBy(g => g.Key).SelectMany(InOrder)],
            unfinished,
            [.. files.Where(f => f.Name.Source != bbsIndex).Select(f => f.Name)],
            [.. ours.GroupBy(f => f.Name).Where(g => g.Count() > 1).Select(g => g.Key.ToString())]);
    }

    /// <summary>The packets of one route in the order in which they were numbered; of two files with one number the older goes first.</summary>
    public static IEnumerable<OutboundFile> InOrder(IEnumerable<OutboundFile> route) =>
        SequenceOrder.Sort(route.OrderBy(f => f.WrittenAt).ThenBy(f => f.Path, StringComparer.Ordinal), f => f.Name.Sequence);

    private static List<OutboundFile> Scan(string folder, LeagueId league)
    {
        var files = new List<OutboundFile>();
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            if (PacketName.TryParse(file.Name, out var name) && name.League == league)
            {
                files.Add(new OutboundFile(name, file.FullName, file.Exists ? file.Length : -1, file.LastWriteTimeUtc));
            }
        }

        return files;
    }
}
