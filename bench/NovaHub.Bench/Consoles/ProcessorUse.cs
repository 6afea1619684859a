using System.Globalization;

namespace NovaHub.Bench.Consoles;

/// <summary>Who used the processor in a while, in cores.</summary>
internal sealed record ProcessorUse(double Hub, double Emulator, double Load, double Others)
{
    /// <summary>Looks on for a while.</summary>
    public static async Task<ProcessorUse> OverAsync(HubProcess hub, TimeSpan time)
    {
        var before = Look(hub);
        await Task.Delay(time);
        var after = Look(hub);
        double Cores(Func<Moment, TimeSpan> of) => (of(after) - of(before)) / (after.At - before.At);
        var (own, emulator, load) = (Cores(m => m.Hub), Math.Max(0, Cores(m => m.Emulator)), Cores(m => m.Load));
        return new ProcessorUse(own, emulator, load, Math.Max(0, Cores(m => m.Machine) - own - emulator - load));
    }

    private static Moment Look(HubProcess hub) => new(
        TimeSpan.FromMilliseconds(Environment.TickCount64), hub.CpuTime, hub.ChildrenCpuTime, Environment.CpuUsage.TotalTime, Machine());

    // user, nice, system, then idle and waiting, then interrupts, in hundredths of a second
    private static TimeSpan Machine()
    {
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..8].Select(t => long.Parse(t, CultureInfo.InvariantCulture)).ToList();
        return TimeSpan.FromMilliseconds(10 * (ticks.Sum() - ticks[3] - ticks[4]));
    }

    private sealed record Moment(TimeSpan At, TimeSpan Hub, TimeSpan Emulator, TimeSpan Load, TimeSpan Machine);
}
