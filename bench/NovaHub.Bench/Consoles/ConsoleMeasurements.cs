using System.Diagnostics;
using System.Text;
using NovaHub.Engine.Games;

namespace NovaHub.Bench.Consoles;

/// <summary>What a hundred open consoles cost, and what they see.</summary>
internal sealed class ConsoleMeasurements(string program, HubProcess hub, HubData data, Measurements uploads, Pace pace, Report report)
{
    private const int Dashboards = 20;
    private const int Watchers = 80;
    private const int Consoles = Dashboards + Watchers;
    private const string OnDashboard = "Latest packets";
    private const string OnList = "Runs</h1>";
    private const string OnRun = "Steps of the run";

    private static readonly int[] s_connections = [8, 32];

    private readonly List<OpenConsole> _consoles = [];
    private readonly List<int> _seen = [];
    private readonly List<string> _traffic = [];
    private readonly Dictionary<string, List<ProcessorUse>> _uses = [];
    private double _memory;
    private int _rounds;
    private int _shown;

    public async Task MeasureAsync()
    {
        using var person = await Person.SignInAsync(program, data, hub);
        var quiet = new List<Subject>();
        var busy = new List<Subject>();
        foreach (var count in s_connections)
        {
            quiet.Add(await uploads.UploadsAsync(count));
            busy.Add(await uploads.UploadsAsync(count));
        }

        // The first round is a warm-up: everything is compiled, and the hub has the memory that it needs
        for (var round = 0; round <= pace.ConsoleRounds; round++)
        {
            var counts = round > 0;
            await UseAsync("nothing", counts);
            await UploadAsync(quiet, counts);
            var before = hub.AnonymousMegabytes;
            await OpenAsync(person);
            await Task.Delay(pace.Settle);
            await UseAsync("open", counts);
            if (!counts)
            {
                // The first ones: later ones get the memory of those that were closed
                _memory = (hub.AnonymousMegabytes - before) / Consoles;
            }

            var run = await WatchRunAsync();
            await UseAsync("streaming", counts);
            await UploadAsync(busy, counts);
            await SeeAsync(counts ? pace.Seen : 3, counts);
            run.StillGoesOn();
            await CloseAsync();
            await run.EndAsync();
        }

        Tell(quiet, busy);
        quiet.Concat(busy).ToList().ForEach(s => s.Dispose());
    }

    /// <summary>A hundred consoles before a run that streams, for a profiler to look at.</summary>
    public async Task HoldAsync(TimeSpan time)
    {
        using var person = await Person.SignInAsync(program, data, hub);
        await OpenAsync(person);
        var run = await WatchRunAsync(time + TimeSpan.FromSeconds(10));
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(2))
        {
            Console.Error.WriteLine(Shown(await UseOverAsync("streaming", TimeSpan.FromSeconds(2))) + $"; {_traffic[^1]}");
        }

