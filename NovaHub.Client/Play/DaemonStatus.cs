namespace NovaHub.Client.Play;

/// <summary>A league in the status file.</summary>
internal sealed record LeagueStatus(string? LastMaintenance, string? LastOutcome, string? Trouble, int Maintenances);

/// <summary>The status file of a daemon, beside the metrics file; for eyes and monitoring.</summary>
internal sealed record DaemonStatus(
    int ProcessId, string ClientVersion, string StartedAt, string UpdatedAt, string Doing, string? LastSync, bool? LastSyncSuccess, string? LastSuccessfulSync,
    int Syncs, int FailedSyncs, int TotalUploaded, int TotalDownloaded, IReadOnlyDictionary<string, LeagueStatus> Leagues)
{
    public const string FileName = "novahub-status.json";
}
