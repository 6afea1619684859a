using System.Text.Json;
using NovaHub.Client.Configuration;
using NovaHub.Client.Hub;
using NovaHub.Client.Screen;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Storage;
using NovaHub.Wire;

namespace NovaHub.Client.Sync;

/// <summary>
/// Brings nodelists to the game. A nodelist is not a packet: the newest is the only one that counts, so it replaces what lies
/// there. INBOUND gets it under the name the hub gives it, the game folder (where it is known) under the game's own.
/// </summary>
internal sealed class NodelistStore(string etagFile, IVoice voice)
{
    public const string FileName = "nodelist-etags.json";

    /// <summary>Fetches the nodelist that waits in the list.</summary>
    public async Task TakeAsync(LeagueSettings league, HubClient hub, PacketEntry entry, Action<string> error, CancellationToken cancellationToken)
    {
        var folder = new InboundFolder(league.InboundDir, league.Id);
        try
        {
            await hub.DownloadAsync(league.Id, entry.Filename, folder.PartOf(entry.Filename), null, asPart: false, cancellationToken);
            Install(league, await File.ReadAllBytesAsync(folder.PartOf(entry.Filename), cancellationToken));
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

    /// <summary>Fetches the nodelist directly when there is none: a new board, or a game folder made anew.</summary>
    public async Task BringAsync(LeagueSettings league, HubClient hub, Action<string> error, CancellationToken cancellationToken)
    {
        if (IsThere(league))
        {
            return;
        }

        var tags = ReadTags();
        try
        {
            // Without a game folder nothing shows whether the game took it from INBOUND; the tag does. With one it is plain that it is missing
            var tag = league.GameFolder is null ? tags.GetValueOrDefault(league.Id.ToString()) : null;
            if (await hub.NodelistAsync(league.Id, tag, cancellationToken) is not { } list)
            {
                return;
            }

            Install(league, list.Bytes);
            if (list.ETag is not null)
            {
                tags[league.Id.ToString()] = list.ETag;
                AtomicFile.Write(etagFile, JsonSerializer.SerializeToUtf8Bytes(tags, ClientJson.Default.DictionaryStringString));
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

    private void Install(LeagueSettings league, byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            voice.Say(Level.Warning, $"{league.Key}: the hub's nodelist is empty; the one that is here stays.");
            return;
        }

        Replace(league.InboundDir, league.Id.NodelistName, bytes);
        if (league.GameFolder is { } game && Directory.Exists(game))
        {
            Replace(game, league.Id.Game.NodelistDat, bytes);
        }

        voice.Say(Level.Info, $"{league.Key}: new nodelist {league.Id.NodelistName} ({bytes.Length} bytes).");
    }

    private static void Replace(string folder, string name, byte[] bytes)
    {
        var target = DosFolder.FindProgram(folder, name) ?? Path.Combine(folder, name);
        if (File.Exists(target) && File.ReadAllBytes(target).AsSpan().SequenceEqual(bytes))
        {
            return;
        }

        var scratch = Path.Combine(folder, name + ".part");
        try
        {
            DurableFile.Write(scratch, bytes);
            File.Move(scratch, target, overwrite: true);
        }
        finally
        {
            File.Delete(scratch);
        }
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
