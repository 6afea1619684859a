using NovaHub.Engine.Games;

namespace NovaHub.Engine.Alerts;

/// <summary>Something that is wrong at this moment, as a rule sees it.</summary>
/// <param name="Key">Names it, whatever it looks like now: <c>run:555B</c>.</param>
/// <param name="Weight">How much it weighs.</param>
/// <param name="Sentence">What is wrong and what to do.</param>
public sealed record AlertCondition(string Key, AlertWeight Weight, string Sentence)
{
    /// <summary>The league it concerns, or null.</summary>
    public LeagueId? League { get; init; }

    /// <summary>The board it concerns, or null.</summary>
    public int? BbsId { get; init; }

    /// <summary>The latest run it concerns, or null. A later one makes it come again.</summary>
    public long? RunId { get; init; }

    /// <summary>How often it happened so far.</summary>
    public int Times { get; init; } = 1;

    /// <summary>When it began this time, UTC, or null where nothing tells.</summary>
    public DateTime? Since { get; init; }
}

/// <summary>Looks for one kind of alert. It reads only; an alert whose condition it no longer names is over.</summary>
public interface IAlertRule
{
    /// <summary>The kind it looks for. No other rule looks for it.</summary>
    AlertKind Kind { get; }

    /// <summary>Signals after which it looks at once. It looks every minute anyway.</summary>
    IReadOnlyList<string> Topics { get; }

    /// <summary>Everything of its kind that is wrong now.</summary>
    Task<IReadOnlyList<AlertCondition>> LookAsync(CancellationToken cancellationToken);
}
