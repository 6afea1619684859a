using System.Collections.Concurrent;
using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>What was found in OUTBOUND.</summary>
internal sealed class Collected
{
    /// <summary>Packets that were new to the ledger.</summary>
    public int Entered { get; set; }

    /// <summary>Files and folders that are no packets of this league, reported for the first time: a sentence each.</summary>
    public List<string> Foreign { get; } = [];

    /// <summary>Packets that are not whole: set aside, not delivered. A sentence each.</summary>
    public List<string> SetAside { get; } = [];

    /// <summary>Files that could not be read, moved or removed, each with the reason.</summary>
    public List<string> Stuck { get; } = [];

    /// <summary>Names of packets that were left because another program has them open, or that have not rested long enough.</summary>
    public List<string> Resting { get; } = [];

    /// <summary>Somebody is inside the game: OUTBOUND was left alone.</summary>
    public bool PlayerInside { get; set; }
}

/// <summary>
/// Takes what a game left in OUTBOUND: out of the game's reach by an atomic move, then read, entered and committed, then
/// removed. An interruption between any two of these leaves a file that the next look enters once. With a player inside
/// nothing is touched.
/// </summary>
internal sealed class OutboundCollector(RunStore store, HubDirectory directory, SetAsideFolder aside, TimeProvider clock)
{
    private const int LargestPacket = 10 * 1024 * 1024;
    private const int MostAtOnce = 200;
    private const long MostBytesAtOnce = 16 * 1024 * 1024;

    /// <summary>Where the system does not tell whether a file is open, it must have been left alone for so long.</summary>
    private static readonly TimeSpan s_longRest = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<LeagueId, RestingFiles> _resting = new();

    /// <summary>Notes how the files look now, so that a later look knows how long they rested. Needs no lease.</summary>
    public void Observe(GameFolder folder)
    {
        if (Directory.Exists(folder.Outbound))
        {
            RestOf(folder).Look(folder.Outbound);
        }
    }

