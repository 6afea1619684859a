using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NovaHub.Engine.Games;

namespace NovaHub.Engine.Activities;

/// <summary>
/// An upload of a board that is refused, for one reason. Programs keep a refused file and offer it each time they call:
/// that is told once, and lasts from the first time to the last.
/// </summary>
public sealed class RefusedUpload
{
    /// <summary>The board's row.</summary>
    public int BbsId { get; init; }

    /// <summary>The sentence that the board gets; it names the file where the file is the reason.</summary>
    public required string Reason { get; init; }

    /// <summary>The league it is sent to, or null when that is no league id.</summary>
    public LeagueId? LeagueId { get; init; }

    /// <summary>When it was first refused, UTC.</summary>
    public DateTime FirstAt { get; init; }

    /// <summary>When it was last refused, UTC; written once in <see cref="RefusalGate.Repeat"/>.</summary>
    public DateTime LastAt { get; init; }
}

internal sealed class RefusedUploadConfiguration : IEntityTypeConfiguration<RefusedUpload>
{
    public void Configure(EntityTypeBuilder<RefusedUpload> builder) => builder.ToTable("RefusedUploads").HasKey(r => new { r.BbsId, r.Reason });
}
