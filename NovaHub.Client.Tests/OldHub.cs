using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace NovaHub.Client.Tests;

/// <summary>
/// A small real server that speaks the service API as hubs spoke it before ours: no /me, no HEAD, no Range, no digest, no tag on
/// nodelists, times without a zone, a packet counted as read the moment it is asked for.
/// </summary>
public sealed class OldHub : IAsyncDisposable
{
    public const string ClientId = "the_dive";
    public const string Secret = "old-hubs-secret-5f1c";

    private readonly WebApplication _app;
    private readonly List<Mail> _mail = [];
    private readonly Lock _gate = new();

    private OldHub(WebApplication app) => _app = app;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public int Index { get; set; } = 2;

    public byte[]? Nodelist { get; set; }

    public ConcurrentQueue<(string Name, byte[] Bytes)> Received { get; } = [];

    public ConcurrentQueue<string> Requests { get; } = [];

    public int Tokens { get; private set; }

    /// <summary>Whether it takes receipts, as hubs of today do.</summary>
    public bool TakesReceipts { get; set; }

    /// <summary>Receipts that came, in order.</summary>
    public ConcurrentQueue<(long PacketId, int Delivery, string Sha256)> Receipts { get; } = [];

    /// <summary>Answers instead of the hub: true when it did.</summary>
    public Func<HttpContext, Task<bool>>? Instead { get; set; }

    /// <summary>Last word on an answer's headers before a packet's bytes go.</summary>
    public Action<HttpContext, string>? Adorn { get; set; }

    public string? ValidToken { get; private set; }

