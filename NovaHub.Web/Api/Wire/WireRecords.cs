namespace NovaHub.Wire;

/// <summary>Addresses of the service API, below <see cref="Base"/>. Shared by the hub and the boards' program.</summary>
internal static class ServiceAddress
{
    public const string Base = "/service/api/v1";
}

internal sealed record TokenAnswer(string AccessToken, string TokenType, int ExpiresIn);

internal sealed record VerifyAnswer(string ClientId, string BbsName, bool IsActive);

/// <summary>A seat of the board. Its address is line 3 of the board's BBS.CFG, letter by letter, also where the hub made it up.</summary>
internal sealed record MeLeague(string LeagueId, string Game, string Number, string Name, int BbsIndex, string? FidonetAddress, bool FidonetAddressMadeUp = false);

internal sealed record MeAnswer(string ClientId, string BbsName, IReadOnlyList<MeLeague> Leagues);

internal sealed record UploadAnswer(string Status, string Filename, long PacketId);

/// <summary>
/// One piece of mail in a board's list. Times as text: what they are compared by is what was sent. Packet id and delivery
/// number are null for a nodelist, and with a hub that knows no receipts.
/// </summary>
internal sealed record PacketEntry(
    string Filename, string League, string GameType, string Source, string Dest, int Sequence, string? ReceivedAt, string? RetrievedAt, long FileSize,
    long? PacketId = null, int? Delivery = null);

internal sealed record PacketsAnswer(IReadOnlyList<PacketEntry> Packets);

/// <summary>A board's receipt for a packet that it has on its disk.</summary>
/// <param name="PacketId">The packet's number, from the list or the download.</param>
/// <param name="Delivery">The delivery number, from there too.</param>
/// <param name="Sha256">SHA-256 of the bytes that the board has, 64 hex digits.</param>
internal sealed record ReceiptRequest(long? PacketId, int? Delivery, string? Sha256);

/// <summary>The hub's answer to a receipt.</summary>
/// <param name="Status"><see cref="Received"/> or <see cref="Superseded"/>.</param>
/// <param name="Filename">The packet's name.</param>
/// <param name="PacketId">Its number.</param>
/// <param name="Delivery">Its delivery number as it is now.</param>
internal sealed record ReceiptAnswer(string Status, string Filename, long PacketId, int Delivery)
{
    /// <summary>The packet counts as delivered.</summary>
    public const string Received = "received";

    /// <summary>The packet was put back since: it waits again, under a greater delivery number.</summary>
    public const string Superseded = "superseded";
}

/// <summary>Names of headers and parameters around receipts.</summary>
internal static class Receipts
{
    /// <summary>Parameter of a download. With the value <see cref="Explicit"/> it marks nothing: the board confirms later.</summary>
    public const string Parameter = "receipt";

    /// <summary>The one value of <see cref="Parameter"/>.</summary>
    public const string Explicit = "explicit";

    /// <summary>Parameter of a download with <see cref="Explicit"/>: exactly this packet of the name.</summary>
    public const string PacketParameter = "packet_id";

    /// <summary>Last part of the address that takes receipts.</summary>
    public const string Confirm = "received";

    /// <summary>Header of a download: the packet's number.</summary>
    public const string PacketHeader = "X-Packet-Id";

    /// <summary>Header of a download: the delivery number.</summary>
    public const string DeliveryHeader = "X-Delivery";
}

internal sealed record HealthAnswer(string Status, string Version, IReadOnlyDictionary<string, string> Checks);

/// <summary>What a claim link hands over, once: everything a board's program needs to begin.</summary>
internal sealed record ClaimAnswer(string Url, string ClientId, string ClientSecret, string BbsName, IReadOnlyList<MeLeague> Leagues);
