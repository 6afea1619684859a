using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NovaHub.Bench.Consoles;

/// <summary>
/// One open page of the console, with everything a browser does but drawing: it starts a circuit as blazor.web.js does,
/// acknowledges each render batch and answers each call. Whatever goes wrong ends it, and the measurement with it.
/// </summary>
internal sealed partial class OpenConsole : IAsyncDisposable
{
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // Type 6, behind its length
    private static readonly byte[] s_ping = [0x02, 0x91, 0x06];

    private readonly ClientWebSocket _socket = new();
    private readonly Person _person;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly PackWriter _writer = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _shown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _buffer = new byte[16 * 1024];
    private Task _reading = Task.CompletedTask;
    private Task _pinging = Task.CompletedTask;
    private string? _circuit;
    private string _components = "";
    private string _state = "";
    private long _sent;
    private long _nextObject = 1;
    private volatile Awaited? _awaited;

    private OpenConsole(Person person) => _person = person;

    /// <summary>What came and went since the console was opened.</summary>
    public ConsoleCounts Counts { get; } = new();

    /// <summary>Opens a page and waits until its heading was drawn.</summary>
    public static async Task<OpenConsole> OpenAsync(Person person, string path, string heading)
    {
        var console = new OpenConsole(person);
        try
        {
            var shown = console.Await(heading);
            await console.StartAsync(path);
            await console.WithinPatienceAsync(shown, $"“{heading}” on {path}");
            return console;
        }
        catch
        {
            await console.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends at the moment a render batch carries this text: the timestamp.</summary>
    public Task<long> Await(string text)
    {
        var awaited = new Awaited(Encoding.UTF8.GetBytes(text));
        _awaited = awaited;
        return awaited.Seen.Task;
    }

    /// <summary>Follows a link within the page, as a click does, and waits until the heading was drawn.</summary>
    public async Task GoAsync(string path, string heading)
    {
        var shown = Await(heading);
        await SendAsync(w => w.Send("OnLocationChanged", 3).Text(new Uri(_person.Hub, path).ToString()).Text(null).Flag(true));
        await WithinPatienceAsync(shown, $"“{heading}” on {path}");
    }

    /// <summary>Throws what ended the console before its time.</summary>
    public void Check()
    {
        if (_reading.IsFaulted)
        {
            _reading.GetAwaiter().GetResult();
        }
    }

    /// <summary>Closes the page as a browser does: the socket, and word that the circuit is no longer wanted.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_reading, _pinging).ContinueWith(_ => { }, TaskScheduler.Default);
        _socket.Dispose();
        if (_circuit is { } circuit)
        {
            _circuit = null;
            using var form = new MultipartFormDataContent { { new StringContent(circuit), "circuitId" } };
            await _person.PostAsync("_blazor/disconnect", form);
        }
    }

    private async Task StartAsync(string path)
    {
        var page = await _person.PageAsync(path);
        var markers = Markers().Matches(page).Select(m => m.Groups["marker"].Value).ToList();
        _state = State().Match(page).Groups["state"].Value;
        if (markers.Count == 0)
        {
            throw new InvalidOperationException($"{path} has no interactive component:\n{page}");
        }

        // blazor.web.js numbers the components in the order in which it finds them
        _components = $$"""{"batchId":1,"operations":[{{string.Join(',', markers.Select((m, i) => $$"""{"type":"add","ssrComponentId":{{i + 1}},"marker":{{m}}}"""))}}]}""";
        using var negotiated = JsonDocument.Parse(await _person.PostAsync("_blazor/negotiate?negotiateVersion=1", new StringContent("")));
        var token = negotiated.RootElement.GetProperty("connectionToken").GetString()!;
        _socket.Options.SetRequestHeader("Cookie", _person.Cookie);
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
        // What every browser offers; whether it is used is the hub's choice
        _socket.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
        await _socket.ConnectAsync(new Uri($"ws://127.0.0.1:{_person.Hub.Port}/_blazor?id={Uri.EscapeDataString(token)}"), CancellationToken.None);
        await _socket.SendAsync("""{"protocol":"blazorpack","version":1}"""u8.ToArray().Append((byte)0x1E).ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        _reading = ReadAsync(_ending.Token);
        _pinging = PingAsync(_ending.Token);
        await SendAsync(w => w.Invoke("0", "StartCircuit", 4)
            .Text(_person.Hub.ToString()).Text(new Uri(_person.Hub, path).ToString()).Text("[]").Text(_state));
    }

    private async Task WithinPatienceAsync(Task shown, string what)
    {
        var first = await Task.WhenAny(shown, _reading, Task.Delay(s_patience));
        Check();
        if (first != shown)
        {
            throw new InvalidOperationException($"The console did not show {what} within {s_patience.TotalSeconds} s.");
        }
    }

    private async Task ReadAsync(CancellationToken ending)
    {
        var handshaken = false;
        while (true)
        {
            var have = 0;
            ValueWebSocketReceiveResult read;
            do
            {
                if (have == _buffer.Length)
                {
                    Array.Resize(ref _buffer, _buffer.Length * 2);
                }

                try
                {
                    read = await _socket.ReceiveAsync(_buffer.AsMemory(have), ending);
                }
                catch (OperationCanceledException) when (ending.IsCancellationRequested)
                {
                    return;
                }

                have += read.Count;
            }
            while (!read.EndOfMessage);

            if (read.MessageType == WebSocketMessageType.Close)
            {
                throw new InvalidOperationException($"The hub closed a console: {_socket.CloseStatus} {_socket.CloseStatusDescription}");
            }

            var at = 0;
            if (!handshaken)
            {
                at = _buffer.AsSpan(0, have).IndexOf((byte)0x1E) + 1;
                handshaken = at > 0 && _buffer.AsSpan(0, at).SequenceEqual("{}\u001e"u8)
                    ? true : throw new InvalidOperationException($"The hub refused the protocol: {Encoding.UTF8.GetString(_buffer, 0, have)}");
            }

            while (at < have)
            {
                var length = Length(_buffer, ref at);
                await TakeAsync(_buffer.AsMemory(at, length));
                at += length;
            }
        }
    }

    // A message's length: seven bits at a time, the lowest first
    private static int Length(byte[] buffer, ref int at)
    {
        var (length, shift) = (0, 0);
        byte part;
        do
        {
            part = buffer[at++];
            length |= (part & 0x7F) << shift;
            shift += 7;
        }
        while (part >= 0x80);
        return length;
    }

    private Task TakeAsync(ReadOnlyMemory<byte> message)
    {
        var reader = new PackReader(message.Span);
        var parts = reader.ArrayLength();
        switch (reader.Integer())
        {
            case 1:
                reader.EmptyMap();
                _ = reader.Text();
                var target = reader.Text();
                _ = reader.ArrayLength();
                return InvokedAsync(target, ref reader);
            case 3:
                reader.EmptyMap();
                _ = reader.Text();
                // 1 is an error, 3 a result
                var kind = reader.Integer();
                var result = kind == 2 ? "" : Encoding.UTF8.GetString(reader.Text());
                return kind == 3 && result.Length > 0 ? StartedAsync(result) : throw new InvalidOperationException($"The hub did not start a circuit. {result}");
            case 6:
                return Task.CompletedTask;
            case 7:
                throw new InvalidOperationException($"The hub ended a console: {(parts > 1 ? Encoding.UTF8.GetString(reader.Text()) : "no reason given")}");
            case var other:
                throw new InvalidDataException($"The hub sent a message of type {other}.");
        }
    }

    private Task InvokedAsync(ReadOnlySpan<byte> target, ref PackReader arguments)
    {
        if (target.SequenceEqual("JS.RenderBatch"u8))
        {
            var id = arguments.Integer();
            Drawn(arguments.Bytes());
            return SendAsync(w => w.Send("OnRenderCompleted", 2).Number(id).Text(null));
        }

        if (target.SequenceEqual("JS.BeginInvokeJS"u8))
        {
            Counts.Calls++;
            var handle = arguments.Integer();
            var call = arguments.Text();
            _ = arguments.Text();
            var answer = BrowserAnswers.Of(call, (int)arguments.Integer(), ref _nextObject);
            // A call without a handle waits for no answer
            return handle == 0 ? Task.CompletedTask
                : SendAsync(w => w.Send("EndInvokeJSFromDotNet", 3).Number(handle).Flag(true).Text($"[{handle},true,{answer}]"));
        }

        if (target.SequenceEqual("JS.ReceiveByteArray"u8))
        {
            _ = arguments.Integer();
            Counts.ScreenBytes += arguments.Bytes().Length;
            return Task.CompletedTask;
        }

        return target.SequenceEqual("JS.EndUpdateRootComponents"u8) || target.SequenceEqual("JS.AttachComponent"u8) || target.SequenceEqual("JS.EndInvokeDotNet"u8)
            ? Task.CompletedTask
            : throw new InvalidOperationException(
                $"{Encoding.UTF8.GetString(target)}: {(target.SequenceEqual("JS.Error"u8) ? Encoding.UTF8.GetString(arguments.Text()) : "this console does not know what to do with it")}");
    }

    private void Drawn(ReadOnlySpan<byte> batch)
    {
        Counts.Batches++;
        Counts.BatchBytes += batch.Length;
        if (batch.IndexOf("This page could not be shown"u8) is >= 0 and var failed)
        {
            // The batch's texts follow each other, among them what went wrong
            throw new InvalidOperationException($"A console shows the page of something that went wrong: {Encoding.UTF8.GetString(batch[failed..])}");
        }

        if (_awaited is { } awaited && batch.IndexOf(awaited.Text) >= 0)
        {
            _awaited = null;
            awaited.Seen.TrySetResult(Stopwatch.GetTimestamp());
        }
    }

    private Task StartedAsync(string circuit)
    {
        _circuit = circuit;
        return SendAsync(w => w.Send("UpdateRootComponents", 2).Text(_components).Text(_state));
    }

    private Task SendAsync(Func<PackWriter, PackWriter> write) => SendAsync(() => write(_writer).End());

    private async Task SendAsync(Func<ReadOnlyMemory<byte>> message)
    {
        await _sending.WaitAsync();
        try
        {
            _sent = Stopwatch.GetTimestamp();
            await _socket.SendAsync(message(), WebSocketMessageType.Binary, true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task PingAsync(CancellationToken ending)
    {
        using var timer = new PeriodicTimer(s_keepAlive / 3);
        try
        {
            while (await timer.WaitForNextTickAsync(ending))
            {
                if (Stopwatch.GetElapsedTime(_sent) > s_keepAlive * 2 / 3)
                {
                    await SendAsync(() => s_ping);
                }
            }
        }
        catch (Exception) when (ending.IsCancellationRequested)
        {
            // The page was closed
        }
    }

    [GeneratedRegex("<!--Blazor:(?<marker>\\{\"type\":\"server\".*?\\})-->", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Markers();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(?<state>.*?)-->", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex State();

    private sealed record Awaited(byte[] Text)
    {
        public TaskCompletionSource<long> Seen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>What one console has got from the hub. Written by its reader alone.</summary>
internal sealed class ConsoleCounts
{
    public long Batches { get; set; }

    public long BatchBytes { get; set; }

    public long Calls { get; set; }

    public long ScreenBytes { get; set; }
}
