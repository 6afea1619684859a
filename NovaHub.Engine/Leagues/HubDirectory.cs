using System.Collections.Frozen;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Leagues;

/// <summary>A board's seat in an active league, as every request needs it.</summary>
/// <param name="League">The league's id.</param>
/// <param name="LeagueName">The league's name.</param>
/// <param name="BbsIndex">The board's index there.</param>
/// <param name="FtnAddress">The FTN address under which it is listed there, or null before a nodelist was made.</param>
public sealed record Seat(LeagueId League, string LeagueName, int BbsIndex, string? FtnAddress)
{
    /// <summary>Whether the hub made the address up because none was given.</summary>
    public bool AddressIsMadeUp { get; init; }
}

/// <summary>A board as every request needs it.</summary>
/// <param name="Id">The row's number.</param>
/// <param name="Name">Its name.</param>
/// <param name="ClientId">Its client id.</param>
/// <param name="CredentialStamp">The stamp that a token must carry to be good.</param>
/// <param name="IsActive">False when it was disabled.</param>
/// <param name="Seats">Its seats in active leagues, by league id.</param>
public sealed record BoardEntry(
    int Id, string Name, string ClientId, string CredentialStamp, bool IsActive, FrozenDictionary<LeagueId, Seat> Seats);

/// <summary>An active league as every request needs it.</summary>
/// <param name="Id">The league's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="HubIndex">The hub's index there.</param>
/// <param name="Members">Boards by index; the hub isn't among them.</param>
/// <param name="GameFolder">The hub's game folder, or null.</param>
/// <param name="RunsOnArrival">Whether mail for the hub starts a run.</param>
/// <param name="IsPaused">Whether runs by schedule and arrival are paused.</param>
public sealed record LeagueEntry(
    LeagueId Id, string Name, int HubIndex, FrozenDictionary<int, BoardEntry> Members, string? GameFolder, bool RunsOnArrival, bool IsPaused);

/// <summary>Who plays where, at one moment. Immutable.</summary>
public sealed record DirectorySnapshot(
    FrozenDictionary<LeagueId, LeagueEntry> Leagues, FrozenDictionary<string, BoardEntry> BoardsByClientId, FrozenDictionary<int, BoardEntry> BoardsById)
{
    /// <summary>Nobody plays anywhere.</summary>
    public static DirectorySnapshot Empty { get; } = new(
        FrozenDictionary<LeagueId, LeagueEntry>.Empty, FrozenDictionary<string, BoardEntry>.Empty, FrozenDictionary<int, BoardEntry>.Empty);
}

/// <summary>
/// Leagues, boards and seats in memory, so that no request asks the database who somebody is. Made anew when something
/// changes here, and within half a second when another process changed it.
/// </summary>
public sealed class HubDirectory : IDisposable
{
    private static readonly Func<HubDb, string, Task<CredentialRow?>> s_credentials = EF.CompileAsyncQuery(
        (HubDb db, string clientId) => db.Set<Bbs>().Where(b => b.ClientId == clientId)
            .Select(b => new CredentialRow(b.CredentialStamp, b.DisabledAt == null)).FirstOrDefault());

    private readonly IDbContextFactory<HubDb> _databases;
    private readonly SignalWatch _signals;
    private readonly ILogger<HubDirectory> _log;
    private readonly CancellationTokenSource _disposed = new();
    private readonly SemaphoreSlim _loading = new(1, 1);
    private volatile DirectorySnapshot _current = DirectorySnapshot.Empty;

    /// <summary>Makes an empty directory; <see cref="RefreshAsync"/> fills it.</summary>
    public HubDirectory(IDbContextFactory<HubDb> databases, SignalWatch signals, ILogger<HubDirectory> log)
    {
        _databases = databases;
        _signals = signals;
        _log = log;
        signals.Changed += OnSignal;
    }

    /// <summary>Runs after a new snapshot is in place. Handlers are short and don't throw.</summary>
    public event Action? Refreshed;

    /// <summary>The directory now.</summary>
    public DirectorySnapshot Current => _current;

    /// <summary>Reads everything anew.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken = default)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            _current = await LoadAsync(cancellationToken);
        }
        finally
        {
            _loading.Release();
        }

        Refreshed?.Invoke();
    }

    /// <summary>
    /// A board as its row says at this moment. When another process changed it less than half a second ago, the
    /// directory is read anew first, so that nobody gets a token that is dead already.
    /// </summary>
    /// <returns>The board, or null when there is none with this client id.</returns>
    public async Task<BoardEntry?> FindFreshAsync(string clientId, CancellationToken cancellationToken)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        var row = await s_credentials(db, clientId);
        if (row is null)
        {
            return null;
        }

        if (!_current.BoardsByClientId.TryGetValue(clientId, out var known)
            || known.CredentialStamp != row.CredentialStamp || known.IsActive != row.IsActive)
        {
            await RefreshAsync(cancellationToken);
        }

        return _current.BoardsByClientId.GetValueOrDefault(clientId);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _signals.Changed -= OnSignal;
        _disposed.Cancel();
        _disposed.Dispose();
        _loading.Dispose();
    }

    private void OnSignal(string topic)
    {
        if (topic == Signal.Directory)
        {
            _ = RefreshUntilDoneAsync(_disposed.Token);
        }
    }

    // A locked-out board must be out within a second: a database that is busy just now is asked again
    private async Task RefreshUntilDoneAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await RefreshAsync(cancellationToken);
                return;
            }
            catch (DbException failure)
            {
                Log.DirectoryNotRead(_log, failure);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(SignalWatch.Interval, CancellationToken.None);
        }
    }

    private async Task<DirectorySnapshot> LoadAsync(CancellationToken cancellationToken)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        // Seats first: whoever has one is among the boards read afterwards, even if added in between
        var members = await db.Set<Membership>().AsNoTracking().Where(m => m.LeftAt == null).ToListAsync(cancellationToken);
        var boards = await db.Set<Bbs>().AsNoTracking().ToListAsync(cancellationToken);
        var leagues = await db.Set<League>().AsNoTracking().Where(l => l.RetiredAt == null).ToListAsync(cancellationToken);
        var names = leagues.ToDictionary(l => l.Id, l => l.Name);

        var entries = boards.Select(b => new BoardEntry(
            b.Id, b.Name, b.ClientId, b.CredentialStamp, b.DisabledAt is null,
            members.Where(m => m.BbsId == b.Id && names.ContainsKey(m.LeagueId))
                .ToFrozenDictionary(m => m.LeagueId, m => new Seat(m.LeagueId, names[m.LeagueId], m.BbsIndex, m.Address()) { AddressIsMadeUp = m.AddressIsMadeUp() }))).ToList();
        var byId = entries.ToFrozenDictionary(b => b.Id);
        return new DirectorySnapshot(
            leagues.ToFrozenDictionary(l => l.Id, l => new LeagueEntry(
                l.Id, l.Name, l.HubIndex,
                members.Where(m => m.LeagueId == l.Id).ToFrozenDictionary(m => m.BbsIndex, m => byId[m.BbsId]),
                l.GameFolder, l.RunsOnArrival, l.PausedAt is not null)),
            entries.ToFrozenDictionary(b => b.ClientId, StringComparer.Ordinal),
            byId);
    }

    private sealed record CredentialRow(string CredentialStamp, bool IsActive);
}
