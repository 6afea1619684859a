using MudBlazor;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Journeys;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Web.Components.Shared;
using NovaHub.Web.Security;

namespace NovaHub.Web.Components.Pages.Packets;

/// <summary>What admins may do to packets.</summary>
public enum PacketAct
{
    /// <summary>Have them read or fetched again, or take back that they were given up.</summary>
    PutBack,

    /// <summary>Offer them to nobody any more.</summary>
    GiveUp,

    /// <summary>Of an upload that was taken for a retry of it: that one is a packet of its own.</summary>
    EnterAsNew,

    /// <summary>Of held ones: the game has read them.</summary>
    CountAsRead,

    /// <summary>Of held ones: the game gets them again.</summary>
    ReadOnceMore,
}

/// <summary>Does what admins ask for, after a question that says what will happen.</summary>
internal sealed class PacketActions(
    PacketRequeue requeue, PacketExpiry expiry, HeldPackets held, PacketReentry reentry, PersonActs acts, IDialogService dialogs, ISnackbar snackbar)
{
    /// <summary>Asks and, if the answer is yes, does it. What could not be done is said.</summary>
    public async Task AskAsync(PacketAct act, IReadOnlyList<Packet> packets)
    {
        List<long> ids = [.. packets.Select(p => p.Id)];
        var (title, confirm) = Question(act, packets);
        var plan = await PlanAsync(act, ids);
        if (!await ConfirmDialog.AskAsync(dialogs, title, confirm, plan.Sentences, plan.Refusal, danger: act is not (PacketAct.PutBack or PacketAct.EnterAsNew)))
        {
            return;
        }

        var answer = await DoAsync(act, ids);
        foreach (var refusal in answer.Refusal is { } none ? [none] : answer.Value!.Refusals.Take(3))
        {
            snackbar.Add(refusal, Severity.Warning);
        }
    }

    /// <summary>Does it at once.</summary>
    public Task<ActAnswer<QueueAnswer>> DoAsync(PacketAct act, IReadOnlyCollection<long> packetIds) => acts.DoAsync(PeopleSecurity.Administers, () => act switch
    {
        PacketAct.PutBack => requeue.RequeueAsync(packetIds, ActingPerson.Name, CancellationToken.None),
        PacketAct.EnterAsNew => reentry.EnterAsync(packetIds.First(), ActingPerson.Name, CancellationToken.None),
        PacketAct.GiveUp => expiry.ExpireAsync(packetIds, ActingPerson.Name, CancellationToken.None),
        _ => held.DecideAsync(DecisionOf(act), packetIds, ActingPerson.Name, CancellationToken.None),
    });

    private async Task<QueuePlan> PlanAsync(PacketAct act, IReadOnlyCollection<long> packetIds)
    {
        try
        {
            return act switch
            {
                PacketAct.PutBack => await requeue.PlanAsync(packetIds, CancellationToken.None),
                PacketAct.EnterAsNew => await reentry.PlanAsync(packetIds.First(), CancellationToken.None),
                PacketAct.GiveUp => await expiry.PlanAsync(packetIds, CancellationToken.None),
                _ => await held.PlanAsync(DecisionOf(act), packetIds, CancellationToken.None),
            };
        }
        catch (RefusedException refused)
        {
            return new QueuePlan(false, [], refused.Message);
        }
    }

    /// <summary>What "again" is called for several held packets. Those whose bytes were changed wait for boards too.</summary>
    public static string AgainOf(IReadOnlyList<Packet> packets) => WereChanged(packets) ? "Let them wait again" : "Give them to the game again";

    private static bool WereChanged(IReadOnlyList<Packet> packets) => packets.Any(p => p.HeldReason == HeldReason.OtherBytes);

    private static HeldDecision DecisionOf(PacketAct act) => act == PacketAct.CountAsRead ? HeldDecision.Read : HeldDecision.Again;

    private static (string Title, string Confirm) Question(PacketAct act, IReadOnlyList<Packet> packets) => (act, packets) switch
    {
        (PacketAct.EnterAsNew, _) => ($"Enter {packets[0].Name} as new?", "Enter it as new"),
        (PacketAct.GiveUp, [var one]) => ($"Give {one.Name} up?", "Give it up"),
        (PacketAct.GiveUp, _) => ($"Give {packets.Count} packets up?", "Give them up"),
        (PacketAct.CountAsRead, [var one]) => ($"Was {one.Name} read?", "It was read"),
        (PacketAct.CountAsRead, _) => ($"Were {packets.Count} packets read?", "They were read"),
        (PacketAct.ReadOnceMore, [{ HeldReason: HeldReason.OtherBytes } one]) => ($"Let {one.Name} wait again?", "Let it wait again"),
        (PacketAct.ReadOnceMore, [var one]) => ($"Give {one.Name} to the game again?", "Give it to the game again"),
        (PacketAct.ReadOnceMore, _) => (WereChanged(packets) ? $"Let {packets.Count} packets wait again?" : $"Give {packets.Count} packets to the game again?", AgainOf(packets)),
        (_, [{ DeliveredAt: not null } one]) => ($"Deliver {one.Name} again?", "Deliver it again"),
        (_, [{ ConsumedAt: not null } one]) => ($"Have {one.Name} read again?", "Read it again"),
        (_, [var one]) => ($"Put {one.Name} back?", "Put it back"),
        _ when packets.All(p => p.DeliveredAt is not null) => ($"Deliver {packets.Count} packets again?", "Deliver them again"),
        _ => ($"Put {packets.Count} packets back?", "Put them back"),
    };
}
