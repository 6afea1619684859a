using System.Collections.Concurrent;
using NovaHub.Engine.Games;

namespace NovaHub.Engine.Runs;

/// <summary>
/// Whether the system lets the hub watch its games' OUTBOUND folders. Where it doesn't they are looked at more often: mail
/// comes seconds later, and nothing else is different.
/// </summary>
public sealed class FolderWatching
{
    /// <summary>How often unwatched folders are looked at.</summary>
    public static readonly TimeSpan Unwatched = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<LeagueId, bool> _refused = new();
    private int _told;

    /// <summary>What is missing and how to have it, or null while every folder is watched.</summary>
    public string? Missing => _refused.IsEmpty
        ? null
        : $"The system gives no more file watches, so OUTBOUND is looked at every {Unwatched.TotalSeconds:0} seconds instead. Raise fs.inotify.max_user_instances and fs.inotify.max_user_watches, for example: sysctl fs.inotify.max_user_instances=1024";

    /// <summary>How long to wait between two looks at all folders.</summary>
    /// <param name="sweep">The pause while they are watched.</param>
    internal TimeSpan Pause(TimeSpan sweep) => _refused.IsEmpty || sweep < Unwatched ? sweep : Unwatched;

    /// <summary>The league's folder is watched.</summary>
    internal void Given(LeagueId league) => _refused.TryRemove(league, out _);

    /// <summary>The league's folder can't be watched. True the first time since the hub began: it is said once.</summary>
    internal bool Refused(LeagueId league)
    {
        _refused[league] = true;
        return Interlocked.Exchange(ref _told, 1) == 0;
    }
}
