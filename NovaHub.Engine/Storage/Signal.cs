using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace NovaHub.Engine.Storage;

/// <summary>
/// A counter that rises in the same transaction as a change that other processes on this database must notice.
/// A running hub looks at the few rows of this table several times a second.
/// </summary>
public sealed class Signal
{
    /// <summary>Leagues, boards, memberships or credentials changed.</summary>
    public const string Directory = "directory";

    /// <summary>Packets arrived or moved.</summary>
    public const string Packets = "packets";

    /// <summary>Runs began, moved on or ended.</summary>
    public const string Runs = "runs";

    /// <summary>A board spoke, for the first time in this hour.</summary>
    public const string Boards = "boards";

    /// <summary>What changed.</summary>
    public required string Topic { get; init; }

    /// <summary>Rises by one with each change.</summary>
    public long Version { get; set; }
}

internal sealed class SignalConfiguration : IEntityTypeConfiguration<Signal>
{
    public void Configure(EntityTypeBuilder<Signal> builder) => builder.ToTable("Signals").HasKey(s => s.Topic);
}
