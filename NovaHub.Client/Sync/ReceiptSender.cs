using NovaHub.Client.Configuration;
using NovaHub.Client.Hub;
using NovaHub.Client.Screen;
using NovaHub.Wire;

namespace NovaHub.Client.Sync;

/// <summary>
/// Confirms packets to a hub that takes receipts: only what is on disk under its name and stands in the journal. A receipt that
/// got lost is sent again in the next sync, because the hub still offers the packet.
/// </summary>
internal sealed class ReceiptSender(HubClient hub, IVoice voice)
{
    /// <summary>Whether the hub wants a receipt for this entry of its list.</summary>
    public static bool IsWanted(PacketEntry entry) => entry is { PacketId: not null, Delivery: not null };

    /// <summary>Confirms a packet. False when the hub says that it has other bytes under that number.</summary>
    /// <param name="league">The league.</param>
    /// <param name="entry">The packet as the hub lists it.</param>
    /// <param name="sha256">Digest of what we have.</param>
    /// <param name="error">Takes what went wrong otherwise.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    public async Task<bool> TryConfirmAsync(LeagueSettings league, PacketEntry entry, string sha256, Action<string> error, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await hub.ConfirmAsync(league.Id, entry.Filename, new ReceiptRequest(entry.PacketId, entry.Delivery, sha256), cancellationToken);
            if (answer.Status == ReceiptAnswer.Superseded)
            {
                voice.Say(Level.Detail, $"{league.Key}: {entry.Filename} was put back at the hub meanwhile and comes again.");
            }

            return true;
        }
        catch (HubRefusedException other) when (other.Status == 409)
        {
            return false;
        }
        catch (HubRefusedException refused) when (refused.Status != 401)
        {
            error($"{entry.Filename} is here, and the hub did not take the receipt for it. {refused.Message}");
            return true;
        }
    }

    /// <summary>What is said when the hub keeps to it that our bytes are not its own.</summary>
    public static string Conflict(PacketEntry entry) =>
        $"{entry.Filename} is here, but the hub does not take the receipt for it: it says that it has other bytes or another delivery under the number {entry.PacketId}. It is not given to the game a second time. Tell the hub's admin.";
}
