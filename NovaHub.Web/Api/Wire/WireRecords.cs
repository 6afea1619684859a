namespace NovaHub.Wire;

/// <summary>Addresses of the service API, below <see cref="Base"/>. Shared by the hub and the boards' program.</summary>
internal static class ServiceAddress
{
    public const string Base = "/service/api/v1";
}

internal sealed record TokenAnswer(string AccessToken, string TokenType, int ExpiresIn);

internal sealed record VerifyAnswer(string ClientId, string BbsName, bool IsActive);

internal sealed record MeLeague(string LeagueId, string Game, string Number, string Name, int BbsIndex, string? FidonetAddress);

internal sealed record MeAnswer(string ClientId, string BbsName, IReadOnlyList<MeLeague> Leagues);

internal sealed record UploadAnswer(string Status, string Filename, long PacketId);

/// <summary>One piece of mail in a board's list. Times as text: what they are compared by is what was sent.</summary>
internal sealed record PacketEntry(
    string Filename, string League, string GameType, string Source, string Dest, int Sequence, string? ReceivedAt, string? RetrievedAt, long FileSize);

internal sealed record PacketsAnswer(IReadOnlyList<PacketEntry> Packets);

internal sealed record HealthAnswer(string Status, string Version, IReadOnlyDictionary<string, string> Checks);

/// <summary>What a claim link hands over, once: everything a board's program needs to begin.</summary>
internal sealed record ClaimAnswer(string Url, string ClientId, string ClientSecret, string BbsName, IReadOnlyList<MeLeague> Leagues);
