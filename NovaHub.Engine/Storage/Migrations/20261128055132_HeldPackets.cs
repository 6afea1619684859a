using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace NovaHub.Engine.Storage.Migrations
{
    /// <inheritdoc />
    public partial class HeldPackets : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Packets_Waiting",
                table: "Packets");

            migrationBuilder.AddColumn<int>(
                name: "Doubtful",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "FolderMark",
                table: "Runs",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "MaintenanceAt",
                table: "Runs",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Passes",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "Doubt",
                table: "RunPackets",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "HeldAt",
                table: "Packets",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "HeldReason",
                table: "Packets",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "RunSenders",
                columns: table => new
                {
                    RunId = table.Column<long>(type: "INTEGER", nullable: false),
                    Pass = table.Column<int>(type: "INTEGER", nullable: false),
                    Node = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RunSenders", x => new { x.RunId, x.Pass, x.Node });
                });

            migrationBuilder.CreateIndex(
                name: "IX_Packets_Held",
                table: "Packets",
                columns: new[] { "LeagueId", "Id" },
                filter: "\"HeldAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Packets_Waiting",
                table: "Packets",
                columns: new[] { "LeagueId", "Dest", "Id" },
                filter: "\"ConsumedAt\" IS NULL AND \"DeliveredAt\" IS NULL AND \"ExpiredAt\" IS NULL AND \"HeldAt\" IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "RunSenders");

            migrationBuilder.DropIndex(
                name: "IX_Packets_Held",
                table: "Packets");

            migrationBuilder.DropIndex(
                name: "IX_Packets_Waiting",
                table: "Packets");

            migrationBuilder.DropColumn(
                name: "Doubtful",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "FolderMark",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "MaintenanceAt",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Passes",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Doubt",
                table: "RunPackets");

            migrationBuilder.DropColumn(
                name: "HeldAt",
                table: "Packets");

            migrationBuilder.DropColumn(
                name: "HeldReason",
                table: "Packets");

            migrationBuilder.CreateIndex(
                name: "IX_Packets_Waiting",
                table: "Packets",
                columns: new[] { "LeagueId", "Dest", "Id" },
                filter: "\"ConsumedAt\" IS NULL AND \"DeliveredAt\" IS NULL AND \"ExpiredAt\" IS NULL");
        }
    }
}
