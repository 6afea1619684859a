using System.Text;
using System.Text.Json;
using NovaHub.Engine.Games;

namespace NovaHub.Bench;

/// <summary>Measures the service API of a running hub beside its bare endpoints.</summary>
internal sealed class Measurements(HubProcess hub, HubData data, Pace pace, Report report)
{
    private const int ListConnections = 8;
    private const int DownloadConnections = 32;
    private readonly Dictionary<int, string> _tokens = [];

    public HubProcess Hub => hub;

    public async Task SignInAsync()
    {
        using var wire = await HttpWire.ConnectAsync(hub.Port);
        foreach (var board in data.Boards)
        {
            var reply = await wire.SendAsync(Requests.Token(board));
            using var json = JsonDocument.Parse(reply.Body);
            _tokens[board.Index] = json.RootElement.GetProperty("access_token").GetString()!;
        }
    }

    /// <summary>Everything a little, so that the server's code is compiled before anything counts.</summary>
    public async Task WarmUpAsync()
    {
        foreach (var make in (Func<Task<Subject>>[])[() => UploadsAsync(8), () => BarePutsAsync(8), () => EmptyGetsAsync(8), () => ListsAsync(2), () => ListsAsync(3)])
        {
            using var subject = await make();
            await subject.RunAsync(pace.FirstWarmUp / 3, counts: false);
        }
    }

    public async Task MeasureUploadsAsync(string ledger, params int[] connections)
    {
        foreach (var count in connections)
        {
            using var uploads = await UploadsAsync(count);
            using var bare = await BarePutsAsync(count);
            await Subject.InTurnAsync(pace, bare, uploads);
            var ratio = uploads.RatioTo(bare);
            var p99 = uploads.Quantile(0.99);
            report.Add(new Row(
                $"uploads of 4 KiB, {count} connection{(count == 1 ? "" : "s")}, ledger of {ledger}",
                $"{Shown.Rate(uploads.Rate)}, p50 {Shown.Ms(uploads.Quantile(0.5))}, p99 {Shown.Ms(p99)}, {uploads.ServerCpu:F0} µs CPU",
                $"PUT {Shown.Rate(bare.Rate)}, p99 {Shown.Ms(bare.Quantile(0.99))}, {bare.ServerCpu:F0} µs CPU",
                Shown.Percent(ratio),
                count == 32 ? "≥ 40 % (≥ 2,000/s, p99 ≤ 60 ms)" : "",
                count == 32 ? ratio >= 0.4 : null));
        }
    }

    /// <summary>Lists in this hub beside the same lists in a hub with a large ledger.</summary>
    public async Task MeasureListsAsync(Measurements large, string largeLedger)
    {
        foreach (var (board, waiting) in HubData.Waiting)
        {
            using var bare = await EmptyGetsAsync(ListConnections);
            using var here = await ListsAsync(board);
            using var there = await large.ListsAsync(board);
            await Subject.InTurnAsync(pace, bare, here, there);
            var ratio = here.RatioTo(bare);
            var spread = here.RatioTo(there);
            report.Add(new Row(
                $"list {waiting:N0} waiting, {ListConnections} connections, ledger of 1 k", Measured(here), $"GET {Measured(bare)}", Shown.Percent(ratio),
                waiting switch { 10 => "≥ 50 %", 10_000 => "≥ 25/s", _ => "" },
                waiting switch { 10 => ratio >= 0.5, 10_000 => here.Rate >= 25, _ => null }));
            report.Add(new Row(
                $"list {waiting:N0} waiting, {ListConnections} connections, ledger of {largeLedger}", Measured(there), $"1 k ledger {Shown.Rate(here.Rate)}",
                $"1 k is {spread:F2}× as fast",
                waiting switch { 10 => "within 1.3×", 10_000 => "≥ 25/s", _ => "" },
                waiting switch { 10 => spread <= 1.3, 10_000 => there.Rate >= 25, _ => null }));
        }
    }

