using System.Diagnostics;

namespace NovaHub.Bench;

/// <summary>What one connection asks for, again and again.</summary>
internal abstract class Caller(HttpWire wire) : IDisposable
{
    private readonly List<int> _microseconds = new(64 * 1024);

    /// <summary>Times of the answers since the last call, in microseconds.</summary>
    public IReadOnlyList<int> Times => _microseconds;

    /// <summary>Calls until the time is up. Any answer that isn't the expected one ends the measurement: a figure made of errors is none.</summary>
    public async Task RunAsync(long until)
    {
        _microseconds.Clear();
        for (var began = Stopwatch.GetTimestamp(); began < until;)
        {
            var request = Next();
            if (request.IsEmpty)
            {
                return;
            }

            var reply = await wire.SendAsync(request);
            var ended = Stopwatch.GetTimestamp();
            if (!IsExpected(reply))
            {
                throw new InvalidOperationException($"{GetType().Name}: unexpected answer {reply.Status}: {reply.Text[..Math.Min(300, reply.Body.Length)]}");
            }

            _microseconds.Add((int)((ended - began) * 1_000_000 / Stopwatch.Frequency));
            began = ended;
        }
    }

    public void Dispose() => wire.Dispose();

    /// <summary>The next request, or nothing when there is nothing left to ask for.</summary>
    protected abstract ReadOnlyMemory<byte> Next();

    protected virtual bool IsExpected(Reply reply) => reply.Status == 200;
}

/// <summary>One thing under load: its connections and the server that answers them.</summary>
internal sealed class Subject(HubProcess hub, IReadOnlyList<Caller> callers) : IDisposable
{
    private readonly List<int> _times = [];
    private readonly List<double> _rates = [];
    private readonly List<double> _cpu = [];

    /// <summary>Answers a second, each round.</summary>
    public IReadOnlyList<double> Rates => _rates;

    /// <summary>Answers a second, the median of the rounds.</summary>
    public double Rate => Statistics.Median(_rates);

    /// <summary>Time of an answer at this quantile over all rounds.</summary>
    public TimeSpan Quantile(double q) => TimeSpan.FromMicroseconds(Statistics.Quantile(_times, q));

    /// <summary>Microseconds of the server's processor for one answer, the median of the rounds.</summary>
    public double ServerCpu => Statistics.Median(_cpu);

    /// <summary>The same in the latest round.</summary>
    public double LatestCpu => _cpu[^1];

    public async Task RunAsync(TimeSpan duration, bool counts)
    {
        var cpu = hub.CpuTime;
        var began = Stopwatch.GetTimestamp();
        var until = began + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(callers.Select(c => c.RunAsync(until)));
        var answers = callers.Sum(c => c.Times.Count);
        if (counts && answers > 0)
        {
            _rates.Add(answers / Stopwatch.GetElapsedTime(began).TotalSeconds);
            _cpu.Add((hub.CpuTime - cpu).TotalMicroseconds / answers);
            _times.AddRange(callers.SelectMany(c => c.Times));
        }
    }

    public void Dispose()
    {
        foreach (var caller in callers)
        {
            caller.Dispose();
        }
    }

    /// <summary>Runs subjects in turn, several rounds, so that what the machine does beside falls on all of them alike.</summary>
    public static async Task InTurnAsync(Pace pace, params Subject[] subjects)
    {
        foreach (var subject in subjects)
        {
            await subject.RunAsync(pace.WarmUp, counts: false);
        }

        for (var round = 0; round < pace.Rounds; round++)
        {
            foreach (var subject in subjects)
            {
                await subject.RunAsync(pace.Round, counts: true);
            }
        }
    }

    /// <summary>This subject's rate as a part of another's: the median of the rounds' own ratios.</summary>
    public double RatioTo(Subject other) => Statistics.Median([.. _rates.Zip(other._rates, (a, b) => a / b)]);
}

/// <summary>How long things are measured.</summary>
internal sealed record Pace(bool Quick)
{
    /// <summary>The first warm-up after a start.</summary>
    public TimeSpan FirstWarmUp => TimeSpan.FromSeconds(Quick ? 2 : 5);

    /// <summary>Warm-up of each subject before its rounds.</summary>
    public TimeSpan WarmUp => TimeSpan.FromSeconds(Quick ? 0.3 : 1);

    public TimeSpan Round => TimeSpan.FromSeconds(Quick ? 0.7 : 1.5);

    public int Rounds => Quick ? 2 : 3;

    public int Starts => Quick ? 2 : 5;

    public TimeSpan IdleBeforeRss => TimeSpan.FromSeconds(Quick ? 4 : 10);

    public int Relays => Quick ? 60 : 300;

    public int GameRuns => Quick ? 1 : 3;

    public int ConsoleRounds => Quick ? 1 : 3;

    /// <summary>Packets that are looked for on dashboards, each round.</summary>
    public int Seen => Quick ? 10 : 17;

    /// <summary>How long the processor is watched.</summary>
    public TimeSpan Use => TimeSpan.FromSeconds(Quick ? 2 : 4);

    /// <summary>From opening pages to measuring.</summary>
    public TimeSpan Settle => TimeSpan.FromSeconds(Quick ? 1 : 2);

    /// <summary>How long a run's screen scrolls.</summary>
    public TimeSpan Stream => TimeSpan.FromSeconds(Quick ? 25 : 35);

    /// <summary>Packets in the large ledger.</summary>
    public int LargeLedger => Quick ? 100_000 : 1_000_000;
}

internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN
            : sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }

    public static double Quantile(IReadOnlyList<int> values, double q)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * q))];
    }
}