        run.StillGoesOn();
        await CloseAsync();
    }

    private async Task OpenAsync(Person person)
    {
        for (var i = 0; i < Consoles; i++)
        {
            _consoles.Add(i < Dashboards
                ? await OpenConsole.OpenAsync(person, "/", OnDashboard)
                : await OpenConsole.OpenAsync(person, "/runs", OnList));
        }
    }

    // Everybody but the dashboards follows the link to the run that has begun
    private async Task<StreamingRun> WatchRunAsync(TimeSpan? length = null)
    {
        var run = await StreamingRun.StartAsync(hub, data, _rounds++, length ?? pace.Stream, uploads.TokenOfAsync);
        await Task.WhenAll(_consoles.Skip(Dashboards).Select(c => c.GoAsync($"/runs/{run.Id}", OnRun)));
        await Task.Delay(pace.Settle);
        return run;
    }

    private async Task CloseAsync()
    {
        _consoles.ForEach(c => c.Check());
        foreach (var console in _consoles)
        {
            await console.DisposeAsync();
        }

        _consoles.Clear();
    }

    private async Task UseAsync(string what, bool counts)
    {
        var use = await UseOverAsync(what, pace.Use);
        if (!counts)
        {
            _uses.Remove(what);
            _traffic.Clear();
        }

        Console.Error.WriteLine($"{what}: {Shown(use)}{(what == "streaming" && _traffic.Count > 0 ? "; " + _traffic[^1] : "")}");
    }

    private async Task<ProcessorUse> UseOverAsync(string what, TimeSpan time)
    {
        var (batches, bytes, calls, screen) = Sums();
        var began = Stopwatch.GetTimestamp();
        var use = await ProcessorUse.OverAsync(hub, time);
        _consoles.ForEach(c => c.Check());
        if (!_uses.TryGetValue(what, out var uses))
        {
            _uses[what] = uses = [];
        }

        uses.Add(use);
        if (what == "streaming")
        {
            var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            var after = Sums();
            _traffic.Add(
                $"{(after.Batches - batches) / seconds:F0} render batches ({(after.Bytes - bytes) / seconds / 1024:F0} KB), {(after.Calls - calls) / seconds:F0} calls, {(after.Screen - screen) / seconds / 1024:F0} KB of screen a second");
        }

        return use;
    }

    private (long Batches, long Bytes, long Calls, long Screen) Sums() => (
        _consoles.Sum(c => c.Counts.Batches), _consoles.Sum(c => c.Counts.BatchBytes), _consoles.Sum(c => c.Counts.Calls), _consoles.Sum(c => c.Counts.ScreenBytes));

    private async Task UploadAsync(IEnumerable<Subject> subjects, bool counts)
    {
        foreach (var subject in subjects)
        {
            await subject.RunAsync(pace.WarmUp / 2, counts: false);
            await subject.RunAsync(pace.Round, counts);
            _consoles.ForEach(c => c.Check());
        }
    }

    // From an upload's 200 to the batch with the packet's name, on every open dashboard
    private async Task SeeAsync(int packets, bool counts)
    {
        using var wire = await HttpWire.ConnectAsync(hub.Port);
        for (var i = 0; i < packets; i++)
        {
            var name = new PacketName(LeagueId.Parse(HubData.RelayLeague), 4, 5, _shown++).ToString();
            var seen = _consoles.Take(Dashboards).Select(c => c.Await(name)).ToList();
            var reply = await wire.SendAsync(Requests.Put(
                $"{Requests.Api}/leagues/{HubData.RelayLeague}/packets/{name}", await uploads.TokenOfAsync(4), Encoding.ASCII.GetBytes($"{Guid.NewGuid()}{new string('x', 4000)}")));
            var answered = Stopwatch.GetTimestamp();
            if (reply.Status != 200)
            {
                throw new InvalidOperationException($"{name}: unexpected answer {reply.Status}: {reply.Text}");
            }

            var all = Task.WhenAll(seen);
            if (await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(20))) != all)
            {
                throw new InvalidOperationException($"{seen.Count(s => !s.IsCompleted)} of {Dashboards} dashboards did not show {name} within 20 s.");
            }

            if (counts)
            {
                _seen.AddRange(seen.Select(s => (int)Math.Max(0, Stopwatch.GetElapsedTime(answered, s.Result).TotalMicroseconds)));
            }

            // Not in step with the pages' own beat
            await Task.Delay(Random.Shared.Next(20, 300));
        }
    }

    private void Tell(List<Subject> quiet, List<Subject> busy)
    {
        var streaming = Median("streaming");
        report.Add(new Row("hub without consoles, idle", Shown(Median("nothing"))));
        report.Add(new Row($"{Consoles} open consoles ({Dashboards} dashboards, {Watchers} lists), idle", $"{Shown(Median("open"))}; {_memory:F1} MB for each of the first hundred"));
        report.Add(new Row(
            $"{Consoles} open consoles ({Dashboards} dashboards, {Watchers} at the page of a run whose screen streams)",
            $"{Shown(streaming)}; {_traffic[_traffic.Count / 2]}", "", "", "hub < 1 core", streaming.Hub < 1));
        for (var i = 0; i < s_connections.Length; i++)
        {
            var ratio = busy[i].RatioTo(quiet[i]);
            report.Add(new Row(
                $"uploads of 4 KiB, {s_connections[i]} connections, with them and the run",
                $"{Bench.Shown.Rate(busy[i].Rate)}, p99 {Bench.Shown.Ms(busy[i].Quantile(0.99))}", $"idle {Bench.Shown.Rate(quiet[i].Rate)}, p99 {Bench.Shown.Ms(quiet[i].Quantile(0.99))}",
                Bench.Shown.Percent(ratio), "≥ 80 %", ratio >= 0.8));
        }

        var slowest = TimeSpan.FromMicroseconds(_seen.Max());
        report.Add(new Row(
            $"packet on an open dashboard after its 200, with them and the run ({_seen.Count / Dashboards} packets, {Dashboards} dashboards)",
            $"p50 {Bench.Shown.Ms(At(0.5))}, p95 {Bench.Shown.Ms(At(0.95))}, slowest {Bench.Shown.Ms(slowest)}", "", "", "≤ 500 ms", slowest.TotalMilliseconds <= 500));
    }

    private TimeSpan At(double quantile) => TimeSpan.FromMicroseconds(Statistics.Quantile(_seen, quantile));

    private ProcessorUse Median(string what) => new(
        Statistics.Median(_uses[what].Select(u => u.Hub)), Statistics.Median(_uses[what].Select(u => u.Emulator)),
        Statistics.Median(_uses[what].Select(u => u.Load)), Statistics.Median(_uses[what].Select(u => u.Others)));

    private static string Shown(ProcessorUse use) => FormattableString.Invariant(
        $"hub {use.Hub:F2} cores, emulator {use.Emulator:F2}, this program {use.Load:F2}, others {use.Others:F2}");
}
