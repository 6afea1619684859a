using System.Diagnostics;
using System.Security.Cryptography;
using NovaHub.Engine.Games;

namespace NovaHub.Bench;

/// <summary>Many uploads of the largest size at once: what they cost in memory and disk, and what another board notices.</summary>
internal sealed class Flood(HubProcess hub, HubData data, Report report)
{
    private const int Uploads = 40;
    private const int Size = 10 * 1024 * 1024;
    private const int Healthy = HubData.FirstBoard + HubData.BoardCount - 1;

    private static readonly TimeSpan s_afterwards = TimeSpan.FromSeconds(15);

    public async Task MeasureAsync(Func<int, Task<string>> tokenOf)
    {
        var tokens = new Dictionary<int, string>();
        foreach (var board in data.Boards)
        {
            tokens[board.Index] = await tokenOf(board.Index);
        }

        var before = hub.ResidentMegabytes;
        double peak = before;
        var log = 0.0;
        using var ending = new CancellationTokenSource();
        var small = SmallUploadsAsync(tokens[Healthy], ending.Token);
        var watch = Task.Run(async () =>
        {
            while (!ending.IsCancellationRequested)
            {
                peak = Math.Max(peak, hub.ResidentMegabytes);
                log = Math.Max(log, LogMegabytes());
                await Task.Delay(20);
            }
        });
        var began = Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(Enumerable.Range(0, Uploads).Select(i => UploadAsync(i, tokens)));
        var took = Stopwatch.GetElapsedTime(began);
        await ending.CancelAsync();
        await watch;
        var times = await small;
        await Task.Delay(s_afterwards);
        report.Add(new Row(
            $"{Uploads} uploads of 10 MiB at once, by 7 boards",
            $"{took.TotalSeconds:F1} s, {answers.Count(a => a == 200)} taken, {answers.Count(a => a == 503)} told to come again"));
        report.Add(new Row("a 4 KiB upload of another board meanwhile", $"p50 {At(times, 0.5)}, p95 {At(times, 0.95)}, slowest of {times.Count} {At(times, 1)}"));
        report.Add(new Row("memory before, at most, 15 s after it", $"{before:F0}, {peak:F0}, {hub.ResidentMegabytes:F0} MB"));
        report.Add(new Row("log beside the database at most, 15 s after it", $"{log:F0}, {LogMegabytes():F0} MiB"));
    }

    private static string At(List<int> times, double quantile) => Shown.Ms(TimeSpan.FromMicroseconds(quantile == 1 ? times.Max() : Statistics.Quantile(times, quantile)));

    private double LogMegabytes() => new FileInfo(data.Database + "-wal") is { Exists: true } file ? file.Length / 1024.0 / 1024 : 0;

    private async Task<int> UploadAsync(int i, Dictionary<int, string> tokens)
    {
        var source = HubData.FirstBoard + (i % (HubData.BoardCount - 1));
        using var wire = await HttpWire.ConnectAsync(hub.Port);
        return (await wire.SendAsync(Requests.Put(Path(source, i), tokens[source], RandomNumberGenerator.GetBytes(Size)))).Status;
    }

    private async Task<List<int>> SmallUploadsAsync(string token, CancellationToken ending)
    {
        var times = new List<int>();
        using var wire = await HttpWire.ConnectAsync(hub.Port);
        for (var i = 0; !ending.IsCancellationRequested; i++)
        {
            var request = Requests.Put(Path(Healthy, i % 1000), token, RandomNumberGenerator.GetBytes(4096));
            var began = Stopwatch.GetTimestamp();
            var reply = await wire.SendAsync(request);
            times.Add((int)Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            if (reply.Status != 200)
            {
                throw new InvalidOperationException($"Flood: unexpected answer {reply.Status}: {reply.Text}");
            }

            await Task.Delay(20, CancellationToken.None);
        }

        return times;
    }

    private static string Path(int source, int sequence) =>
        $"{Requests.Api}/leagues/{HubData.UploadLeague}/packets/{new PacketName(LeagueId.Parse(HubData.UploadLeague), source, 1, sequence)}";
}
