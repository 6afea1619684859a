using System.Text.RegularExpressions;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Live;

namespace NovaHub.Web.Components.Pages.Runs;

/// <summary>Something that two runs tell differently, in a sentence.</summary>
public sealed record RunDifference(Tone Tone, string Sentence);

/// <summary>One fact of two runs side by side.</summary>
public sealed record ComparedFact(string Name, string Now, string Other, bool Differs);

/// <summary>Items of one kind on one route in two runs.</summary>
public sealed record ComparedItems(bool Read, int Source, int Dest, string Type, int Now, int Other)
{
    public bool Differs => Now != Other;
}

/// <summary>A phase of the game in two runs; null where it was not printed or its end is not known.</summary>
public sealed record ComparedPhase(string Name, TimeSpan? Now, TimeSpan? Other)
{
    private static readonly TimeSpan s_little = TimeSpan.FromSeconds(1);

    /// <summary>More than a second, and more than twice or less than half as long.</summary>
    public bool ChangedMuch => Now is { } now && Other is { } other && (now - other).Duration() > s_little && (now > other * 2 || other > now * 2);
}

/// <summary>One run held against another, the differences first. Knows no page.</summary>
/// <param name="Differences">What differs and counts, worst first.</param>
/// <param name="Facts">The two side by side.</param>
/// <param name="Items">What moved in either.</param>
/// <param name="Phases">Phases of either.</param>
/// <param name="NewVerdicts">Judged in this run and not in the other.</param>
/// <param name="GoneVerdicts">Judged in the other and not in this run.</param>
public sealed partial record RunComparison(
    IReadOnlyList<RunDifference> Differences, IReadOnlyList<ComparedFact> Facts, IReadOnlyList<ComparedItems> Items,
    IReadOnlyList<ComparedPhase> Phases, IReadOnlyList<RunVerdict> NewVerdicts, IReadOnlyList<RunVerdict> GoneVerdicts)
{
    private const int MostRoutes = 8;

    /// <param name="now">The run that is looked at.</param>
    /// <param name="other">The one it is held against, normally an earlier one.</param>
    public static RunComparison Of(RunView now, RunView other)
    {
        ArgumentNullException.ThrowIfNull(now);
        ArgumentNullException.ThrowIfNull(other);
        var (added, gone) = (Without(now.Verdicts, other.Verdicts), Without(other.Verdicts, now.Verdicts));
        var items = ItemsOf(now, other);
        var phases = PhasesOf(now, other);
        List<RunDifference> differences =
        [
            .. Leagues(now, other),
            .. Outcomes(now, other),
            .. added.Where(v => v.Weight != VerdictWeight.Good).Select(v => new RunDifference(Words.Of(v.Weight), $"New: {v.Sentence}")),
            .. gone.Where(v => v.Weight != VerdictWeight.Good).Select(v => new RunDifference(Tone.Good, $"Gone: {v.Sentence}")),
            .. Packets(now, other),
            .. Routes(items, other.Run.Id),
            .. Lengths(now, other, phases),
        ];
        return new RunComparison([.. differences.OrderByDescending(d => d.Tone is Tone.Bad or Tone.Notice ? d.Tone : Tone.Quiet)], FactsOf(now, other), items, phases, added, gone);
    }

    // The same verdict with other numbers is the same verdict
    private static List<RunVerdict> Without(IReadOnlyList<RunVerdict> verdicts, IReadOnlyList<RunVerdict> others)
    {
        var known = others.Select(Likeness).ToHashSet();
        return [.. verdicts.Where(v => !known.Contains(Likeness(v))).OrderByDescending(v => v.Weight).ThenBy(v => v.Order)];
    }

    private static (VerdictKind, VerdictWeight, string) Likeness(RunVerdict verdict) => (verdict.Kind, verdict.Weight, Numbers().Replace(verdict.Sentence, "#"));

    private static IEnumerable<RunDifference> Leagues(RunView now, RunView other)
    {
        if (now.Run.LeagueId != other.Run.LeagueId)
        {
            yield return new RunDifference(Tone.Notice, $"They are runs of two leagues, {now.Run.LeagueId} and {other.Run.LeagueId}.");
        }

        foreach (var run in new[] { now, other }.Where(r => r.Running))
        {
            yield return new RunDifference(Tone.Info, $"Run {run.Run.Id} still goes on; this is what is known so far.");
        }
    }

    private static IEnumerable<RunDifference> Outcomes(RunView now, RunView other)
    {
        if (now.Outcome != other.Outcome && !now.Running && !other.Running)
        {
            var (text, tone) = Words.Of(now.Outcome);
            yield return new RunDifference(tone, $"It ended {Lower(text)}; run {other.Run.Id} ended {Lower(Words.Of(other.Outcome).Text)}.");
        }

        if (now.Run.Machine is { } machine && other.Run.Machine is { } before && machine != before)
        {
            yield return new RunDifference(Tone.Notice, $"It ran under {machine}; run {other.Run.Id} under {before}.");
        }

        if (now.Run.GameFolder != other.Run.GameFolder && now.Run.LeagueId == other.Run.LeagueId)
        {
            yield return new RunDifference(Tone.Notice, "It worked in another game folder.");
        }
    }

    private static IEnumerable<RunDifference> Packets(RunView now, RunView other)
    {
        if (now.Run.Unconsumed != other.Run.Unconsumed)
        {
            yield return new RunDifference(
                now.Run.Unconsumed > other.Run.Unconsumed ? Tone.Bad : Tone.Good,
                $"{Words.Count(now.Run.Unconsumed, "packet")} stayed unread; {other.Run.Unconsumed} in run {other.Run.Id}.");
        }

        if (now.Run.Consumed != other.Run.Consumed)
        {
            yield return new RunDifference(Tone.Quiet, $"{Words.Count(now.Run.Consumed, "packet")} read; {other.Run.Consumed} in run {other.Run.Id}.");
        }

        if (now.Run.Written != other.Run.Written)
        {
            yield return new RunDifference(Tone.Quiet, $"{Words.Count(now.Run.Written, "packet")} written; {other.Run.Written} in run {other.Run.Id}.");
        }
    }

    private static IEnumerable<RunDifference> Routes(IReadOnlyList<ComparedItems> items, long other)
    {
        var routes = items.GroupBy(i => (i.Read, i.Source, i.Dest)).Where(g => g.Sum(i => i.Now) == 0 || g.Sum(i => i.Other) == 0).ToList();
        foreach (var route in routes.Take(MostRoutes))
        {
            var (read, source, dest) = route.Key;
            var name = $"{(read ? "read" : "written")} from node {source} to node {dest}";
            yield return new RunDifference(Tone.Quiet, route.Sum(i => i.Now) == 0
                ? $"Nothing was {name}; {Words.Count(route.Sum(i => i.Other), "item")} in run {other}."
                : $"{Words.Count(route.Sum(i => i.Now), "item")} {name}; none in run {other}.");
        }

        if (routes.Count > MostRoutes)
        {
            yield return new RunDifference(Tone.Quiet, $"{Words.Count(routes.Count - MostRoutes, "more route")} had mail in one of the two only; see what moved.");
        }
    }

    private static IEnumerable<RunDifference> Lengths(RunView now, RunView other, IReadOnlyList<ComparedPhase> phases)
    {
        var whole = new ComparedPhase("", LengthOf(now), LengthOf(other));
        if (whole.ChangedMuch)
        {
            yield return new RunDifference(Tone.Quiet, $"It took {Words.Of(whole.Now!.Value)}; run {other.Run.Id} took {Words.Of(whole.Other!.Value)}.");
        }

        foreach (var phase in phases.Where(p => p.ChangedMuch))
        {
            yield return new RunDifference(Tone.Quiet, $"“{phase.Name}” took {Words.Of(phase.Now!.Value)}; {Words.Of(phase.Other!.Value)} in run {other.Run.Id}.");
        }

        if (now.Running || other.Running)
        {
            yield break;
        }

        var missing = phases.Where(p => p.Now is null && p.Other is not null).Select(p => $"“{p.Name}”").ToList();
        if (missing.Count > 0)
        {
            yield return new RunDifference(Tone.Notice, $"The game did not come to {string.Join(", ", missing)}.");
        }
    }

    private static IReadOnlyList<ComparedFact> FactsOf(RunView now, RunView other)
    {
        ComparedFact Fact(string name, Func<RunView, string> of) => new(name, of(now), of(other), of(now) != of(other));
        return
        [
            Fact("Outcome", r => Words.Of(r.Outcome).Text),
            Fact("Started", r => Words.Of(r.Run.Trigger)),
            Fact("Took", r => LengthOf(r) is { } length ? Words.Of(length) : "goes on"),
            Fact("In the emulator", r => r.Run.EmulatorMs > 0 ? Words.Of(TimeSpan.FromMilliseconds(r.Run.EmulatorMs)) : "–"),
            Fact("Emulator", r => r.Run.Machine ?? "–"),
            Fact("Exit code", r => r.Run.ExitCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"),
            Fact("Packets staged", r => Words.Count(r.Staged)),
            Fact("Packets read", r => Words.Count(r.Run.Consumed)),
            Fact("Left unread", r => Words.Count(r.Run.Unconsumed)),
            Fact("Packets written", r => Words.Count(r.Run.Written)),
            Fact("Items", r => Words.Count(r.Items.Count)),
            Fact("Files left", r => Words.Count(r.Report.Files.Count)),
        ];
    }

    private static IReadOnlyList<ComparedItems> ItemsOf(RunView now, RunView other)
    {
        static Dictionary<(bool Read, int Source, int Dest, string Type), int> Counted(RunView run) =>
            run.Items.GroupBy(i => (i.Read, i.Source, i.Dest, i.Type)).ToDictionary(g => g.Key, g => g.Count());
        var (here, there) = (Counted(now), Counted(other));
        return
        [
            .. here.Keys.Union(there.Keys)
                .Select(k => new ComparedItems(k.Read, k.Source, k.Dest, k.Type, here.GetValueOrDefault(k), there.GetValueOrDefault(k)))
                .OrderByDescending(i => i.Differs).ThenByDescending(i => i.Read).ThenBy(i => i.Source).ThenBy(i => i.Dest).ThenBy(i => i.Type, StringComparer.Ordinal),
        ];
    }

    // A phase that came twice counts as one
    private static IReadOnlyList<ComparedPhase> PhasesOf(RunView now, RunView other)
    {
        static List<(string Name, TimeSpan? Length)> Lengths(RunView run) =>
            [.. run.Phases().GroupBy(p => p.Name, StringComparer.Ordinal).Select(g => (g.Key, g.Aggregate((TimeSpan?)TimeSpan.Zero, (sum, p) => sum + (p.Until - p.At))))];
        var (here, there) = (Lengths(now), Lengths(other));
        return
        [
            .. here.Select(p => p.Name).Union(there.Select(p => p.Name), StringComparer.Ordinal)
                .Select(name => new ComparedPhase(name, here.Find(p => p.Name == name).Length, there.Find(p => p.Name == name).Length)),
        ];
    }

    private static TimeSpan? LengthOf(RunView run) => run.EndedAt - run.Run.StartedAt;

    private static string Lower(string text) => text.ToLowerInvariant();

    [GeneratedRegex(@"\d+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Numbers();
}
