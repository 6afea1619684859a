using NovaHub.Bench;
using NovaHub.Bench.Consoles;

// Usage: NovaHub.Bench PROGRAM ARTIFACTS [--quick] [--only uploads,lists,downloads,tokens,relay,runs,start,consoles,flood] [--hold uploads|puts|gets|list|lists|downloads|consoles]
var program = Path.GetFullPath(args[0]);
var artifacts = Path.GetFullPath(args[1]);
var pace = new Pace(args.Contains("--quick"));
var only = Array.IndexOf(args, "--only") is var at and >= 0 ? args[at + 1].Split(',') : null;
var hold = Array.IndexOf(args, "--hold") is var held and >= 0 ? args[held + 1] : null;
bool Wanted(string part) => hold is null && (only is null || only.Contains(part));

Directory.CreateDirectory(artifacts);
var report = new Report(pace, artifacts);
var largeLedger = pace.LargeLedger == 1_000_000 ? "1 M" : $"{pace.LargeLedger / 1000} k";

var small = await HubData.OpenAsync(program, artifacts, 1000);
var large = Wanted("start") || Wanted("lists") || Wanted("uploads") ? await HubData.OpenAsync(program, artifacts, pace.LargeLedger) : null;

if (Wanted("start"))
{
    await StartUps.MeasureAsync(program, small, "1 k", pace, report);
    await StartUps.MeasureAsync(program, large!, largeLedger, pace, report);
}

await using (var hub = await HubProcess.StartAsync(program, small.Folder))
{
    if (Wanted("start"))
    {
        await StartUps.MeasureMemoryAsync(hub, pace, report);
    }

    var measurements = new Measurements(hub, small, pace, report);
    await measurements.SignInAsync();
    var consoles = new ConsoleMeasurements(program, hub, small, measurements, pace, report);
    if (hold is not null)
    {
        var time = TimeSpan.FromSeconds(Array.IndexOf(args, "--seconds") is var s and >= 0 ? int.Parse(args[s + 1], System.Globalization.CultureInfo.InvariantCulture) : 20);
        await (hold == "consoles" ? consoles.HoldAsync(time) : measurements.HoldAsync(hold, time));
        return;
    }

    await measurements.WarmUpAsync();
    if (Wanted("uploads"))
    {
        await measurements.MeasureUploadsAsync("1 k", 1, 8, 32);
    }

    if (large is not null && (Wanted("lists") || Wanted("uploads")))
    {
        await using var other = await HubProcess.StartAsync(program, large.Folder);
        var there = new Measurements(other, large, pace, report);
        await there.SignInAsync();
        await there.WarmUpAsync();
        if (Wanted("lists"))
        {
            await measurements.MeasureListsAsync(there, largeLedger);
        }

        if (Wanted("uploads"))
        {
            await there.MeasureUploadsAsync(largeLedger, 32);
        }
    }

    if (Wanted("downloads"))
    {
        await measurements.MeasureDownloadsAsync();
    }

    if (Wanted("tokens"))
    {
        await measurements.MeasureTokensAsync();
    }

    if (Wanted("relay"))
    {
        await measurements.MeasureRelayAsync(busy: false);
        await measurements.MeasureRelayAsync(busy: true);
    }

    if (Wanted("runs"))
    {
        await new GameRuns(hub, small, report).MeasureAsync(pace.GameRuns, measurements.TokenOfAsync);
    }

    if (Wanted("consoles"))
    {
        await consoles.MeasureAsync();
    }

    if (Wanted("flood"))
    {
        await new Flood(hub, small, report).MeasureAsync(measurements.TokenOfAsync);
    }

    report.Add(new Row("memory after all this", $"{hub.ResidentMegabytes:F0} MB resident, {hub.AnonymousMegabytes:F0} MB of it its own"));
}

await File.WriteAllTextAsync(Path.Combine(artifacts, "..", "bench.md"), report.ToString());
Console.WriteLine(report);
