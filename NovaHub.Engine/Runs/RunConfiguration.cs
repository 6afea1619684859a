using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace NovaHub.Engine.Runs;

internal sealed class RunConfiguration :
    IEntityTypeConfiguration<Run>, IEntityTypeConfiguration<RunPacket>, IEntityTypeConfiguration<RunPhase>,
    IEntityTypeConfiguration<RunItem>, IEntityTypeConfiguration<RunVerdict>, IEntityTypeConfiguration<RunFile>,
    IEntityTypeConfiguration<RunRecording>, IEntityTypeConfiguration<RunSender>, IEntityTypeConfiguration<RunLease>, IEntityTypeConfiguration<ForeignFile>
{
    public void Configure(EntityTypeBuilder<Run> builder)
    {
        builder.ToTable("Runs");
        builder.Property(r => r.Trigger).HasConversion<string>();
        builder.Property(r => r.Outcome).HasConversion<string>();
        builder.HasIndex(r => new { r.LeagueId, r.Id });
        builder.HasIndex(r => new { r.Outcome, r.Id }).HasDatabaseName("IX_Runs_Outcome");
        builder.HasIndex(r => new { r.LeagueId, r.Outcome, r.Id }).HasDatabaseName("IX_Runs_LeagueOutcome");
        builder.HasIndex(r => r.EndedAt).HasFilter("\"EndedAt\" IS NULL").HasDatabaseName("IX_Runs_Open");
    }

    public void Configure(EntityTypeBuilder<RunPacket> builder)
    {
        builder.ToTable("RunPackets").HasKey(p => new { p.RunId, p.PacketId });
        builder.HasIndex(p => p.PacketId);
        builder.Property(p => p.Doubt).HasConversion<string>();
    }

    public void Configure(EntityTypeBuilder<RunSender> builder) => builder.ToTable("RunSenders").HasKey(s => new { s.RunId, s.Pass, s.Node });

    public void Configure(EntityTypeBuilder<RunPhase> builder) => builder.ToTable("RunPhases").HasKey(p => new { p.RunId, p.Order });

    public void Configure(EntityTypeBuilder<RunItem> builder) => builder.ToTable("RunItems").HasKey(p => new { p.RunId, p.Order });

    public void Configure(EntityTypeBuilder<RunVerdict> builder)
    {
        builder.ToTable("RunVerdicts").HasKey(p => new { p.RunId, p.Order });
        builder.Property(v => v.Kind).HasConversion<string>();
        builder.Property(v => v.Weight).HasConversion<string>();
    }

    public void Configure(EntityTypeBuilder<RunFile> builder) => builder.ToTable("RunFiles").HasKey(p => new { p.RunId, p.Name });

    public void Configure(EntityTypeBuilder<RunRecording> builder)
    {
        builder.ToTable("RunRecordings").HasKey(p => p.RunId);
        builder.Property(r => r.RunId).ValueGeneratedNever();
    }

    public void Configure(EntityTypeBuilder<RunLease> builder) => builder.ToTable("RunLeases").HasKey(l => l.LeagueId);

    public void Configure(EntityTypeBuilder<ForeignFile> builder) => builder.ToTable("ForeignFiles").HasKey(f => new { f.LeagueId, f.Name });
}
