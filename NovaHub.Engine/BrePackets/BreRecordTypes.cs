namespace NovaHub.Engine.BrePackets;

/// <summary>What the record types of BRE v0.988 are called.</summary>
public static class BreRecordTypes
{
    private static readonly Dictionary<byte, string> s_names = new()
    {
        [0x01] = "Recon Request", [0x02] = "Recon Update", [0x03] = "Terrorist Op", [0x04] = "Terrorist Result", [0x05] = "Bombing Op",
        [0x06] = "Bombing Result", [0x07] = "Indiv Attack", [0x08] = "Attack Results", [0x09] = "Message", [0x0A] = "Configupdate",
        [0x0B] = "Gooie Attack", [0x0C] = "Gooie Results", [0x0D] = "Player List", [0x0E] = "Special Op", [0x0F] = "Special Result",
        [0x10] = "Game Start", [0x11] = "Dummy Data", [0x12] = "Routing List", [0x13] = "Spy Report", [0x14] = "News Data",
        [0x15] = "Report", [0x17] = "Spy Guy", [0x18] = "Trade Deal", [0x1A] = "Time Check",
    };

    /// <summary>The type's name, or null for one that nobody has seen yet.</summary>
    public static string? NameOf(byte type) => s_names.GetValueOrDefault(type);
}