    public async Task MeasureDownloadsAsync()
    {
        using var fresh = await FreshDownloadsAsync();
        using var bare = await EmptyGetsAsync(DownloadConnections);
        await Subject.InTurnAsync(pace, bare, fresh);
        var again = new PacketName(LeagueId.Parse(HubData.MailLeague), LedgerFill.FirstSender, HubData.Downloader, 0);
        using var repeated = await ManyAsync(DownloadConnections, (wire, _) => new SameCaller(
            wire, Requests.Get($"{Requests.Api}/leagues/{HubData.MailLeague}/packets/{again}", _tokens[HubData.Downloader]), LedgerFill.PacketSize));
        await Subject.InTurnAsync(pace, repeated);
        var ratio = fresh.RatioTo(bare);
        report.Add(new Row(
            $"download of an unread 4 KiB packet, {DownloadConnections} connections (each is recorded durably)", Measured(fresh), $"GET {Measured(bare)}", Shown.Percent(ratio),
            "≥ 50 % (≥ 2,500/s)", ratio >= 0.5));
        report.Add(new Row($"download of a delivered 4 KiB packet, {DownloadConnections} connections", Measured(repeated), $"GET {Shown.Rate(bare.Rate)}", Shown.Percent(repeated.Rate / bare.Rate)));
    }

    public async Task MeasureTokensAsync()
    {
        using var tokens = await ManyAsync(8, (wire, i) => new SameCaller(wire, Requests.Token(data.Boards[i % data.Boards.Count])));
        await Subject.InTurnAsync(pace, tokens);
        report.Add(new Row("tokens, 8 connections", Measured(tokens), "", "", "≥ 100/s", tokens.Rate >= 100));
    }

    /// <summary>From the 200 of an upload to the answer of a list that has the packet.</summary>
    /// <param name="busy">Uploads go on beside it on eight connections.</param>
    public async Task MeasureRelayAsync(bool busy)
    {
        using var load = busy ? await UploadsAsync(8) : null;
        using var ending = new CancellationTokenSource();
        var beside = Task.Run(async () =>
        {
            while (load is not null && !ending.IsCancellationRequested)
            {
                await load.RunAsync(TimeSpan.FromMilliseconds(200), counts: false);
            }
        });
        var times = await RelayAsync(busy ? pace.Relays / 3 : pace.Relays);
        await ending.CancelAsync();
        await beside;
        var p95 = TimeSpan.FromMicroseconds(Statistics.Quantile(times, 0.95));
        report.Add(new Row(
            $"direct-routed packet in the other board's list after its 200{(busy ? ", uploads on 8 connections beside it" : "")}",
            $"p50 {Shown.Ms(TimeSpan.FromMicroseconds(Statistics.Quantile(times, 0.5)))}, p95 {Shown.Ms(p95)}", "", "", "≤ 20 ms at p95", p95.TotalMilliseconds <= 20));
    }

