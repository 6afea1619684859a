namespace NovaHub.Bench;

/// <summary>How soon a hub is there, and what it holds when nothing happens.</summary>
internal static class StartUps
{
    private static readonly TimeSpan s_target = TimeSpan.FromSeconds(2.5);

    public static async Task MeasureAsync(string program, HubData data, string ledger, Pace pace, Report report)
    {
        var times = new List<double>();
        for (var i = 0; i < pace.Starts; i++)
        {
            await using var hub = await HubProcess.StartAsync(program, data.Folder);
            times.Add(hub.StartUp.TotalMilliseconds);
        }

        var median = TimeSpan.FromMilliseconds(Statistics.Median(times));
        report.Add(new Row(
            $"start to healthy, ledger of {ledger}", $"{Shown.Ms(median)} (of {times.Count}: {Shown.Ms(TimeSpan.FromMilliseconds(times.Min()))} to {Shown.Ms(TimeSpan.FromMilliseconds(times.Max()))})",
            "", "", "≤ 2.5 s", median <= s_target));
    }

    public static async Task MeasureMemoryAsync(HubProcess hub, Pace pace, Report report)
    {
        await Task.Delay(pace.IdleBeforeRss);
        var resident = hub.ResidentMegabytes;
        report.Add(new Row(
            $"memory, idle for {pace.IdleBeforeRss.TotalSeconds} s", $"{resident:F0} MB resident, {hub.AnonymousMegabytes:F0} MB of it its own", "", "", "≤ 200 MB", resident <= 200));
    }
}
