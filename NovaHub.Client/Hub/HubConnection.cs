using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using NovaHub.Client.Configuration;
using NovaHub.Client.Screen;
using NovaHub.Wire;

namespace NovaHub.Client.Hub;

/// <summary>
/// Requests to the hub with everything that goes for all of them: the token, new tries with back-off, patience, and answers in
/// plain words.
/// </summary>
internal sealed class HubConnection : IDisposable
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_renewBefore = TimeSpan.FromMinutes(1);

    private readonly HttpClient _http;
    private readonly HubSettings _hub;
    private readonly SyncSettings _sync;
    private readonly TimeProvider _time;
    private readonly IVoice _voice;
    private readonly Redactor _redactor;
    private readonly SemaphoreSlim _signingIn = new(1, 1);
    private (string Token, long Since, TimeSpan Lives)? _token;

    public HubConnection(HubSettings hub, SyncSettings sync, TimeProvider time, IVoice voice, Redactor redactor)
    {
        _hub = hub;
        _sync = sync;
        _time = time;
        _voice = voice;
        _redactor = redactor;
        redactor.Add(hub.ClientSecret);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(Math.Min(30, sync.Timeout.TotalSeconds)),
            // A hub that moved to another address is found within minutes
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            BaseAddress = hub.Url,
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("novahub-client", ClientVersion.Text));
    }

    /// <summary>Ends the waiting between tries: who is asked to end does not begin anew.</summary>
    public CancellationToken NoNewTries { get; init; }

    /// <summary>
    /// Sends a request until it is answered or <c>max_retries</c> is used up.
    /// </summary>
    /// <param name="make">Makes the request anew for each try, relative to the API.</param>
    /// <param name="read">Reads the answer, of whatever status below 400; a broken body is tried again.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <exception cref="HubRefusedException">4xx, or again and again 500.</exception>
    /// <exception cref="HubUnreachableException">No usable answer.</exception>
    public Task<T> SendAsync<T>(Func<Silence, HttpRequestMessage> make, Func<HttpResponseMessage, Silence, Task<T>> read, CancellationToken cancellationToken) =>
        RetryAsync(async silence =>
        {
            for (var again = false; ; again = true)
            {
                var token = await TokenAsync(cancellationToken);
                using var request = make(silence);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
                silence.Break();
                if (response.StatusCode == HttpStatusCode.Unauthorized && !again)
                {
                    Forget(token);
                    continue;
                }

                await ThrowIfRefusedAsync(response, silence);
                return await read(response, silence);
            }
        }, cancellationToken);

    public void Dispose()
    {
        _http.Dispose();
        _signingIn.Dispose();
    }

    private async Task<T> RetryAsync<T>(Func<Silence, Task<T>> attempt, CancellationToken cancellationToken)
    {
        for (var tries = 0; ; tries++)
        {
            string trouble;
            BusyException? busy = null;
            Exception? cause = null;
            using (var silence = new Silence(_sync.Timeout, _time, cancellationToken))
            {
                try
                {
                    return await attempt(silence);
                }
                catch (BusyException answer)
                {
                    (trouble, busy, cause) = (answer.Message, answer, answer);
                }
                catch (OperationCanceledException) when (silence.IsOver && !cancellationToken.IsCancellationRequested)
                {
                    trouble = $"the hub said nothing for {_sync.Timeout.TotalSeconds:F0} s";
                }
                catch (Exception failure) when (failure is HttpRequestException or BrokenBodyException or SocketException or HttpIOException)
                {
                    (trouble, cause) = (Words(failure), failure);
                }
            }

            var asked = busy?.RetryAfter;
            if (tries >= _sync.MaxRetries || asked > s_longestPause)
            {
                // A hub that fails at one thing may be well otherwise: what it fails at must not hold up the rest
                throw busy is { IsAboutThis: true } ? new HubRefusedException(busy.Status, trouble, $"Again and again {trouble}.") : new HubUnreachableException(
                    $"{_hub.Url.Authority}: {trouble}{(asked > s_longestPause ? $"; it asks to be left alone for {asked.Value.TotalMinutes:F0} minutes" : "")}.", cause);
            }

            var pause = asked ?? Pause(tries);
            _voice.Say(Level.Detail, $"{_hub.Url.Authority}: {trouble}; trying again in {pause.TotalSeconds:0.#} s.");
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, NoNewTries);
            await Task.Delay(pause, _time, either.Token);
        }
    }

    // Doubles from try to try; a little chance keeps a league's boards from coming back all at once
    private TimeSpan Pause(int tries)
    {
        var pause = _sync.RetryDelay * Math.Pow(2, Math.Min(tries, 10)) * (1 + (Random.Shared.NextDouble() / 4));
        return pause < s_longestPause ? pause : s_longestPause;
    }

    private async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        await _signingIn.WaitAsync(cancellationToken);
        try
        {
            // Counted by a clock that nobody sets
            if (_token is { } held && _time.GetElapsedTime(held.Since) < held.Lives)
            {
                return held.Token;
            }

            using var silence = new Silence(_sync.Timeout, _time, cancellationToken);
            using var request = new HttpRequestMessage(HttpMethod.Post, Address("auth/token"));
            request.Content = new FormUrlEncodedContent(
            [
                new("grant_type", "client_credentials"), new("client_id", _hub.ClientId), new("client_secret", _hub.ClientSecret),
            ]);
            using var response = await _http.SendAsync(request, silence.Token);
            await ThrowIfRefusedAsync(response, silence);
            var answer = await ReadJsonAsync(response, ClientJson.Default.TokenAnswer, silence);
            _redactor.Add(answer.AccessToken);
            var lives = TimeSpan.FromSeconds(Math.Max(0, answer.ExpiresIn));
            _token = (answer.AccessToken, _time.GetTimestamp(), lives > s_renewBefore * 2 ? lives - s_renewBefore : lives / 2);
            _voice.Say(Level.Detail, "Signed in.");
            return answer.AccessToken;
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BrokenBodyException($"the hub said nothing for {_sync.Timeout.TotalSeconds:F0} s while signing in ({late.GetType().Name})");
        }
        finally
        {
            _signingIn.Release();
        }
    }

    private void Forget(string token)
    {
        if (_token?.Token == token)
        {
            _voice.Say(Level.Detail, "The hub does not take the token any more; signing in again.");
            _token = null;
        }
    }

    /// <summary>An address of the service API.</summary>
    public static Uri Address(string path) => new(ServiceAddress.Base.TrimStart('/') + "/" + path, UriKind.Relative);

    public static async Task<T> ReadJsonAsync<T>(HttpResponseMessage response, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, Silence silence)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(silence.Token);
            return await JsonSerializer.DeserializeAsync(body, type, silence.Token) ?? throw new JsonException("null");
        }
        catch (JsonException odd)
        {
            throw new BrokenBodyException($"its answer can't be understood ({odd.Message}); is hub.url the address of a hub?");
        }
        catch (IOException broken)
        {
            throw new BrokenBodyException(Words(broken));
        }
    }

    private async Task ThrowIfRefusedAsync(HttpResponseMessage response, Silence silence)
    {
        var status = (int)response.StatusCode;
        if (status is < 300 or 304)
        {
            return;
        }

        var detail = await DetailAsync(response, silence);
        if (status == 429 || status >= 500 || status == 408)
        {
            throw new BusyException(status, $"the hub answered {status}{(detail.Length > 0 ? $" ({detail})" : "")}", RetryAfter(response));
        }

        throw new HubRefusedException(status, detail, status switch
        {
            < 400 => $"The hub answers with a redirection to {response.Headers.Location}; set hub.url to where it leads.",
            401 => "The hub does not accept client_id and client_secret. Compare them with what the hub's admin gave you; the secret may have been renewed or the board disabled.",
            404 when detail.Length == 0 => "There is nothing at this address; is hub.url the address of a hub?",
            _ => detail.Length > 0 ? $"The hub refused it ({status}): {detail}" : $"The hub refused it ({status}).",
        });
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _time.GetUtcNow() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero,
        _ => null,
    };

    // A problem document's detail, an old hub's detail, or the beginning of whatever it is
    private static async Task<string> DetailAsync(HttpResponseMessage response, Silence silence)
    {
        const int most = 300;
        try
        {
            var text = await response.Content.ReadAsStringAsync(silence.Token);
            if (response.Content.Headers.ContentType?.MediaType?.Contains("html", StringComparison.OrdinalIgnoreCase) == true)
            {
                return "";
            }

            try
            {
                using var document = JsonDocument.Parse(text);
                if (document.RootElement.ValueKind == JsonValueKind.Object
                    && document.RootElement.TryGetProperty("detail", out var detail))
                {
                    text = detail.ValueKind == JsonValueKind.String ? detail.GetString()! : detail.GetRawText();
                }
            }
            catch (JsonException plain)
            {
                _ = plain; // No JSON: the text itself is the detail
            }

            text = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
            return text.Length > most ? text[..most] + "…" : text;
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return "";
        }
    }

    private static string Words(Exception failure) => failure switch
    {
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "nothing listens there (connection refused)",
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } } => "its name was not found",
        HttpRequestException { InnerException: AuthenticationException tls } => $"the encrypted connection failed: {tls.Message}",
        BrokenBodyException broken => broken.Message,
        HttpRequestException { InnerException: { } inner } => string.Create(CultureInfo.InvariantCulture, $"the connection broke ({inner.Message})"),
        _ => $"the connection broke ({failure.Message})",
    };

    private sealed class BusyException(int status, string message, TimeSpan? retryAfter) : Exception(message)
    {
        public int Status { get; } = status;

        // 502, 503 and 504 speak of the hub as a whole
        public bool IsAboutThis => Status >= 500 && Status is not (502 or 503 or 504);

        public TimeSpan? RetryAfter { get; } = retryAfter;
    }
}
