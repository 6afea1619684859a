namespace NovaHub.Engine.Leagues;

/// <summary>How often a board usually speaks, told from the hours in which it did.</summary>
/// <param name="Rhythm">It usually speaks at least once in this time; null when too little is known of it.</param>
/// <param name="Patience">Silent for longer, it is quiet.</param>
public sealed record BoardHabit(TimeSpan? Rhythm, TimeSpan Patience)
{
    /// <summary>So far back hours are looked at.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromDays(28);

    /// <summary>Patience with a board of which too little is known.</summary>
    public static readonly TimeSpan PatienceWithStrangers = TimeSpan.FromDays(3);

    /// <summary>A board that spoke in fewer hours is given the patience for strangers at least.</summary>
    public const int FewHours = 6;

    /// <summary>Every board is given so long at least.</summary>
    public static readonly TimeSpan LeastPatience = TimeSpan.FromHours(3);

    private static readonly TimeSpan s_shortestHistory = TimeSpan.FromDays(3);
    private static readonly TimeSpan s_leastMore = TimeSpan.FromHours(2);

    /// <summary>A board of which too little is known.</summary>
    public static BoardHabit Unknown { get; } = new(null, PatienceWithStrangers);

    /// <summary>
    /// Tells the habit. The longest silence is left out, because one absence (a vacation, a broken disk, the hub's own) is no
    /// habit; the next one is the rhythm, so that a silence that comes each week, such as every weekend, belongs to it.
    /// </summary>
    /// <param name="hours">Beginnings of the hours in which it spoke, UTC, in any order.</param>
    public static BoardHabit Of(IEnumerable<DateTime> hours)
    {
        var seen = hours.Distinct().Order().ToList();
        if (seen.Count < 3 || seen[^1] - seen[0] < s_shortestHistory)
        {
            return Unknown;
        }

        var rhythm = seen.Zip(seen.Skip(1), (a, b) => b - a).OrderDescending().ElementAt(1);
        var more = rhythm / 2 > s_leastMore ? rhythm / 2 : s_leastMore;
        var patience = rhythm + more;
        return new BoardHabit(rhythm, seen.Count < FewHours && patience < PatienceWithStrangers ? PatienceWithStrangers : patience);
    }

    /// <summary>In words, behind “usually speaks”: <c>every hour</c>, <c>at least every 4 hours</c>, <c>every day</c>.</summary>
    public string? Words => Rhythm switch
    {
        null => null,
        { TotalHours: <= 1 } => "every hour",
        { TotalHours: < 23 or (> 26 and < 48) } => $"at least every {(int)Math.Ceiling(Rhythm.Value.TotalHours)} hours",
        { TotalHours: <= 26 } => "every day",
        _ => $"at least every {(int)Math.Ceiling(Rhythm.Value.TotalDays)} days",
    };
}

/// <summary>A board that is silent for longer than it usually is.</summary>
/// <param name="BbsId">The board's row.</param>
/// <param name="Name">Its name.</param>
/// <param name="LastSeenAt">When it last spoke, UTC, or null when it never did.</param>
/// <param name="From">From when its silence counts, UTC: when it last spoke, or got its first seat.</param>
/// <param name="Silent">How long that is ago.</param>
/// <param name="Habit">Its habit.</param>
public sealed record QuietBoard(int BbsId, string Name, DateTime? LastSeenAt, DateTime From, TimeSpan Silent, BoardHabit Habit)
{
    /// <summary>What is so unusual about it: <c>usually speaks every hour; silent for 9 hours</c>.</summary>
    public string Why => this switch
    {
        { LastSeenAt: null } => $"has never spoken; it was added {Length(Silent)} ago",
        { Habit.Words: { } words } => $"usually speaks {words}; silent for {Length(Silent)}",
        _ => $"silent for {Length(Silent)}; too little is known of it to tell its habit",
    };

    /// <summary>The whole sentence.</summary>
    public string Sentence => Habit.Words is null && LastSeenAt is not null ? $"{Name} is {Why}." : $"{Name} {Why}.";

    private static string Length(TimeSpan span) => span.TotalHours < 48
        ? Count((int)span.TotalHours, "hour")
        : Count((int)span.TotalDays, "day");

    private static string Count(int number, string unit) => $"{number} {unit}{(number == 1 ? "" : "s")}";
}
