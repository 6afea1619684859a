using System.Text.Json;
using NovaHub.Client.Configuration;
using NovaHub.Client.Hub;
using NovaHub.Client.Screen;
using NovaHub.Engine.Dos;
using NovaHub.Wire;

namespace NovaHub.Client.Sync;

/// <summary>
/// Brings nodelists to the game. A nodelist is not a packet: the newest is the only one that counts, so it replaces what lies
/// there. INBOUND gets it under the name the hub gives it, the game folder (where it is known) under the game's own.
/// </summary>
internal sealed class NodelistStore(string etagFile, NodelistCheck check, IVoice voice)
{
    public const string FileName = "nodelist-etags.json";

    // In place of a league's tag: its list was asked for, and nothing says yet that it came
    private const string BrokenOff = "";

    /// <summary>Fetches the nodelist that waits in the list.</summary>
    public async Task TakeAsync(LeagueSettings league, InboundFolder folder, HubClient hub, PacketEntry entry, Action<string> error, CancellationToken cancellationToken)
    {
        // Should this break off after the hub believed us, the next sync sees the mark and fetches the list
        var tag = ReadTags().GetValueOrDefault(league.Id.ToString());
        Remember(league, BrokenOff);
        try
        {
            await hub.DownloadAsync(new PacketQuery(league.Id, entry.Filename, folder.PartOf(entry.Filename)), cancellationToken);
            Install(league, folder, await File.ReadAllBytesAsync(folder.PartOf(entry.Filename), cancellationToken));
            Remember(league, tag == BrokenOff ? null : tag);
        }
        catch (HubRefusedException refused)
        {
            error($"The nodelist could not be fetched. {refused.Message}");
        }
        finally
        {
            folder.Drop(entry.Filename);
        }
    }

    /// <summary>
    /// Fetches the nodelist directly when there is none (a new board, a game folder made anew) or when fetching the one in the
    /// hub's list broke off.
    /// </summary>
    public async Task BringAsync(LeagueSettings league, InboundFolder folder, HubClient hub, Action<string> error, CancellationToken cancellationToken)
    {
        var tag = ReadTags().GetValueOrDefault(league.Id.ToString());
        var broken = tag == BrokenOff;
        var isThere = IsThere(league);
        if (!broken && (check == NodelistCheck.Never || (isThere && check != NodelistCheck.Always)))
        {
            return;
        }

        try
        {
            // Without a game folder nothing shows whether the game took it from INBOUND; the tag does. With one it is plain that it is missing
            if (await hub.NodelistAsync(league.Id, (league.GameFolder is null || isThere) && !broken ? tag : null, cancellationToken) is not { } list)
            {
                return;
            }

            Install(league, folder, list.Bytes);
            if (broken || list.ETag is not null)
            {
                Remember(league, list.ETag);
            }
        }
        catch (HubRefusedException refused)
        {
            error($"The nodelist could not be fetched. {refused.Message}");
        }
    }

    private static bool IsThere(LeagueSettings league) =>
        DosFolder.FindProgram(league.InboundDir, league.Id.NodelistName) is not null
        || (league.GameFolder is { } game
            && (DosFolder.FindProgram(game, league.Id.Game.NodelistDat) is not null || DosFolder.FindProgram(game, league.Id.NodelistName) is not null));

    private void Install(LeagueSettings league, InboundFolder inbound, byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            voice.Say(Level.Warning, $"{league.Key}: the hub's nodelist is empty; the one that is here stays.");
            return;
        }

        inbound.Replace(league.Id.NodelistName, bytes);
        if (league.GameFolder is { } game && Directory.Exists(game))
        {
            var folder = new InboundFolder(game, league.Id);
            folder.Replace(league.Id.Game.NodelistDat, bytes);
            folder.Leave();
        }

        voice.Say(Level.Info, $"{league.Key}: new nodelist {league.Id.NodelistName} ({bytes.Length} bytes).");
    }

    private void Remember(LeagueSettings league, string? tag)
    {
        var tags = ReadTags();
        if (tag is null)
        {
            tags.Remove(league.Id.ToString());
        }
        else
        {
            tags[league.Id.ToString()] = tag;
        }

        AtomicFile.Write(etagFile, JsonSerializer.SerializeToUtf8Bytes(tags, ClientJson.Default.DictionaryStringString));
    }

    private Dictionary<string, string> ReadTags()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(etagFile), ClientJson.Default.DictionaryStringString) ?? [];
        }
        catch (Exception none) when (none is IOException or JsonException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
