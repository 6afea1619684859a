using Microsoft.Extensions.Options;
using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Settings;

namespace NovaHub.Engine.Tests.Runs;

/// <summary>When mail starts a run, in virtual time.</summary>
public sealed class MailPlanTests : IDisposable
{
    private static readonly LeagueId s_league = LeagueId.Parse("900B");
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(30);

    private readonly WallClock _clock = new();
    private readonly Told _told = new(new RunOptions { QuietTime = s_quiet });
    private readonly MailPlan _plan;

    public MailPlanTests() => _plan = new MailPlan(_clock, new CurrentOptions<RunOptions>(_told));

    [Fact]
    public void A_run_is_due_a_quiet_time_after_the_last_mail()
    {
        _plan.Arrived(s_league);
        Pass(20);
        _plan.Arrived(s_league);
        Pass(20);
        Assert.Empty(_plan.TakeDue());
        Pass(10);
        Assert.Equal([new DueRun(s_league, false)], _plan.TakeDue());
        Assert.Empty(_plan.TakeDue());
    }

    [Fact]
    public void Mail_that_never_ceases_puts_a_run_off_ten_times_as_long_at_most()
    {
        var seconds = 0;
        while (_plan.TakeDue().Count == 0)
        {
            _plan.Arrived(s_league);
            Pass(1);
            Assert.True(++seconds <= 300, "It was put off too long.");
        }

        Assert.Equal(300, seconds);
    }

    [Fact]
    public void A_quiet_time_that_is_changed_holds_for_runs_that_wait_for_mail_to_cease_and_for_no_other()
    {
        var other = LeagueId.Parse("901B");
        _plan.Arrived(s_league);
        _plan.Ended(other, RunOutcome.Failed, waits: true);
        Pass(10);
        _told.Tell(new RunOptions { QuietTime = TimeSpan.FromSeconds(15) });
        Pass(4);
        Assert.Empty(_plan.TakeDue());
        Pass(1);
        Assert.Equal([new DueRun(s_league, false)], _plan.TakeDue());
        Assert.Equal(DateTime.UnixEpoch.AddMinutes(5), _plan.NextOf(other));
    }

    [Fact]
    public void The_clock_on_the_wall_may_jump_and_nothing_is_due_earlier_or_later()
    {
        _plan.Arrived(s_league);
        _clock.Ahead = TimeSpan.FromDays(-1);
        Pass(29);
        Assert.Empty(_plan.TakeDue());
        Pass(1);
        Assert.Single(_plan.TakeDue());
        _plan.Started(s_league);

        _plan.Ended(s_league, RunOutcome.Failed, waits: true);
        _clock.Ahead = TimeSpan.FromDays(400);
        Assert.Empty(_plan.TakeDue());
        Pass(300);
        Assert.Single(_plan.TakeDue());
    }

    [Fact]
    public void After_runs_that_were_not_good_the_next_comes_later_each_time_up_to_an_hour()
    {
        foreach (var minutes in new[] { 5, 10, 20, 40, 60, 60 })
        {
            _plan.Ended(s_league, RunOutcome.Incomplete, waits: true);
            Pass((minutes * 60) - 1);
            Assert.Empty(_plan.TakeDue());
            Pass(1);
            Assert.Single(_plan.TakeDue());
            _plan.Started(s_league);
        }

        _plan.Ended(s_league, RunOutcome.Good, waits: false);
        _plan.Ended(s_league, RunOutcome.Incomplete, waits: true);
        Pass(300);
        Assert.Single(_plan.TakeDue());
    }

    [Fact]
    public void New_mail_does_not_wait_for_a_later_try()
    {
        _plan.Ended(s_league, RunOutcome.Failed, waits: true);
        _plan.Arrived(s_league);
        Pass(30);
        Assert.Single(_plan.TakeDue());
    }

    [Fact]
    public void A_start_that_fails_is_tried_again_soon_and_then_less_often_but_every_minute_at_least()
    {
        _plan.Arrived(s_league);
        Pass(30);
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            Assert.Single(_plan.TakeDue());
            _plan.Failed(s_league, anyway: false);
            Pass(seconds - 0.5);
            Assert.Empty(_plan.TakeDue());
            Pass(0.5);
        }

        Assert.Single(_plan.TakeDue());
    }

    [Fact]
    public void A_league_that_runs_already_is_asked_again_and_never_twice_at_once()
    {
        _plan.Arrived(s_league);
        Pass(30);
        Assert.Single(_plan.TakeDue());
        // Mail that comes in while the start is under way has its own time, and waits for the answer
        _plan.Arrived(s_league);
        Pass(60);
        Assert.Empty(_plan.TakeDue());
        _plan.Busy(s_league, anyway: false);
        Assert.Single(_plan.TakeDue());
        _plan.Busy(s_league, anyway: false);
        Pass(29);
        Assert.Empty(_plan.TakeDue());
        Pass(1);
        Assert.Single(_plan.TakeDue());
    }

    [Fact]
    public void What_waits_without_a_time_is_found_and_what_somebody_cancelled_is_left_until_more_comes()
    {
        _plan.Found(s_league);
        Pass(30);
        Assert.Single(_plan.TakeDue());
        _plan.Found(s_league);
        _plan.Started(s_league);
        Assert.Null(_plan.NextOf(s_league));

        _plan.Ended(s_league, RunOutcome.Cancelled, waits: true);
        _plan.Found(s_league);
        Assert.Null(_plan.NextOf(s_league));
        _plan.Arrived(s_league);
        Assert.Equal(_clock.GetUtcNow().UtcDateTime + s_quiet, _plan.NextOf(s_league));
    }

    [Fact]
    public void A_run_that_a_player_kept_out_comes_again_though_no_mail_waits()
    {
        _plan.Ended(s_league, RunOutcome.GameInUse, waits: false);
        Pass(300);
        Assert.Equal([new DueRun(s_league, true)], _plan.TakeDue());
    }

    public void Dispose() => _plan.Dispose();

    private void Pass(double seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));

    // Its hands can be set without the time that passes knowing of it
    private sealed class WallClock : TimeProvider
    {
        private TimeSpan _passed;

        public TimeSpan Ahead { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => _passed += time;

        public override long GetTimestamp() => _passed.Ticks;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + _passed + Ahead;
    }

    private sealed class Told(RunOptions options) : IOptionsMonitor<RunOptions>
    {
        private Action<RunOptions, string?>? _listener;

        public RunOptions CurrentValue { get; private set; } = options;

        public RunOptions Get(string? name) => CurrentValue;

        public IDisposable? OnChange(Action<RunOptions, string?> listener)
        {
            _listener += listener;
            return null;
        }

        public void Tell(RunOptions options)
        {
            CurrentValue = options;
            _listener?.Invoke(options, null);
        }
    }
}
