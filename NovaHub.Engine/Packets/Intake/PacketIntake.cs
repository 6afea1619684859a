using System.Security.Cryptography;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets.Intake;

/// <summary>What the sender of an accepted packet gets.</summary>
/// <param name="PacketId">The packet's number; the same for every retry.</param>
/// <param name="Known">True when the packet was in the ledger already: this was a retry.</param>
public sealed record IntakeReceipt(long PacketId, bool Known);

/// <summary>Takes packets from boards: judges, then enters bytes and row in one durable commit.</summary>
public sealed class PacketIntake(HubDirectory directory, GroupCommit commits, LedgerEvents events, RefusedUploads refused, TimeProvider clock)
{
    /// <summary>Judges an upload before its bytes are read. A refusal is noted as activity.</summary>
    public IntakeDecision Judge(BoardEntry board, string leagueId, string fileName)
    {
        var decision = IntakeRules.Judge(directory.Current, board, leagueId, fileName);
        if (decision.Refusal is not null)
        {
            NoteRefusal(board, leagueId, decision.Reason);
        }

        return decision;
    }

    /// <summary>Notes as activity that an upload was refused for its bytes: there are none, or too many. Waits for nothing.</summary>
    /// <param name="board">The board that signed in.</param>
    /// <param name="leagueId">The league id of the address, as it came.</param>
    /// <param name="reason">The sentence that the board gets.</param>
    public void NoteRefusal(BoardEntry board, string leagueId, string reason) =>
        refused.Note(board.Id, board.Name, LeagueId.TryParse(leagueId, out var league) ? league : null, reason);

    /// <summary>Enters an accepted packet. When this returns, the bytes are on disk to stay.</summary>
    /// <exception cref="ArgumentException">The decision was a refusal, or there are no bytes.</exception>
    public async Task<IntakeReceipt> ReceiveAsync(IntakeDecision accepted, byte[] bytes, CancellationToken cancellationToken)
    {
        if (accepted.Refusal is not null || bytes.Length == 0)
        {
            throw new ArgumentException("Only an accepted packet with bytes can be received.", nameof(accepted));
        }

        var sha = SHA256.HashData(bytes);
        var board = directory.Current.BoardsById.GetValueOrDefault(accepted.BbsId)?.Name ?? $"node {accepted.Name.Source}";
        var (receipt, at) = await commits.WriteAsync(
            writer =>
            {
                var now = clock.GetUtcNow().UtcDateTime;
                var (id, known) = LedgerSql.Enter(writer, new NewPacket(accepted.Name, sha, bytes, now, accepted.BbsId, null));
                if (known)
                {
                    LateRetry.Note(writer, id, accepted.Name, (accepted.BbsId, board), now);
                }
                else
                {
                    LedgerSql.Count(writer, accepted.Name.League, now, received: 1, relayed: accepted.ForHub ? 0 : 1);
                }

                return (new IntakeReceipt(id, known), now);
            },
            bytes.Length,
            cancellationToken);
        if (!receipt.Known)
        {
            events.Publish(new LedgerEvent(LedgerEventKind.Received, receipt.PacketId, accepted.Name, bytes.Length, at, accepted.ForHub));
        }

        return receipt;
    }
}
