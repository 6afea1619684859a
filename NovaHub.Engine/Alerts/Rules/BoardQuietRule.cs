using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Alerts.Rules;

/// <summary>A board has not spoken for longer than it usually does. It is bad while mail waits for it.</summary>
internal sealed class BoardQuietRule(BoardHabits habits, WaitingMail waiting, HubDirectory directory) : IAlertRule
{
    public AlertKind Kind => AlertKind.BoardQuiet;

    public IReadOnlyList<string> Topics { get; } = [Signal.Boards, Signal.Directory];

    public async Task<IReadOnlyList<AlertCondition>> LookAsync(CancellationToken cancellationToken)
    {
        var quiet = await habits.ReadAsync(cancellationToken);
        if (quiet.Count == 0)
        {
            return [];
        }

        var mail = (await waiting.CountAsync(cancellationToken)).Select(w => (w.League, w.Dest)).ToHashSet();
        return [.. quiet.Select(q => Describe(q, directory.Current.BoardsById.GetValueOrDefault(q.BbsId), mail))];
    }

    private static AlertCondition Describe(QuietBoard quiet, BoardEntry? board, HashSet<(Games.LeagueId, int)> mail)
    {
        var seats = board?.Seats.Values.ToArray() ?? [];
        var waits = seats.Any(s => mail.Contains((s.League, s.BbsIndex)));
        return new AlertCondition(
            $"quiet:{quiet.BbsId}", waits ? AlertWeight.Bad : AlertWeight.Notice, $"{quiet.Sentence}{(waits ? " Mail waits for it." : "")}")
        {
            BbsId = quiet.BbsId,
            League = seats is [var only] ? only.League : null,
            Since = quiet.From,
        };
    }
}
