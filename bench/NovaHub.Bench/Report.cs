using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace NovaHub.Bench;

/// <summary>One line of the table. A figure without a target is there to explain another.</summary>
internal sealed record Row(string Figure, string Measured, string Bare = "", string Ratio = "", string Target = "", bool? Reached = null);

/// <summary>The table and the conditions under which it came about.</summary>
internal sealed class Report(Pace pace, string artifacts)
{
    private readonly List<Row> _rows = [];
    private readonly string _load = File.ReadAllText("/proc/loadavg").Split(' ')[0];

    public void Add(Row row)
    {
        _rows.Add(row);
        Console.Error.WriteLine($"{row.Figure}: {row.Measured} {row.Bare} {row.Ratio} {(row.Reached is { } reached ? reached ? "reached" : "MISSED" : "")}");
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine("# Figures").AppendLine();
        foreach (var line in Conditions())
        {
            text.AppendLine($"- {line}");
        }

        text.AppendLine().AppendLine("| figure | measured | bare endpoint | ratio | target | reached |").AppendLine("|---|---|---|---|---|---|");
        foreach (var row in _rows)
        {
            text.AppendLine($"| {row.Figure} | {row.Measured} | {row.Bare} | {row.Ratio} | {row.Target} | {(row.Reached is { } reached ? reached ? "yes" : "**no**" : "")} |");
        }

        return text.ToString();
    }

    private IEnumerable<string> Conditions()
    {
        var cpu = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[1] ?? "unknown processor";
        yield return $"{Environment.ProcessorCount} cores ({cpu}) make the load and the answers; {RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription}";
        yield return $"load average when it began {_load}, when it ended {File.ReadAllText("/proc/loadavg").Split(' ')[0]}; a 4 KiB write with fsync takes {Sync():F2} ms (median)";
        yield return $"{pace.Rounds} rounds of {pace.Round.TotalSeconds} s in turn with the bare endpoint, after {pace.FirstWarmUp.TotalSeconds} s of warm-up; rates are medians, ratios medians of the rounds' ratios";
    }

    private double Sync()
    {
        var path = Path.Combine(artifacts, "sync-probe");
        var times = new List<double>();
        using (SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            for (var i = 0; i < 100; i++)
            {
                var began = Stopwatch.GetTimestamp();
                RandomAccess.Write(file, new byte[4096], i * 4096L);
                RandomAccess.FlushToDisk(file);
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }

        File.Delete(path);
        return Statistics.Median(times);
    }
}

internal static class Shown
{
    public static string Ms(TimeSpan time) => time.TotalMilliseconds.ToString(time.TotalMilliseconds < 10 ? "F1" : "F0", CultureInfo.InvariantCulture) + " ms";

    public static string Rate(double rate) => rate.ToString(rate < 100 ? "F1" : "N0", CultureInfo.InvariantCulture) + "/s";

    public static string Percent(double ratio) => (ratio * 100).ToString("F0", CultureInfo.InvariantCulture) + " %";
}
