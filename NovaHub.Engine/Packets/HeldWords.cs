namespace NovaHub.Engine.Packets;

/// <summary>Reasons for which packets are held, in plain words.</summary>
public static class HeldWords
{
    /// <summary>The reason in a few words.</summary>
    public static string Short(this HeldReason reason) => reason switch
    {
        HeldReason.GoneUnseen => "Gone without a word",
        HeldReason.ShownButLeft => "Taken up, but still there",
        HeldReason.DiskFull => "Read while the disk was full",
        HeldReason.OtherFolder => "The folder can't be looked at",
        HeldReason.OtherBytes => "Its bytes were changed",
        _ => reason.ToString(),
    };

    /// <summary>What was seen, and why that is no proof, in a sentence or two.</summary>
    public static string Sentence(this HeldReason reason) => reason switch
    {
        HeldReason.GoneUnseen =>
            "It is gone from INBOUND, but the game's screen did not show that mail of its sender was read. A game also deletes packets of nodes that its own node file lacks.",
        HeldReason.ShownButLeft =>
            "The game's screen showed that it took up mail of its sender, but the packet was still in INBOUND afterwards. A game that can read a file and can't delete it would read it again each time.",
        HeldReason.DiskFull =>
            "The game read it while the disk of its folder was full. DOS programs are often told that such writing succeeded, so what the packet changed may not have been kept.",
        HeldReason.OtherFolder =>
            "The run was interrupted, and the folder in which its game worked was moved, restored or replaced by another copy. What is missing there does not show what the game read.",
        HeldReason.OtherBytes =>
            "Its bytes in the ledger are not those that came in: the disk or the database file was changed. Nobody got the changed bytes. Restore a backup, or have its sender send it again.",
        _ => "A person has to look at it.",
    };
}
