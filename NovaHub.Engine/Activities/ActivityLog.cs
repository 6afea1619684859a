using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Live;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Activities;

/// <summary>Which activity is looked for. What is null does not matter.</summary>
/// <param name="League">Of this league.</param>
/// <param name="BbsId">Of this board.</param>
/// <param name="Kind">Of this kind.</param>
/// <param name="From">Not before this, UTC.</param>
public sealed record ActivityFilter(LeagueId? League = null, int? BbsId = null, ActivityKind? Kind = null, DateTime? From = null);

/// <summary>One page of activity, newest first.</summary>
/// <param name="Items">What happened.</param>
/// <param name="HasNewer">Whether there is a page before.</param>
/// <param name="HasOlder">Whether there is a page behind.</param>
public sealed record ActivityPage(IReadOnlyList<Activity> Items, bool HasNewer, bool HasOlder);

/// <summary>What happened in the hub, kept for people. Pages follow <see cref="Feed"/>, whose state is how often something was added.</summary>
public sealed class ActivityLog : IDisposable
{
    /// <summary>How long it is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    /// <summary>The signal that other processes see.</summary>
    internal const string Topic = "activity";

    private readonly IDbContextFactory<HubDb> _databases;
    private readonly GroupCommit _commits;
    private readonly SignalWatch _signals;
    private readonly TimeProvider _clock;

    /// <summary>Follows what other processes add, too.</summary>
    public ActivityLog(IDbContextFactory<HubDb> databases, GroupCommit commits, SignalWatch signals, TimeProvider clock)
    {
        (_databases, _commits, _signals, _clock) = (databases, commits, signals, clock);
        signals.Changed += OnSignal;
    }

    /// <summary>Rises whenever something was added, here or by another process.</summary>
    public LiveFeed<long, long> Feed { get; } = new(0, (count, added) => count + added);

    /// <summary>Adds an activity in a commit of its own, or in the one that others share.</summary>
    public Task AddAsync(Activity activity, CancellationToken cancellationToken = default)
    {
        var who = activity.Who ?? ActingPerson.Name;
        return _commits.WriteAsync(
            writer =>
            {
                Add(writer, activity with { At = activity.At == default ? Now : activity.At, Who = who });
                return true;
            },
            cancellationToken);
    }

    /// <summary>Adds an activity to the caller's own write. Who did it must be said in it: this runs on the writer's own thread.</summary>
    public static void Add(LedgerWriter writer, Activity activity)
    {
        writer.Execute(
            """
            INSERT INTO "Activities" ("At", "Kind", "Sentence", "LeagueId", "BbsId", "RunId", "PacketId", "Notable", "Who")
            VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8) ON CONFLICT DO NOTHING
            """,
            activity.At, activity.Kind.ToString(), activity.Sentence, activity.LeagueId?.ToString(), activity.BbsId, activity.RunId, activity.PacketId, activity.Notable, activity.Who);
        writer.Raise(Topic);
    }

    /// <summary>Adds an activity to the caller's own transaction; unless it says who did it, that is the <see cref="ActingPerson"/>.</summary>
    public static async Task AddAsync(HubDb db, Activity activity, CancellationToken cancellationToken)
    {
        db.Add(activity with { Who = activity.Who ?? ActingPerson.Name });
        await db.SaveChangesAsync(cancellationToken);
        await SignalRows.RaiseAsync(db, Topic, cancellationToken);
    }

    /// <summary>A page of what happened, newest first.</summary>
    /// <param name="filter">What is looked for.</param>
    /// <param name="beside">An activity beside the page, or null for the first page.</param>
    /// <param name="newer">Whether the page ends right before that activity; otherwise it begins right behind it.</param>
    /// <param name="take">At most so many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ActivityPage> ListAsync(ActivityFilter filter, long? beside, bool newer, int take, CancellationToken cancellationToken)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        var all = Fitting(db, filter);
        if (beside is { } id && newer)
        {
            var before = await all.Where(a => a.Id > id).OrderBy(a => a.Id).Take(take + 1).ToListAsync(cancellationToken);
            if (before.Count > take)
            {
                return new ActivityPage([.. before.Take(take).Reverse()], true, true);
            }
        }

        var rows = await (beside is { } at && !newer ? all.Where(a => a.Id < at) : all)
            .OrderByDescending(a => a.Id).Take(take + 1).ToListAsync(cancellationToken);
        return new ActivityPage([.. rows.Take(take)], beside is not null && !newer, rows.Count > take);
    }

    /// <summary>How many activities of the last while fit, counted up to <paramref name="most"/>.</summary>
    /// <param name="filter">What is looked for.</param>
    /// <param name="since">Since when, UTC.</param>
    /// <param name="most">Where counting ends.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<int> CountAsync(ActivityFilter filter, DateTime since, int most, CancellationToken cancellationToken)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        // Ids rise with times but for moments (what is dated later was noted while the clock was ahead): from the first id of the while on, so that years of one board are not walked
        var until = Now.AddHours(1);
        var first = await db.Set<Activity>().Where(a => a.At >= since && a.At < until).OrderBy(a => a.At).Select(a => (long?)a.Id).FirstOrDefaultAsync(cancellationToken);
        return first is { } id ? await Fitting(db, filter).Where(a => a.Id >= id && a.At >= since && a.At < until).OrderByDescending(a => a.Id).Take(most).CountAsync(cancellationToken) : 0;
    }

    /// <summary>Removes what was kept long enough.</summary>
    internal Task<int> ForgetAsync(CancellationToken cancellationToken) => _commits.WriteAsync(
        writer => writer.Execute("""DELETE FROM "Activities" WHERE "At" < @p0""", Now - Kept), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _signals.Changed -= OnSignal;

    private DateTime Now => _clock.GetUtcNow().UtcDateTime;

    private static IQueryable<Activity> Fitting(HubDb db, ActivityFilter filter)
    {
        var all = db.Set<Activity>().AsNoTracking();
        if (filter.League is { } league)
        {
            all = all.Where(a => a.LeagueId == league);
        }

        if (filter.BbsId is { } bbs)
        {
            all = all.Where(a => a.BbsId == bbs);
        }

        if (filter.From is { } from)
        {
            all = all.Where(a => a.At >= from);
        }

        return filter.Kind is { } kind ? all.Where(a => a.Kind == kind) : all;
    }

    private void OnSignal(string topic)
    {
        if (topic == Topic)
        {
            Feed.Publish(1);
        }
    }
}
