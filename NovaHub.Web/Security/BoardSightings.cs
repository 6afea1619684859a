using System.Collections.Concurrent;
using System.Data.Common;
using System.Net;
using System.Threading.Channels;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Web.Security;

/// <summary>When each board last spoke, and from where. Written at most once a minute per board, behind the request's back.</summary>
internal sealed class BoardSightings(GroupCommit commits, FailedAttempts attempts, TimeProvider clock, ILogger<BoardSightings> log)
{
    private readonly ConcurrentDictionary<int, Sighting> _latest = new();

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
            // A token in hand shows that the board is at home here, also after a restart forgot its sign-in
            attempts.Welcome(board.ClientId, address);
        }

        if (!seen || before!.Minute != minute)
        {
            _ = WriteAsync(board.Id, now);
        }
    }

    private async Task WriteAsync(int boardId, DateTime now)
    {
        try
        {
            await commits.WriteAsync(w =>
            {
                if (w.Execute("""INSERT INTO "BbsHours" ("BbsId", "Hour") VALUES (@p0, @p1) ON CONFLICT DO NOTHING""", boardId, now.Date.AddHours(now.Hour)) == 1)
                {
                    // A board that was quiet speaks in a new hour; what it says later in the same hour is no news
                    w.Raise(Signal.Boards);
                }

                return w.Execute("""UPDATE "Bbses" SET "LastSeenAt" = @p0 WHERE "Id" = @p1""", now, boardId);
            });
        }
        catch (Exception failure) when (failure is DbException or ChannelClosedException)
        {
            Log.SightingLost(log, boardId, failure);
        }
    }

    private sealed record Sighting(long Minute, IPAddress? Address);
}
