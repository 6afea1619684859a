using Microsoft.Extensions.Options;

namespace NovaHub.Engine.Runs;

/// <summary>When and how games run. Configuration section <c>Runs</c>.</summary>
public sealed record RunOptions
{
    /// <summary>How many leagues run side by side. One league never runs twice at once.</summary>
    public int AtOnce { get; set; } = 2;

    /// <summary>
    /// How long no more mail for the hub must come in before it starts a run. When mail never ceases, a run starts after
    /// ten times as long all the same.
    /// </summary>
    public TimeSpan QuietTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A game that takes longer is ended.</summary>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a run waits for a player to leave the hub's own game.</summary>
    public TimeSpan PlayerWait { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often it looks whether the player left.</summary>
    public TimeSpan PlayerCheck { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>When a run that was not good left packets waiting, the next one starts after this time; it doubles up to an hour.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a run says that it lives. Six missed beats and another process may take the league over.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a file in OUTBOUND must rest before it is taken in outside a run.</summary>
    public TimeSpan SettleTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often OUTBOUND, and what waits for games, is looked through even when nothing was noticed.</summary>
    public TimeSpan Sweep { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>At most so many packets are put into INBOUND for one run; the rest wait for the next.</summary>
    public int MostPackets { get; set; } = 5000;

    /// <summary>
    /// The game is started at most so often in one run, to read each board's packets in the order in which they came; the rest
    /// waits for the next run.
    /// </summary>
    public int MostPasses { get; set; } = 20;

    /// <summary>Room that the disk of a game folder must have before its game is started, in MiB.</summary>
    public int MinFreeMegabytes { get; set; } = 20;

    /// <summary>About so many bytes are put into INBOUND for one run; at least one packet is.</summary>
    internal const long MostBytes = 256 * 1024 * 1024;

    /// <summary>Whether SCORES, ROUTEINFO and BBSINFO are made after a run.</summary>
    public bool Reports { get; set; } = true;

    /// <summary>The longest that arriving mail can put a run off.</summary>
    internal TimeSpan LongestQuiet => QuietTime * 10;

    /// <summary>A lease whose heartbeat is older is free.</summary>
    internal TimeSpan LeaseLife => Heartbeat * 6;
}

/// <summary>What <see cref="RunOptions"/> may say.</summary>
public sealed class RunOptionsRules : IValidateOptions<RunOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, RunOptions options)
    {
        var faults = new List<string>();
        if (options.AtOnce is < 1 or > 64)
        {
            faults.Add($"Runs:AtOnce is {options.AtOnce}; allowed are 1 to 64.");
        }

        if (options.MostPackets is < 1 or > 100_000)
        {
            faults.Add($"Runs:MostPackets is {options.MostPackets}; allowed are 1 to 100000.");
        }

        if (options.MostPasses is < 1 or > 100)
        {
            faults.Add($"Runs:MostPasses is {options.MostPasses}; allowed are 1 to 100.");
        }

        if (options.MinFreeMegabytes is < 2 or > 1_000_000)
        {
            faults.Add($"Runs:MinFreeMegabytes is {options.MinFreeMegabytes}; allowed are 2 to 1000000.");
        }

        Check(faults, nameof(options.QuietTime), options.QuietTime, TimeSpan.Zero, TimeSpan.FromHours(1));
        Check(faults, nameof(options.TimeLimit), options.TimeLimit, TimeSpan.FromSeconds(1), TimeSpan.FromHours(6));
        Check(faults, nameof(options.PlayerWait), options.PlayerWait, TimeSpan.Zero, TimeSpan.FromHours(6));
        Check(faults, nameof(options.PlayerCheck), options.PlayerCheck, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(10));
        Check(faults, nameof(options.RetryAfter), options.RetryAfter, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Check(faults, nameof(options.Heartbeat), options.Heartbeat, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Check(faults, nameof(options.SettleTime), options.SettleTime, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Check(faults, nameof(options.Sweep), options.Sweep, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void Check(List<string> faults, string key, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
        {
            faults.Add($"Runs:{key} is {value}; allowed are {least} to {most}.");
        }
    }
}
