namespace NovaHub.Web.Api;

/// <summary>
/// Gives the memory of large uploads back to the machine once they are over. The runtime collects when somebody allocates,
/// and in a hub where nothing happens any more nobody does: it would keep what the largest hour took.
/// </summary>
internal sealed class BodyMemory(BodyBudget budget, TimeProvider clock) : BackgroundService
{
    /// <summary>After large bodies of so many bytes together it is worth it.</summary>
    public const long Worth = 64 * 1024 * 1024;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);

    private long _known;
    private long _done;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_look, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Look();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>Looks once.</summary>
    /// <returns>Whether it gave memory back.</returns>
    internal bool Look()
    {
        var given = budget.LargeGiven;
        var quiet = given == _known && budget.InUse == 0;
        _known = given;
        if (!quiet || given - _done < Worth)
        {
            return false;
        }

        _done = given;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return true;
    }
}