    /// <summary>Collects. The caller holds the league's lease.</summary>
    /// <param name="folder">The game folder.</param>
    /// <param name="runId">The run whose game wrote, or null for local play.</param>
    /// <param name="settled">Takes only files that rested so long; zero after a run, whose game has ended.</param>
    public async Task<Collected> CollectAsync(GameFolder folder, long? runId, TimeSpan settled)
    {
        var collected = new Collected();
        if (!Directory.Exists(folder.Outbound) || !directory.Current.Leagues.TryGetValue(folder.League, out var league))
        {
            return collected;
        }

        collected.PlayerInside = folder.Lock is not null;
        if (collected.PlayerInside)
        {
            return collected;
        }

        var rest = RestOf(folder);
        rest.Look(folder.Outbound);
        var look = new Look(folder, league, runId, settled, rest, collected);
        try
        {
            var taken = new TakenFolder(folder);
            // What an earlier look had taken is older than what is there now
            foreach (var part in Parts(taken.Left.Where(f => f.Name.League == league.Id), f => f.Path))
            {
                await EnterAsync(look, part);
            }

            foreach (var part in Parts(await SortAsync(look), f => f.Path))
            {
                if (!await TakeAsync(look, taken, part))
                {
                    break;
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            collected.Stuck.Add(failure.Message);
        }

        return collected;
    }

    // False when somebody came in: what was taken before stays in the hub's own folder, and is judged when they have left
    private async Task<bool> TakeAsync(Look look, TakenFolder folder, IReadOnlyList<(string Path, PacketName Name)> files)
    {
        await store.RequireAsync();
        var taken = new List<TakenFile>();
        foreach (var (path, name) in files)
        {
            if (look.Folder.Lock is not null)
            {
                break;
            }

            Guarded(look, path, () =>
            {
                if (IsReady(look, path))
                {
                    taken.Add(folder.Take(path, name));
                }
                else
                {
                    look.Collected.Resting.Add(name.ToString());
                }
            });
        }

        if (taken.Count > 0)
        {
            folder.Sync();
        }

        // Looked at before and after: nothing that was read beside a player is ever called whole
        look.Collected.PlayerInside = look.Folder.Lock is not null;
        if (look.Collected.PlayerInside)
        {
            return false;
        }

        await EnterAsync(look, taken);
        return true;
    }

    // Packets of the league, each route in the order of its numbers; the rest is reported
    private async Task<IReadOnlyList<(string Path, PacketName Name)>> SortAsync(Look look)
    {
        var packets = new List<(string Path, PacketName Name)>();
        var league = look.League.Id;
        foreach (var entry in Directory.EnumerateFileSystemEntries(look.Folder.Outbound).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(entry);
            if (Directory.Exists(entry))
            {
                if (!TakenFolder.IsOwn(entry))
                {
                    await ReportAsync(look, $"{name}/", $"OUTBOUND of {league} holds the folder {name}, and nobody looks into it. If packets lie there, move them up. This is said once.");
                }
            }
            else if (!IsOfLeague(name, look.League, out var packet))
            {
                if (!IsOwnNodelist(name, league))
                {
                    await ReportAsync(look, name, $"{name} in OUTBOUND of {league} is no packet of this league. It was left there; this is said once.");
                }
            }
            else if (!RegularFiles.Is(entry))
            {
                await ReportAsync(look, name, NotAFile(name, look));
            }
            else if (new FileInfo(entry) is { Exists: true, Length: > LargestPacket })
            {
                await ReportAsync(look, name, $"{name} in OUTBOUND of {league} is larger than 10 MiB, and no packet is. It was left there; this is said once.");
            }
            else
            {
                packets.Add((entry, packet));
            }
        }

        return [.. packets.GroupBy(p => p.Name.Dest).OrderBy(g => g.Key).SelectMany(route => SequenceOrder.Sort(route.OrderBy(p => File.GetLastWriteTimeUtc(p.Path)), p => p.Name.Sequence))];
    }

    private static string NotAFile(string name, Look look) =>
        $"{name} in OUTBOUND of {look.League.Id} is no regular file but a link, a pipe, a socket or a device. It was not opened and left there; this is said once.";

    private async Task ReportAsync(Look look, string name, string sentence)
    {
        if (await store.ReportOnceAsync(look.League.Id, name, sentence))
        {
            look.Collected.Foreign.Add(sentence);
        }
    }

    private async Task EnterAsync(Look look, IReadOnlyList<TakenFile> files)
    {
        var found = new List<FoundPacket>();
        var broken = new List<TakenFile>();
        foreach (var file in files)
        {
            if (!RegularFiles.Is(file.Path))
            {
                await ReportAsync(look, Path.GetFileName(file.Path), NotAFile($"{TakenFolder.FolderName}/{Path.GetFileName(file.Path)}, taken from what lay", look));
                continue;
            }

            Guarded(look, file.Path, () =>
            {
                if (OpenFiles.Look(file.Path) == FileUse.Open)
                {
                    // Opened in the moment before it was moved: whoever writes there comes to an end here
                    look.Collected.Resting.Add(file.Name.ToString());
                }
                else if (File.ReadAllBytes(file.Path) is var bytes && IsWhole(look.League.Id.Game, bytes))
                {
                    found.Add(new FoundPacket(file.Path, file.Name, bytes));
                }
                else
                {
                    broken.Add(file);
                }
            });
        }

        look.Collected.Entered += found.Count == 0 ? 0 : await store.EnterAsync(look.League.Id, look.RunId, found);
        foreach (var file in broken)
        {
            await SetAsideAsync(look, file);
        }

        found.ForEach(packet => Guarded(look, packet.Path, () => File.Delete(packet.Path)));
    }

    private async Task SetAsideAsync(Look look, TakenFile file)
    {
        var sentence = "";
        Guarded(look, file.Path, () =>
        {
            var (place, length) = aside.Keep(look.League.Id, file, look.RunId);
            sentence = $"The packet {file.Name} that the game of {look.League.Id} wrote is {(length == 0 ? "empty" : $"cut off ({length} bytes)")}. It was not delivered but set aside as {place} in the data folder. Was the disk full, or the game ended in the middle? The game does not write it again.";
        });
        if (sentence.Length > 0)
        {
            await store.TellAsync(look.League.Id, sentence);
            look.Collected.SetAside.Add(sentence);
            Guarded(look, file.Path, () => File.Delete(file.Path));
        }
    }

    private bool IsReady(Look look, string path)
    {
        var use = OpenFiles.Look(path);
        if (use == FileUse.Open)
        {
            return false;
        }

        // After a run the only writer was the run's own game, and that has ended
        var rest = look.Settled == TimeSpan.Zero || use == FileUse.Closed ? look.Settled : s_longRest;
        return rest == TimeSpan.Zero || look.Rest.Of(path) >= rest;
    }

    // One file that can't be read must not keep the others from their boards
    private static void Guarded(Look look, string file, Action work)
    {
        try
        {
            work();
        }
        catch (FileNotFoundException)
        {
            // Somebody else took it
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            look.Collected.Stuck.Add($"{Path.GetFileName(file)}: {failure.Message}");
        }
    }

    private static IEnumerable<IReadOnlyList<T>> Parts<T>(IEnumerable<T> files, Func<T, string> pathOf)
    {
        var (part, bytes) = (new List<T>(), 0L);
        foreach (var file in files)
        {
            var length = new FileInfo(pathOf(file)) is { Exists: true } there ? there.Length : 0;
            if (part.Count == MostAtOnce || (part.Count > 0 && bytes + length > MostBytesAtOnce))
            {
                yield return part;
                (part, bytes) = ([], 0);
            }

            part.Add(file);
            bytes += length;
        }

        if (part.Count > 0)
        {
            yield return part;
        }
    }

    private RestingFiles RestOf(GameFolder folder) => _resting.GetOrAdd(folder.League, _ => new RestingFiles(clock));

    // Of Falcon's Eye the format is not known
    private static bool IsWhole(Game game, byte[] bytes) => bytes.Length > 0 && (game != Game.Bre || BrePacketShape.IsWhole(bytes));

    private static bool IsOfLeague(string name, LeagueEntry league, out PacketName packet) =>
        PacketName.TryParse(name, out packet) && packet.League == league.Id
        && packet.Source == league.HubIndex && league.Members.ContainsKey(packet.Dest);

    // The coordinator's own game drops one there; the hub makes its own
    private static bool IsOwnNodelist(string name, LeagueId league) => name.Equals(league.NodelistName, StringComparison.OrdinalIgnoreCase);

    private sealed record Look(GameFolder Folder, LeagueEntry League, long? RunId, TimeSpan Settled, RestingFiles Rest, Collected Collected);
}
