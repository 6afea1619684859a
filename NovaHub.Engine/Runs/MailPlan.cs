using NovaHub.Engine.Games;
using NovaHub.Engine.Settings;

namespace NovaHub.Engine.Runs;

/// <summary>A league whose run is due.</summary>
/// <param name="League">The league.</param>
/// <param name="Anyway">Whether it runs even when no mail waits: a player kept an earlier run out.</param>
internal readonly record struct DueRun(LeagueId League, bool Anyway);

/// <summary>
/// When leagues run because of mail: a quiet time after it came in, and later and later after runs that were not good. All
/// of it is counted on the clock that never jumps. It holds nothing that can't be told again from the ledger.
/// </summary>
public sealed class MailPlan : IDisposable
{
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_firstRestart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestRestart = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<LeagueId, Entry> _entries = [];
    private readonly TimeProvider _clock;
    private readonly CurrentOptions<RunOptions> _options;
    private readonly IDisposable? _settings;
    private volatile TaskCompletionSource _woken = NewWake();
    private bool _refreshed;

    internal MailPlan(TimeProvider clock, CurrentOptions<RunOptions> options)
    {
        (_clock, _options) = (clock, options);
        _settings = options.OnChange(Anew);
    }

    /// <summary>Runs after a time was set or taken away. Handlers are short and don't throw.</summary>
    public event Action? Changed;

