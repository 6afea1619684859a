using System.Text;
using CsCheck;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Live;
using NovaHub.Web.Components.Pages.Runs;
using NovaHub.Web.Security;

namespace NovaHub.Web.Tests.Components;

public sealed class DecisionTests
{
    private static readonly DateTime Now = new(2026, 7, 1, 12, 0, 0, DateTimeKind.Utc);
    private static readonly LeagueId League = LeagueId.Parse("900B");

    [Theory]
    [InlineData("/runs/1?x=2", "/runs/1?x=2")]
    [InlineData("/", "/")]
    [InlineData(null, "/")]
    [InlineData("", "/")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("/logout", "/")]
    [InlineData("/login?ReturnUrl=/login", "/")]
    public void After_signing_in_one_stays_on_this_site(string? asked, string got) => Assert.Equal(got, PeopleSignIn.LocalUrl(asked));

    [Theory]
    [InlineData("http://127.0.0.1:8000", "http://127.0.0.1:8000")]
    [InlineData("http://hub.example:80", "http://hub.example:80")]
    [InlineData("http://[::1]:8000", "http://[::1]:8000")]
    public void The_printed_address_is_the_one_listened_on(string bound, string printed) => Assert.Equal(printed, SetupLinkPrinter.Reachable(bound));

    [Theory]
    [InlineData("http://0.0.0.0:8000")]
    [InlineData("http://[::]:8000")]
    [InlineData("http://*:8000")]
    public void An_address_for_all_becomes_the_machine_s_name(string bound) =>
        Assert.Equal($"http://{System.Net.Dns.GetHostName()}:8000", SetupLinkPrinter.Reachable(bound));

    [Theory]
    [InlineData(2, "just now")]
    [InlineData(-3, "just now")]
    [InlineData(12, "12 s ago")]
    [InlineData(180, "3 min ago")]
    [InlineData(7200, "2 h ago")]
    [InlineData(172800, "29 Jun 14:00")]
    [InlineData(-31_536_000, "1 Jul 2027 14:00, by a clock that was ahead")]
    public void A_moment_is_told_as_people_tell_it(int secondsAgo, string text) =>
        Assert.Equal(text, Words.Ago(Now.AddSeconds(-secondsAgo), Now, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")));

    [Fact]
    public void The_tooltip_has_the_viewer_s_zone_and_utc() =>
        Assert.Equal("2026-07-01 14:00:00 (Europe/Berlin) · 2026-07-01 12:00:00 UTC", Words.Exact(Now, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")));

    [Theory]
    [InlineData(0.42, "0.4 s")]
    [InlineData(12, "12 s")]
    [InlineData(185, "3 min 5 s")]
    [InlineData(3725, "1 h 2 min")]
    [InlineData(90000, "1 d 1 h")]
    public void A_length_of_time_has_two_units_at_most(double seconds, string text) => Assert.Equal(text, Words.Of(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(812, "812 B")]
    [InlineData(4198, "4.1 KB")]
    [InlineData(3 * 1024 * 1024, "3 MB")]
    public void Bytes_are_told_in_the_unit_that_fits(long bytes, string text) => Assert.Equal(text, Words.Bytes(bytes));

    [Fact]
    public void Every_outcome_and_kind_has_words()
    {
        Assert.All(Enum.GetValues<RunOutcome>(), o => Assert.NotEmpty(Words.Of(o).Text));
        Assert.Equal(Tone.Good, Words.Of(RunOutcome.Good).Tone);
        Assert.DoesNotContain(Enum.GetValues<RunOutcome>().Where(o => o != RunOutcome.Good), o => Words.Of(o).Tone == Tone.Good);
    }

    [Fact]
    public void Wherever_a_replay_jumps_the_screen_has_all_bytes_up_to_there()
    {
        var frames = Gen.Select(Gen.Int[0, 300], Gen.Byte.Array[0, 5]).List[0, 30];
        Gen.Select(frames, Gen.Int[-100, 9000].List[1, 20]).Sample((parts, jumps) =>
        {
            var at = TimeSpan.Zero;
            var recording = parts.Select(p => new RecordingFrame(at += TimeSpan.FromMilliseconds(p.Item1), p.Item2)).ToList();
            var replay = new Replay(recording);
            var screen = new List<byte>();
            foreach (var jump in jumps)
            {
                var work = jump % 3 == 0 ? replay.Advance(TimeSpan.FromMilliseconds(Math.Abs(jump))) : replay.Jump(TimeSpan.FromMilliseconds(jump));
                if (work.Clear)
                {
                    screen.Clear();
                }

                screen.AddRange(work.Bytes);
                // Before the first move nothing was shown, not even what stands at zero
                Assert.Equal(recording.Where(f => f.At <= replay.Position).SelectMany(f => f.Bytes.ToArray()), screen);
            }
        });
    }

    [Fact]
    public void A_replay_stops_at_the_end_and_begins_anew()
    {
        var replay = new Replay([new(TimeSpan.FromSeconds(1), "a"u8.ToArray()), new(TimeSpan.FromSeconds(4), "b"u8.ToArray())]) { Speed = 4 };
        Assert.Null(replay.Toggle());
        Assert.Equal("a", Encoding.ASCII.GetString(replay.Advance(TimeSpan.FromMilliseconds(500)).Bytes));
        Assert.Equal("b", Encoding.ASCII.GetString(replay.Advance(TimeSpan.FromMilliseconds(500)).Bytes));
        Assert.False(replay.Playing);
        Assert.Equal(replay.Length, replay.Position);
        Assert.True(replay.Toggle()!.Clear);
        Assert.True(replay.Playing);
        Assert.Equal(TimeSpan.Zero, replay.Position);
    }

    [Fact]
    public void A_running_run_shows_what_is_seen_live_over_what_is_stored()
    {
        var run = new Run { Id = 1, LeagueId = League, StartedAt = Now, StagedAt = Now };
        var report = new RunReport(run, [], [], [], [], [], []);
        var glance = ConsoleContext.Glance(League, 1, RunStep.Verify);
        var live = new LiveRunState(glance, [Phase(0, 0), Phase(1, 4)], [], []);
        var view = new RunView(report, live, null);
        Assert.True(view.Running);
        Assert.Equal([StepState.Done, StepState.Done, StepState.Now, StepState.Ahead, StepState.Ahead, StepState.Ahead], view.StepViews().Select(s => s.State));
        Assert.Equal([TimeSpan.FromSeconds(4), null], view.Phases().Select(p => p.Until - p.At));
    }

    [Fact]
    public void An_ended_run_shows_how_far_it_came()
    {
        var run = new Run { Id = 1, LeagueId = League, StartedAt = Now, StagedAt = Now, PlayEndedAt = Now.AddSeconds(9), EndedAt = Now.AddSeconds(10), Outcome = RunOutcome.TimedOut };
        var view = new RunView(new RunReport(run, [Phase(0, 0)], [], [], [], [], []), null, null);
        Assert.False(view.Running);
        Assert.Equal([StepState.Done, StepState.Done, StepState.NotReached, StepState.NotReached, StepState.NotReached, StepState.NotReached], view.StepViews().Select(s => s.State));
        Assert.Equal(Now.AddSeconds(9), view.Phases()[0].Until);
    }

    private static RunPhase Phase(int order, int second) => new() { RunId = 1, Order = order, Name = $"Phase {order}", At = Now.AddSeconds(second) };
}
