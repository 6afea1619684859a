using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>What was found in OUTBOUND.</summary>
/// <param name="Entered">Packets that were new to the ledger.</param>
/// <param name="Foreign">Files that are no packets of this league, reported for the first time.</param>
/// <param name="CutOff">Packets of a killed game that are not whole: set aside, not delivered.</param>
internal sealed record Collected(int Entered, IReadOnlyList<string> Foreign, IReadOnlyList<string> CutOff);

/// <summary>Takes what a game left in OUTBOUND: into the ledger first, committed, then the file goes.</summary>
internal sealed class OutboundCollector(RunStore store, HubDirectory directory, StorageOptions storage, TimeProvider clock)
{
    private const int LargestPacket = 10 * 1024 * 1024;

    /// <summary>Collects. The caller holds the league's lease.</summary>
    /// <param name="folder">The game folder.</param>
    /// <param name="runId">The run whose game wrote, or null for local play.</param>
    /// <param name="settled">Takes only files that rested so long; zero after a run.</param>
    /// <param name="killed">The game was killed: a packet that is not whole is set aside.</param>
    public async Task<Collected> CollectAsync(GameFolder folder, long? runId, TimeSpan settled, bool killed)
    {
        if (!Directory.Exists(folder.Outbound) || !directory.Current.Leagues.TryGetValue(folder.League, out var league))
        {
            return new Collected(0, [], []);
        }

        var found = new List<FoundPacket>();
        var foreign = new List<string>();
        var cutOff = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder.Outbound).Order(StringComparer.OrdinalIgnoreCase))
        {
            var name = Path.GetFileName(file);
            if (!IsRested(file, settled))
            {
                continue;
            }

            if (!IsOfLeague(name, league, out var packet) || new FileInfo(file).Length is 0 or > LargestPacket)
            {
                if (!IsOwnNodelist(name, folder.League) && await store.ReportOnceAsync(folder.League, name))
                {
                    foreign.Add(name);
                }

                continue;
            }

            var bytes = await File.ReadAllBytesAsync(file);
            if (killed && folder.League.Game == Game.Bre && !BrePacketShape.IsWhole(bytes))
            {
                SetAside(folder.League, file, runId);
                cutOff.Add(name);
                continue;
            }

            found.Add(new FoundPacket(file, packet, bytes));
        }

        var entered = found.Count == 0 ? 0 : await store.EnterAsync(folder.League, runId, found);
        foreach (var packet in found)
        {
            File.Delete(packet.Path);
        }

        return new Collected(entered, foreign, cutOff);
    }

    private static bool IsOfLeague(string name, LeagueEntry league, out PacketName packet) =>
        PacketName.TryParse(name, out packet) && packet.League == league.Id
        && packet.Source == league.HubIndex && league.Members.ContainsKey(packet.Dest);

    // The coordinator's own game drops one there; the hub makes its own
    private static bool IsOwnNodelist(string name, LeagueId league) => name.Equals(league.NodelistName, StringComparison.OrdinalIgnoreCase);

    private bool IsRested(string file, TimeSpan settled) =>
        settled == TimeSpan.Zero || clock.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(file) >= settled;

    private void SetAside(LeagueId league, string file, long? runId)
    {
        var aside = Path.Combine(storage.Root, "set-aside", league.ToString());
        Directory.CreateDirectory(aside);
        File.Copy(file, Path.Combine(aside, $"{Path.GetFileName(file)}.run{runId}"), overwrite: true);
        DurableFile.SyncFileSystem(aside);
        File.Delete(file);
    }
}