    /// <summary>When the league runs because of mail, or is tried again; UTC, or null.</summary>
    public DateTime? NextOf(LeagueId league)
    {
        lock (_gate)
        {
            return _entries.GetValueOrDefault(league)?.Due?.Shown;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _settings?.Dispose();

    /// <summary>Mail for the game came in. Called for each upload: only the first of a burst sets a time, the others move it on.</summary>
    internal void Arrived(LeagueId league)
    {
        lock (_gate)
        {
            var entry = EntryOf(league);
            var now = _clock.GetTimestamp();
            entry.Latest = now;
            entry.Rests = false;
            if (entry.First is not null && entry.Due is not null)
            {
                return;
            }

            entry.First = now;
            entry.Due = In(Options.QuietTime, entry.Due is { Anyway: true });
        }

        Tell();
    }

    /// <summary>Mail was found that no run is planned for.</summary>
    internal void Found(LeagueId league)
    {
        lock (_gate)
        {
            var entry = EntryOf(league);
            if (entry is not { Due: null, Rests: false, IsStarting: false })
            {
                return;
            }

            entry.Due = In(Options.QuietTime, anyway: false);
        }

        Tell();
    }

    /// <summary>A run of the league ended.</summary>
    /// <param name="league">The league.</param>
    /// <param name="outcome">How.</param>
    /// <param name="waits">Whether mail waits for its game.</param>
    internal void Ended(LeagueId league, RunOutcome outcome, bool waits)
    {
        lock (_gate)
        {
            var entry = EntryOf(league);
            if (outcome is RunOutcome.Good or RunOutcome.Cancelled)
            {
                entry.NotGood = 0;
            }

            if (outcome == RunOutcome.Cancelled)
            {
                // Whoever cancelled it did not mean "again at once": what waits, waits for more mail or the clock
                (entry.Due, entry.First, entry.Rests) = (null, null, true);
            }
            else if (outcome != RunOutcome.GameInUse && !waits)
            {
                return;
            }
            else if (outcome == RunOutcome.Good)
            {
                entry.Due = In(Options.QuietTime, anyway: false);
            }
            else if (entry.First is null || entry.Due is null)
            {
                // Mail that came in meanwhile has its own time
                entry.Due = In(Later(Options.RetryAfter, ++entry.NotGood, s_longestRetry), outcome == RunOutcome.GameInUse);
            }
        }

        Tell();
    }

    /// <summary>Takes what is due. Each league taken is given back by <see cref="Started"/>, <see cref="Busy"/> or <see cref="Failed"/>.</summary>
    internal IReadOnlyList<DueRun> TakeDue()
    {
        var due = new List<DueRun>();
        lock (_gate)
        {
            foreach (var (league, entry) in _entries)
            {
                if (entry is { IsStarting: false, Due: { } at } && LeftOf(at) <= TimeSpan.Zero && !PutOff(entry))
                {
                    due.Add(new DueRun(league, at.Anyway));
                    (entry.Due, entry.First, entry.IsStarting) = (null, null, true);
                }
            }
        }

        if (due.Count > 0)
        {
            Changed?.Invoke();
        }

        return due;
    }

    /// <summary>The run began, or was not needed.</summary>
    internal void Started(LeagueId league) => GiveBack(league, entry => entry.FailedStarts = 0);

    /// <summary>The league runs already, or its folder is taken for a moment; what came in since then waits for the next run.</summary>
    internal void Busy(LeagueId league, bool anyway) => GiveBack(
        league, entry => entry.Due ??= In(Options.QuietTime > s_firstRestart ? Options.QuietTime : s_firstRestart, anyway));

    /// <summary>The run could not be started: the database is busy, or the disk in trouble.</summary>
    internal void Failed(LeagueId league, bool anyway) => GiveBack(
        league, entry => entry.Due ??= In(Later(s_firstRestart, ++entry.FailedStarts, s_longestRestart), anyway));

    /// <summary>The league starts no runs because of mail, for now.</summary>
    internal void Drop(LeagueId league)
    {
        bool changed;
        lock (_gate)
        {
            changed = _entries.Remove(league, out var entry) && entry.Due is not null;
            if (entry is { IsStarting: true })
            {
                _entries[league] = new Entry { IsStarting = true };
            }
        }

        if (changed)
        {
            Tell();
        }
    }

    /// <summary>Leagues of which anything is known.</summary>
    internal IReadOnlyList<LeagueId> Leagues
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries.Keys];
            }
        }
    }

    /// <summary>Completes when the next league is due, something changed, or the time is over.</summary>
    internal async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        var woken = _woken;
        TimeSpan wait;
        lock (_gate)
        {
            wait = _entries.Values.Where(e => e is { IsStarting: false, Due: not null }).Select(e => LeftOf(e.Due!)).Append(longest).Min();
        }

        if (wait <= TimeSpan.Zero)
        {
            return;
        }

        try
        {
            // Rounded up: a timer knows whole milliseconds
            await woken.Task.WaitAsync(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), _clock, cancellationToken);
            _woken = NewWake();
        }
        catch (TimeoutException)
        {
            // It is time
        }
    }

    /// <summary>Leagues changed: what waits for them is to be looked through.</summary>
    internal void Refresh()
    {
        Volatile.Write(ref _refreshed, true);
        Wake();
    }

    /// <summary>Whether leagues changed since this was asked last.</summary>
    internal bool TakeRefreshed() => Interlocked.Exchange(ref _refreshed, false);

    internal TimeProvider Clock => _clock;

    internal RunOptions Options => _options.Value;

    private void Wake() => _woken.TrySetResult();

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TimeSpan Later(TimeSpan first, int times, TimeSpan longest) => Shorter(first * Math.Pow(2, Math.Min(times - 1, 10)), longest);

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private Entry EntryOf(LeagueId league)
    {
        if (!_entries.TryGetValue(league, out var entry))
        {
            _entries[league] = entry = new Entry();
        }

        return entry;
    }

    private Time In(TimeSpan wait, bool anyway) => new(_clock.GetTimestamp(), wait, _clock.GetUtcNow().UtcDateTime + wait, anyway);

    private TimeSpan LeftOf(Time time) => time.Wait - _clock.GetElapsedTime(time.Since);

    // How long the league still waits for mail to cease; null where its time is not one of new mail
    private TimeSpan? QuietOf(Entry entry) => entry.First is not { } first
        ? null
        : Shorter(Options.QuietTime - _clock.GetElapsedTime(entry.Latest), Options.LongestQuiet - _clock.GetElapsedTime(first));

    // Mail still comes in, and has not for too long
    private bool PutOff(Entry entry)
    {
        if (QuietOf(entry) is not { Ticks: > 0 } quiet)
        {
            return false;
        }

        entry.Due = In(quiet, entry.Due!.Anyway);
        return true;
    }

    // Runs that wait for mail to cease wait as long as the configuration says now
    private void Anew()
    {
        lock (_gate)
        {
            foreach (var entry in _entries.Values.Where(e => e.Due is not null))
            {
                entry.Due = QuietOf(entry) is { } quiet ? In(quiet, entry.Due!.Anyway) : entry.Due;
            }
        }

        Tell();
    }

    private void GiveBack(LeagueId league, Action<Entry> change)
    {
        lock (_gate)
        {
            var entry = EntryOf(league);
            entry.IsStarting = false;
            change(entry);
        }

        Tell();
    }

    private void Tell()
    {
        Changed?.Invoke();
        Wake();
    }

    private sealed record Time(long Since, TimeSpan Wait, DateTime Shown, bool Anyway);

    private sealed class Entry
    {
        public Time? Due { get; set; }

        // Of the mail that came in since the last run began
        public long? First { get; set; }

        public long Latest { get; set; }

        public int NotGood { get; set; }

        public int FailedStarts { get; set; }

        public bool IsStarting { get; set; }

        public bool Rests { get; set; }
    }
}
