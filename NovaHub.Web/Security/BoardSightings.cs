using System.Collections.Concurrent;
using System.Data.Common;
using System.Net;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Web.Security;

/// <summary>When each board last spoke, and from where. Written at most once a minute per board, behind the request's back.</summary>
internal sealed class BoardSightings(GroupCommit commits, FailedAttempts attempts, TimeProvider clock, ILogger<BoardSightings> log)
{
    /// <summary>How long an address that a board no longer speaks from is remembered.</summary>
    public static readonly TimeSpan AddressKept = TimeSpan.FromDays(60);

    private const int MostKept = 10_000;

    private readonly ConcurrentDictionary<int, Sighting> _latest = new();
    private readonly ConcurrentDictionary<(int BbsId, IPAddress Address), DateTime> _kept = new();

    /// <summary>A board's request passed.</summary>
    public void Note(BoardEntry board, IPAddress? address)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var minute = now.Ticks / TimeSpan.TicksPerMinute;
        var seen = _latest.TryGetValue(board.Id, out var before);
        if (seen && before!.Minute == minute && Equals(before.Address, address))
        {
            return;
        }

        _latest[board.Id] = new Sighting(minute, address);
        if (!seen || !Equals(before!.Address, address))
        {
            // A token in hand shows that the board is at home here
            attempts.Welcome(board.ClientId, address);
        }

        KeepAddress(board.Id, FailedAttempts.Key(address), now.Date);

        if (!seen || before!.Minute != minute)
        {
            _ = WriteAsync(board.Id, now);
        }
    }

    // Once a day and address: after a restart, too, a board is at home where it was
    private void KeepAddress(int boardId, IPAddress address, DateTime today)
    {
        if (_kept.TryGetValue((boardId, address), out var day) && day == today)
        {
            return;
        }

        if (_kept.Count > MostKept)
        {
            _kept.Clear();
        }

        _kept[(boardId, address)] = today;
        _ = WriteAsync(boardId, w =>
        {
            w.Execute(
                """
                INSERT INTO "BbsAddresses" ("BbsId", "Address", "SeenAt") VALUES (@p0, @p1, @p2)
                ON CONFLICT ("BbsId", "Address") DO UPDATE SET "SeenAt" = @p2
                """,
                boardId, address.ToString(), today);
            return w.Execute(
                """
                DELETE FROM "BbsAddresses" WHERE "BbsId" = @p0 AND ("SeenAt" < @p1 OR "Address" NOT IN
                  (SELECT "Address" FROM "BbsAddresses" WHERE "BbsId" = @p0 ORDER BY "SeenAt" DESC LIMIT @p2))
                """,
                boardId, today - AddressKept, FailedAttempts.FamiliarAddresses);
        });
    }

    private Task WriteAsync(int boardId, DateTime now) => WriteAsync(boardId, w =>
    {
        if (w.Execute("""INSERT INTO "BbsHours" ("BbsId", "Hour") VALUES (@p0, @p1) ON CONFLICT DO NOTHING""", boardId, now.Date.AddHours(now.Hour)) == 1)
        {
            // A board that was quiet speaks in a new hour; what it says later in the same hour is no news
            w.Raise(Signal.Boards);
        }

        return w.Execute("""UPDATE "Bbses" SET "LastSeenAt" = @p0 WHERE "Id" = @p1""", now, boardId);
    });

    private async Task WriteAsync(int boardId, Func<LedgerWriter, int> write)
    {
        try
        {
            await commits.WriteAsync(write);
        }
        catch (Exception failure) when (failure is DbException or ChannelClosedException)
        {
            Log.SightingLost(log, boardId, failure);
        }
    }

    private sealed record Sighting(long Minute, IPAddress? Address);
}

/// <summary>Where boards were at home before the hub was started.</summary>
internal sealed class HomesAtStart(IDbContextFactory<HubDb> databases, FailedAttempts attempts, HubDirectory directory) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var home in await db.Set<BbsAddress>().AsNoTracking().OrderBy(a => a.SeenAt).ToListAsync(cancellationToken))
        {
            if (directory.Current.BoardsById.TryGetValue(home.BbsId, out var board) && IPAddress.TryParse(home.Address, out var address))
            {
                attempts.Welcome(board.ClientId, address);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
