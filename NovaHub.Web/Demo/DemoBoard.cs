using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;
using NovaHub.Engine.Sandbox;

namespace NovaHub.Web.Demo;

/// <summary>
/// A board that plays by itself: runs its own copy of the game under the emulator and speaks to the hub over HTTP with
/// its own credentials, as any board's program does.
/// </summary>
internal sealed class DemoBoard(DemoSeat seat, string games, HttpClient http, IDosMachine machine, TimeProvider clock)
{
    private const byte TimeCheck = 0x1A;
    private string? _token;
    private int _directSequence;

    public string Name => seat.Name;

    public int BbsIndex => seat.BbsIndex;

    public int Uploaded { get; private set; }

    public int Downloaded { get; private set; }

    private string Folder => Path.Combine(games, $"B900N{seat.BbsIndex:D2}");

    private string Packets => $"/service/api/v1/leagues/{DemoLeague.Id}/packets";

    /// <summary>Fetches the nodelist and makes the board's game folder.</summary>
    public async Task SetUpAsync(CancellationToken cancellationToken)
    {
        var nodelist = await GetAsync($"/service/api/v1/leagues/{DemoLeague.Id}/nodelist", cancellationToken);
        SandboxGame.Install(games, $"B900N{seat.BbsIndex:D2}", DemoLeague.Id, seat.Name, $"13:900/{seat.BbsIndex}", nodelist);
    }

    /// <summary>Runs the board's own game.</summary>
    public async Task PlayAsync(string command, CancellationToken cancellationToken)
    {
        var outcome = await machine.RunAsync(new DosJob(games, Folder, [$"BRE.EXE {command}"]), Unwatched.Instance, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (outcome.CommandCodes is not [0])
        {
            throw new IOException($"{Name} could not play its game under {machine.Name}: {outcome.Trouble ?? outcome.Ending.ToString()}.");
        }
    }

    /// <summary>Uploads what the game wrote, in order; a file goes after the hub's 200.</summary>
    public async Task UploadAsync(CancellationToken cancellationToken)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, "OUTBOUND")).Order(StringComparer.OrdinalIgnoreCase))
        {
            await PutAsync(Path.GetFileName(file), await File.ReadAllBytesAsync(file, cancellationToken), cancellationToken);
            File.Delete(file);
        }
    }

    /// <summary>Sends a packet straight to another board, as a ROUTE override of its game would.</summary>
    public async Task UploadDirectAsync(int index, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var body = new byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(body, (ushort)now.Year);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(2), (ushort)now.DayOfYear);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(4), (uint)(now.TimeOfDay.TotalSeconds * 10) + (uint)_directSequence);
        var name = new PacketName(DemoLeague.Id, seat.BbsIndex, index, _directSequence = (_directSequence + 1) % 1000);
        var bytes = BrePacketWriter.Write((uint)now.ToUnixTimeSeconds(), [new BreRecord(TimeCheck, (byte)seat.BbsIndex, (byte)index, body)]);
        await PutAsync(name.ToString(), bytes, cancellationToken);
    }

    /// <summary>Downloads everything unread into the game's INBOUND.</summary>
    /// <returns>How many packets came.</returns>
    public async Task<int> DownloadAsync(CancellationToken cancellationToken)
    {
        using var list = JsonDocument.Parse(await GetAsync($"{Packets}?unread=true", cancellationToken));
        var count = 0;
        foreach (var item in list.RootElement.GetProperty("packets").EnumerateArray())
        {
            var name = item.GetProperty("filename").GetString()!;
            var bytes = await GetAsync($"{Packets}/{name}", cancellationToken);
            var isNodelist = NodelistName.IsMatch(name);
            await File.WriteAllBytesAsync(
                isNodelist ? Path.Combine(Folder, DemoLeague.Id.Game.NodelistDat) : Path.Combine(Folder, "INBOUND", name), bytes, cancellationToken);
            count += isNodelist ? 0 : 1;
        }

        Downloaded += count;
        return count;
    }

    /// <summary>Packets that the game was given and did not read.</summary>
    public int LeftInInbound() => Directory.EnumerateFiles(Path.Combine(Folder, "INBOUND")).Count();

    private async Task PutAsync(string name, byte[] bytes, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Put, $"{Packets}/{name}") { Content = new ByteArrayContent(bytes) }, cancellationToken);
        Uploaded++;
    }

    private async Task<byte[]> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        for (var again = false; ; again = true)
        {
            _token ??= await TokenAsync(cancellationToken);
            using var request = make();
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
            var response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.Unauthorized && !again)
            {
                response.Dispose();
                _token = null;
                continue;
            }

            if (!response.IsSuccessStatusCode)
            {
                var said = await response.Content.ReadAsStringAsync(cancellationToken);
                response.Dispose();
                throw new HttpRequestException($"{Name} got {(int)response.StatusCode} for {request.RequestUri?.AbsolutePath}: {said}");
            }

            return response;
        }
    }

    private async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        using var form = new FormUrlEncodedContent(
        [
            new("grant_type", "client_credentials"), new("client_id", seat.ClientId), new("client_secret", seat.ClientSecret),
        ]);
        using var response = await http.PostAsync("/service/api/v1/auth/token", form, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("access_token").GetString()!;
    }

    private sealed class Unwatched : IDosOutput
    {
        public static readonly Unwatched Instance = new();

        public void Write(ReadOnlySpan<byte> vt)
        {
        }
    }
}