    public static async Task<OldHub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var hub = new OldHub(app);
        app.Run(hub.AnswerAsync);
        await app.StartAsync();
        return hub;
    }

    public Board NewBoard() => new(Address, ClientId, Secret);

    public (string, byte[]) Queue(string name, byte[] bytes)
    {
        lock (_gate)
        {
            _mail.Add(new Mail(_mail.Count + 1, name, bytes, $"2026-01-06T10:00:{_mail.Count % 60:D2}.{_mail.Count:D6}"));
        }

        return (name, bytes);
    }

    /// <summary>The hub did not notice that its mail arrived: everything is offered once more.</summary>
    public void OfferAgain()
    {
        lock (_gate)
        {
            _mail.ForEach(m => m.Read = false);
        }
    }

    /// <summary>Puts a packet back, or puts other bytes under its number, as a ledger that was restored does.</summary>
    public void Change(string name, Action<Mail> change)
    {
        lock (_gate)
        {
            change(_mail.Last(m => m.Name == name));
        }
    }

    public void RevokeTokens() => ValidToken = null;

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Requests.Enqueue($"{context.Request.Method} {path}");
        if (Instead is { } instead && await instead(context))
        {
            return;
        }

        const string api = "/service/api/v1/";
        if (!path.StartsWith(api, StringComparison.Ordinal))
        {
            await ErrorAsync(context, 404, "Not Found");
            return;
        }

        var parts = path[api.Length..].Split('/');
        if (parts is ["auth", "token"])
        {
            await TokenAsync(context);
        }
        else if (ValidToken is null || context.Request.Headers.Authorization != "Bearer " + ValidToken)
        {
            await ErrorAsync(context, 401, "Could not validate credentials");
        }
        else
        {
            var answer = (context.Request.Method, parts) switch
            {
                ("GET", ["auth", "verify"]) => JsonAsync(context, new { client_id = ClientId, bbs_name = "The Dive", is_active = true }),
                ("GET", ["leagues", "555B", "packets"]) => ListAsync(context),
                ("GET", ["leagues", "555B", "packets", var name]) => DownloadAsync(context, name),
                ("POST", ["leagues", "555B", "packets", var name, "received"]) when TakesReceipts => ReceiptAsync(context, name),
                ("PUT", ["leagues", "555B", "packets", var name]) => UploadAsync(context, name),
                ("GET", ["leagues", "555B", "nodelist"]) when Nodelist is { } list => context.Response.Body.WriteAsync(list).AsTask(),
                ("HEAD", _) => ErrorAsync(context, 405, "Method Not Allowed"),
                _ => ErrorAsync(context, 404, "Not Found"),
            };
            await answer;
        }
    }

    private async Task TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        if (form["client_id"] != ClientId || form["client_secret"] != Secret)
        {
            // It quotes what it was sent, as hubs should not
            await ErrorAsync(context, 401, $"Incorrect client_id or client_secret {form["client_secret"]}");
            return;
        }

        Tokens++;
        ValidToken = $"token-{Tokens}-{Guid.NewGuid():N}";
        await JsonAsync(context, new { access_token = ValidToken, token_type = "bearer", expires_in = 86400 });
    }

    private Task ListAsync(HttpContext context)
    {
        lock (_gate)
        {
            return JsonAsync(context, new
            {
                packets = _mail.Where(m => !m.Read || context.Request.Query["unread"] != "true").Select(m => new
                {
                    filename = m.Name, league = "555", game_type = "B", source = "03", dest = "02", sequence = 1,
                    received_at = m.At, retrieved_at = (string?)null, file_size = m.Bytes.Length,
                    packet_id = TakesReceipts && !m.IsNodelist ? m.Id : (long?)null, delivery = TakesReceipts && !m.IsNodelist ? m.Delivery : (int?)null,
                }).ToList(),
            });
        }
    }

    private async Task DownloadAsync(HttpContext context, string name)
    {
        Mail? mail;
        var withReceipt = TakesReceipts && context.Request.Query["receipt"] == "explicit";
        lock (_gate)
        {
            mail = long.TryParse(context.Request.Query["packet_id"], out var id) ? _mail.FirstOrDefault(m => m.Id == id && m.Name == name)
                : _mail.FirstOrDefault(m => m.Name == name && !m.Read) ?? _mail.LastOrDefault(m => m.Name == name);
            if (mail is not null && withReceipt)
            {
                context.Response.Headers["X-Packet-Id"] = mail.Id.ToString();
                context.Response.Headers["X-Delivery"] = mail.Delivery.ToString();
            }
            else if (mail is not null)
            {
                mail.Read = true;
            }
        }

        if (mail is null)
        {
            await ErrorAsync(context, 404, "Packet not found");
            return;
        }

        context.Response.ContentLength = mail.Bytes.Length;
        Adorn?.Invoke(context, name);
        await context.Response.Body.WriteAsync(mail.Bytes);
    }

    private async Task ReceiptAsync(HttpContext context, string name)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var (id, delivery, sha) = (body.RootElement.GetProperty("packet_id").GetInt64(), body.RootElement.GetProperty("delivery").GetInt32(), body.RootElement.GetProperty("sha256").GetString()!);
        Receipts.Enqueue((id, delivery, sha));
        Mail mail;
        lock (_gate)
        {
            mail = _mail.Single(m => m.Id == id && m.Name == name);
            if (delivery > mail.Delivery || sha != Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(mail.Bytes)))
            {
                context.Response.StatusCode = 409;
            }
            else
            {
                mail.Read |= delivery == mail.Delivery;
            }
        }

        await JsonAsync(context, context.Response.StatusCode == 409
            ? (object)new { detail = "other bytes" }
            : new { status = delivery == mail.Delivery ? "received" : "superseded", filename = name, packet_id = id, delivery = mail.Delivery });
    }

    private async Task UploadAsync(HttpContext context, string name)
    {
        if (name[4..6] != Index.ToString("X2"))
        {
            await ErrorAsync(context, 403, $"Source BBS {name[4..6]} does not match your BBS index");
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Received.Enqueue((name, body.ToArray()));
        await JsonAsync(context, new { status = "received", filename = name, packet_id = Received.Count });
    }

    private static Task ErrorAsync(HttpContext context, int status, string detail)
    {
        context.Response.StatusCode = status;
        return JsonAsync(context, new { detail });
    }

    private static Task JsonAsync<T>(HttpContext context, T value)
    {
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(value)).AsTask();
    }

    /// <summary>A piece of mail.</summary>
    public sealed class Mail(long id, string name, byte[] bytes, string at)
    {
        public long Id { get; } = id;

        public int Delivery { get; set; } = 1;

        public bool IsNodelist => Name.Contains("NODES", StringComparison.Ordinal);

        public string Name { get; } = name;

        public byte[] Bytes { get; set; } = bytes;

        public string At { get; } = at;

        public bool Read { get; set; }
    }
}