    /// <summary>One load for a while, for a profiler to look at.</summary>
    public async Task HoldAsync(string what, TimeSpan time)
    {
        using var subject = what switch
        {
            "uploads" => await UploadsAsync(32),
            "puts" => await BarePutsAsync(32),
            "gets" => await EmptyGetsAsync(8),
            "list" => await ListsAsync(2),
            "lists" => await ListsAsync(3),
            "downloads" => await FreshDownloadsAsync(),
            _ => throw new ArgumentException($"“{what}” is nothing to hold: uploads, puts, gets, list, lists or downloads.", nameof(what)),
        };
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(2))
        {
            await subject.RunAsync(TimeSpan.FromSeconds(2), counts: true);
            Console.Error.WriteLine($"{what}: {Shown.Rate(subject.Rates[^1])}, {subject.LatestCpu:F0} µs CPU");
        }
    }

    public async Task<string> TokenOfAsync(int board)
    {
        if (_tokens.Count == 0)
        {
            await SignInAsync();
        }

        return _tokens[board];
    }

    private async Task<List<int>> RelayAsync(int count)
    {
        using var sender = await HttpWire.ConnectAsync(hub.Port);
        using var receiver = await HttpWire.ConnectAsync(hub.Port);
        var league = LeagueId.Parse(HubData.RelayLeague);
        var times = new List<int>();
        var path = $"{Requests.Api}/leagues/{HubData.RelayLeague}/packets";
        for (var i = 0; i < count; i++)
        {
            var name = new PacketName(league, 2, 3, i % 1000).ToString();
            var upload = await sender.SendAsync(Requests.Put($"{path}/{name}", _tokens[2], Encoding.ASCII.GetBytes($"{Guid.NewGuid()}{new string('x', 4000)}")));
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            if (upload.Status != 200)
            {
                throw new InvalidOperationException($"Relay: unexpected answer {upload.Status}: {upload.Text}");
            }

            var list = Requests.Get($"{path}?unread=true", _tokens[3]);
            while (!(await receiver.SendAsync(list)).Text.Contains(name, StringComparison.Ordinal))
            {
                // Asked again at once: that is the measurement
            }

            times.Add((int)System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            await receiver.SendAsync(Requests.Get($"{path}/{name}", _tokens[3]));
        }

        return times;
    }

    private static string Measured(Subject subject) => $"{Shown.Rate(subject.Rate)}, p99 {Shown.Ms(subject.Quantile(0.99))}, {subject.ServerCpu:F0} µs CPU";

    /// <summary>Uploads on so many connections, by all boards.</summary>
    public Task<Subject> UploadsAsync(int connections) => ManyAsync(connections, (wire, i) =>
    {
        var source = HubData.FirstBoard + (i % HubData.BoardCount);
        var others = Enumerable.Range(1, HubData.BoardCount + 1).Where(d => d != source).ToList();
        var name = new PacketName(LeagueId.Parse(HubData.UploadLeague), source, others[i / HubData.BoardCount % others.Count], 0);
        return new UploadCaller(wire, $"{Requests.Api}/leagues/{HubData.UploadLeague}/packets/{name}", _tokens[source], LedgerFill.PacketSize, isPacket: true);
    });

    private async Task<Subject> FreshDownloadsAsync()
    {
        var unread = new UnreadNames(
            from sender in Enumerable.Range(LedgerFill.FirstSender, LedgerFill.Senders)
            from sequence in Enumerable.Range(0, 1000)
            select new PacketName(LeagueId.Parse(HubData.MailLeague), sender, HubData.Downloader, sequence).ToString());
        return await ManyAsync(
            DownloadConnections, (wire, _) => new DownloadCaller(wire, HubData.MailLeague, _tokens[HubData.Downloader], unread, LedgerFill.PacketSize));
    }

    private Task<Subject> BarePutsAsync(int connections) => ManyAsync(connections, (wire, i) =>
        new UploadCaller(wire, $"{Requests.Api}/bench/put", _tokens[HubData.FirstBoard + (i % HubData.BoardCount)], LedgerFill.PacketSize, isPacket: false));

    private Task<Subject> EmptyGetsAsync(int connections) => ManyAsync(connections, (wire, i) =>
        new SameCaller(wire, Requests.Get($"{Requests.Api}/bench/get", _tokens[HubData.FirstBoard + (i % HubData.BoardCount)])));

    private Task<Subject> ListsAsync(int board) => ManyAsync(ListConnections, (wire, _) => new SameCaller(
        wire, Requests.Get($"{Requests.Api}/leagues/{HubData.MailLeague}/packets?unread=true", _tokens[board]), HubData.Waiting[board] * 100));

    private async Task<Subject> ManyAsync(int connections, Func<HttpWire, int, Caller> make)
    {
        var callers = new List<Caller>();
        for (var i = 0; i < connections; i++)
        {
            callers.Add(make(await HttpWire.ConnectAsync(hub.Port), i));
        }

        return new Subject(hub, callers);
    }
}
