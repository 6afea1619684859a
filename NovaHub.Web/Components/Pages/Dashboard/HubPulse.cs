using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Live;
using NovaHub.Web.Components.Pages.Leagues;
using NovaHub.Web.Components.Search;

namespace NovaHub.Web.Components.Pages.Dashboard;

/// <summary>Something that keeps the hub from being well.</summary>
/// <param name="Sentence">What.</param>
/// <param name="Link">Where to look, or null.</param>
/// <param name="Tone">How bad it is.</param>
public sealed record PulseReason(string Sentence, string? Link, Tone Tone);

/// <summary>Whether the hub is well, in one sentence, with the reasons.</summary>
public sealed record HubPulse(string Sentence, Tone Tone, IReadOnlyList<PulseReason> Reasons)
{
    /// <summary>Judges what is known.</summary>
    /// <param name="faults">What the hub's own look at itself found.</param>
    /// <param name="leagues">Every league with what it lacks.</param>
    /// <param name="latest">The latest ended run of each league that has one.</param>
    /// <param name="waiting">What waits, by seat.</param>
    /// <param name="quiet">The boards that are silent against their habit.</param>
    public static HubPulse Of(
        IReadOnlyList<string> faults, IReadOnlyList<(LeagueEntry League, IReadOnlyList<LeagueGap> Gaps)> leagues,
        IReadOnlyList<Run> latest, IReadOnlyList<WaitingCount> waiting, IReadOnlyList<QuietBoard> quiet)
    {
        var reasons = faults.Select(f => new PulseReason(f, "/system", Tone.Bad)).ToList();
        foreach (var (league, gaps) in leagues)
        {
            var mail = waiting.Where(w => w.League == league.Id && w.Dest == league.HubIndex).Sum(w => w.Count);
            var link = $"/leagues/{league.Id}";
            reasons.AddRange(gaps.Where(g => g.StopsRuns).Select(g => new PulseReason($"{league.Id}: {g.Sentence}", link, mail > 0 ? Tone.Bad : Tone.Notice)));
            if (league.IsPaused)
            {
                reasons.Add(new PulseReason(
                    $"{league.Id} is paused{(mail > 0 ? $", and {Words.Count(mail, "packet")} {(mail == 1 ? "waits" : "wait")} for its game" : "")}.", link, Tone.Notice));
            }

            var run = latest.FirstOrDefault(r => r.LeagueId == league.Id);
            if (run?.Outcome is { } outcome and not (RunOutcome.Good or RunOutcome.Cancelled))
            {
                reasons.Add(new PulseReason($"{league.Id}, run {run.Id}: {Words.Of(outcome).Text}. {run.Summary}", $"/runs/{run.Id}", Words.Of(outcome).Tone));
            }
        }

        reasons.AddRange(quiet.Select(q => new PulseReason(q.Sentence, Places.Board(q.BbsId), Tone.Notice)));
        reasons = [.. reasons.OrderByDescending(r => r.Tone)];
        return reasons.Exists(r => r.Tone == Tone.Bad)
            ? new HubPulse($"Mail does not move as it should: {Count(reasons, Tone.Bad)} wrong.", Tone.Bad, reasons)
            : reasons.Count > 0
                ? new HubPulse($"Mail moves; {Count(reasons, Tone.Notice)} worth a look.", Tone.Notice, reasons)
                : new HubPulse($"All is well: mail moves in {Words.Count(leagues.Count, "league")}.", Tone.Good, []);
    }

    private static string Count(List<PulseReason> reasons, Tone tone) =>
        reasons.Count(r => r.Tone == tone) is var count && count == 1 ? "one thing is" : $"{count} things are";
}
