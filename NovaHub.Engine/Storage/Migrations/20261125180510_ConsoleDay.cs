using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace NovaHub.Engine.Storage.Migrations
{
    /// <inheritdoc />
    public partial class ConsoleDay : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Packets_Waiting",
                table: "Packets");

            migrationBuilder.AddColumn<DateTime>(
                name: "ExpiredAt",
                table: "Packets",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Contact",
                table: "Bbses",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateTable(
                name: "AlertNotes",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    AlertId = table.Column<long>(type: "INTEGER", nullable: false),
                    At = table.Column<DateTime>(type: "TEXT", nullable: false),
                    Who = table.Column<string>(type: "TEXT", nullable: false),
                    Text = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AlertNotes", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Alerts",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Kind = table.Column<string>(type: "TEXT", nullable: false),
                    Key = table.Column<string>(type: "TEXT", nullable: false),
                    Weight = table.Column<string>(type: "TEXT", nullable: false),
                    Sentence = table.Column<string>(type: "TEXT", nullable: false),
                    LeagueId = table.Column<string>(type: "TEXT", maxLength: 4, nullable: true),
                    BbsId = table.Column<int>(type: "INTEGER", nullable: true),
                    RunId = table.Column<long>(type: "INTEGER", nullable: true),
                    RaisedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    ChangedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    Times = table.Column<int>(type: "INTEGER", nullable: false),
                    AcknowledgedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    AcknowledgedBy = table.Column<string>(type: "TEXT", nullable: true),
                    ResolvedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    ResolvedBy = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Alerts", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "BbsHours",
                columns: table => new
                {
                    BbsId = table.Column<int>(type: "INTEGER", nullable: false),
                    Hour = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BbsHours", x => new { x.BbsId, x.Hour });
                });

            migrationBuilder.CreateIndex(
                name: "IX_Runs_LeagueOutcome",
                table: "Runs",
                columns: new[] { "LeagueId", "Outcome", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Runs_Outcome",
                table: "Runs",
                columns: new[] { "Outcome", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Packets_Waiting",
                table: "Packets",
                columns: new[] { "LeagueId", "Dest", "Id" },
                filter: "\"ConsumedAt\" IS NULL AND \"DeliveredAt\" IS NULL AND \"ExpiredAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_AlertNotes_Alert",
                table: "AlertNotes",
                columns: new[] { "AlertId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Alerts_Bbs",
                table: "Alerts",
                columns: new[] { "BbsId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Alerts_Kind",
                table: "Alerts",
                columns: new[] { "Kind", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Alerts_League",
                table: "Alerts",
                columns: new[] { "LeagueId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Alerts_Open",
                table: "Alerts",
                column: "Key",
                unique: true,
                filter: "\"ResolvedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Alerts_Resolved",
                table: "Alerts",
                column: "ResolvedAt");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AlertNotes");

            migrationBuilder.DropTable(
                name: "Alerts");

            migrationBuilder.DropTable(
                name: "BbsHours");

            migrationBuilder.DropIndex(
                name: "IX_Runs_LeagueOutcome",
                table: "Runs");

            migrationBuilder.DropIndex(
                name: "IX_Runs_Outcome",
                table: "Runs");

            migrationBuilder.DropIndex(
                name: "IX_Packets_Waiting",
                table: "Packets");

            migrationBuilder.DropColumn(
                name: "ExpiredAt",
                table: "Packets");

            migrationBuilder.DropColumn(
                name: "Contact",
                table: "Bbses");

            migrationBuilder.CreateIndex(
                name: "IX_Packets_Waiting",
                table: "Packets",
                columns: new[] { "LeagueId", "Dest", "Id" },
                filter: "\"ConsumedAt\" IS NULL AND \"DeliveredAt\" IS NULL");
        }
    }
}
