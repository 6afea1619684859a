using System.Globalization;
using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Shared;

namespace NovaHub.Web.Components.Pages.Runs;

/// <summary>The address of the list of runs: every filter, the order and the page. What can't be read there counts as not said.</summary>
public sealed record RunAddress
{
    /// <summary>Path of the list.</summary>
    public const string Path = "/runs";

    /// <summary>The word for a run that has not ended, where an outcome is asked for.</summary>
    public const string RunningWord = "running";

    /// <summary>What the list can be sorted by.</summary>
    public static IReadOnlyList<(string Key, string Name)> Sorts { get; } = [("began", "Began"), ("took", "Took"), ("read", "Read"), ("written", "Written")];

    private static readonly (string Word, RunOutcome Outcome)[] s_outcomes =
    [
        ("good", RunOutcome.Good), ("incomplete", RunOutcome.Incomplete), ("failed", RunOutcome.Failed), ("timed-out", RunOutcome.TimedOut),
        ("cancelled", RunOutcome.Cancelled), ("game-in-use", RunOutcome.GameInUse), ("interrupted", RunOutcome.Interrupted),
    ];

    private static readonly (string Word, RunTrigger Trigger)[] s_triggers =
        [("schedule", RunTrigger.Schedule), ("arrival", RunTrigger.Arrival), ("by-hand", RunTrigger.ByHand), ("reprocess", RunTrigger.Reprocess)];

    private static readonly ListSort s_newestFirst = new("began", true);

    public LeagueId? League { get; init; }

    public RunOutcome? Outcome { get; init; }

    /// <summary>Only those that go on.</summary>
    public bool Running { get; init; }

    public RunTrigger? Trigger { get; init; }

    /// <summary>The latest so many hours, or null.</summary>
    public int? Hours { get; init; }

    /// <summary>UTC.</summary>
    public DateTime? From { get; init; }

    /// <summary>UTC.</summary>
    public DateTime? Until { get; init; }

    public ListSort Sort { get; init; } = s_newestFirst;

    /// <summary>From 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>Whether anything is filtered but the league.</summary>
    public bool Filters => this with { League = null, Sort = s_newestFirst, Page = 1 } != new RunAddress();

    public static RunAddress Read(IReadOnlyDictionary<string, string?> query)
    {
        string? Text(string key) => query.GetValueOrDefault(key)?.Trim() is { Length: > 0 and <= 40 } text ? text : null;
        return new RunAddress
        {
            League = LeagueId.TryParse(Text("league")?.ToUpperInvariant(), out var league) ? league : null,
            Outcome = OutcomeOf(Text("outcome")),
            Running = Text("outcome") == RunningWord,
            Trigger = TriggerOf(Text("trigger")),
            Hours = Number(Text("hours"), 24 * 366),
            From = Time(Text("since")),
            Until = Time(Text("until")),
            Sort = ListSort.Parse(Text("sort"), s_newestFirst, "began", "took", "read", "written"),
            Page = Number(Text("page"), 1_000_000) ?? 1,
        };
    }

    /// <summary>What the engine is asked for.</summary>
    public RunFilter Filter(DateTime now) => new()
    {
        League = League,
        Outcome = Outcome,
        Running = Running,
        Trigger = Trigger,
        From = Hours is { } hours ? now.AddHours(-hours) : From,
        Until = Until,
        Sort = Sort.Key switch
        {
            "took" => RunSort.Took,
            "read" => RunSort.Read,
            "written" => RunSort.Written,
            _ => RunSort.Began,
        },
        Descending = Sort.Descending,
    };

    /// <summary>The word of an outcome in addresses; null stands for any.</summary>
    public static string WordOf(RunOutcome outcome) => s_outcomes.Single(o => o.Outcome == outcome).Word;

    public static RunOutcome? OutcomeOf(string? word) => s_outcomes.Where(o => o.Word == word).Select(o => (RunOutcome?)o.Outcome).FirstOrDefault();

    public static string WordOf(RunTrigger trigger) => s_triggers.Single(t => t.Trigger == trigger).Word;

    public static RunTrigger? TriggerOf(string? word) => s_triggers.Where(t => t.Word == word).Select(t => (RunTrigger?)t.Trigger).FirstOrDefault();

    public override string ToString() => Addresses.With(
        Path,
        ("league", League),
        ("outcome", Running ? RunningWord : Outcome is { } outcome ? WordOf(outcome) : null),
        ("trigger", Trigger is { } trigger ? WordOf(trigger) : null),
        ("hours", Hours),
        ("since", From?.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture)),
        ("until", Until?.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture)),
        ("sort", Sort.Text(s_newestFirst)),
        ("page", Page == 1 ? null : Page));

    private static int? Number(string? text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most ? number : null;

    private static DateTime? Time(string? text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) && time.Year is > 1990 and < 3000 ? time : null;
}
