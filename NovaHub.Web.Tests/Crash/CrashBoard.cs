using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Games;

namespace NovaHub.Web.Tests.Crash;

/// <summary>An upload that was answered with 200.</summary>
internal sealed record Acknowledged(long PacketId, PacketName Name, byte[] Sha256);

/// <summary>A board that uploads without end and repeats each file until it is answered with 200, as boards' programs do.</summary>
internal sealed class CrashBoard((string Id, string Secret, int Index) board, HttpClient http, Random random)
{
    private readonly int _other = board.Index == 2 ? 3 : 2;
    private string? _token;

    public List<Acknowledged> Done { get; } = [];

    public int Repeated { get; private set; }

    /// <summary>Uploads until told to stop; the last file is still brought to its 200.</summary>
    public async Task UploadAsync(CancellationToken enough)
    {
        for (var sequence = 0; !enough.IsCancellationRequested; sequence++)
        {
            // One of six goes straight to the other board
            var dest = random.Next(6) == 0 ? _other : 1;
            var body = RandomNumberGenerator.GetBytes(8 + random.Next(3000));
            var bytes = BrePacketWriter.Write((uint)sequence, [new BreRecord(0x1A, (byte)board.Index, (byte)dest, body)]);
            await PutAsync(new PacketName(KilledHub.League, board.Index, dest, sequence % 1000), bytes);
            await Task.Delay(random.Next(60, 220), CancellationToken.None);
        }
    }

    /// <summary>Fetches everything unread: hash of the body by packet name.</summary>
    public async Task<List<(string Name, byte[] Sha256)>> DownloadAsync()
    {
        var list = await (await SendAsync(HttpMethod.Get, "packets?unread=true", null)).Content.ReadFromJsonAsync<JsonElement>();
        var got = new List<(string, byte[])>();
        foreach (var name in list.GetProperty("packets").EnumerateArray().Select(p => p.GetProperty("filename").GetString()!))
        {
            var bytes = await (await SendAsync(HttpMethod.Get, $"packets/{name}", null)).Content.ReadAsByteArrayAsync();
            got.Add((name, SHA256.HashData(bytes)));
        }

        return got;
    }

    private async Task PutAsync(PacketName name, byte[] bytes)
    {
        using var response = await SendAsync(HttpMethod.Put, $"packets/{name}", bytes);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Done.Add(new Acknowledged(answer.GetProperty("packet_id").GetInt64(), name, SHA256.HashData(bytes)));
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[]? body)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            try
            {
                _token ??= await TokenAsync(limit.Token);
                using var request = new HttpRequestMessage(method, $"service/api/v1/leagues/{KilledHub.League}/{path}");
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
                request.Content = body is null ? null : new ByteArrayContent(body);
                var response = await http.SendAsync(request, limit.Token);
                if (response.IsSuccessStatusCode)
                {
                    return response;
                }

                // A token that was good must stay good across restarts
                Assert.True(response.StatusCode >= HttpStatusCode.InternalServerError, $"{path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(limit.Token)}");
                response.Dispose();
            }
            catch (Exception away) when (away is HttpRequestException or IOException)
            {
                Repeated++;
            }

            await Task.Delay(50, limit.Token);
        }
    }

    private async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        using var response = await http.PostAsync("service/api/v1/auth/token", HubHost.TokenForm(board.Id, board.Secret), cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("access_token").GetString()!;
    }
}
