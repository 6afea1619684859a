using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace NovaHub.Engine.Storage.Migrations
{
    /// <inheritdoc />
    public partial class ClockAndAddresses : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "AfterPacketId",
                table: "NodelistItems",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "MadeUpAddress",
                table: "Memberships",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "ClockOwed",
                table: "Leagues",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "ClockedUntil",
                table: "Leagues",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "MadeUpAddress",
                table: "Leagues",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "TimeZone",
                table: "Leagues",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "ClockSteps",
                columns: table => new
                {
                    PacketId = table.Column<long>(type: "INTEGER", nullable: false),
                    Before = table.Column<DateTime>(type: "TEXT", nullable: false),
                    After = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ClockSteps", x => x.PacketId);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ClockSteps");

            migrationBuilder.DropColumn(
                name: "AfterPacketId",
                table: "NodelistItems");

            migrationBuilder.DropColumn(
                name: "MadeUpAddress",
                table: "Memberships");

            migrationBuilder.DropColumn(
                name: "ClockOwed",
                table: "Leagues");

            migrationBuilder.DropColumn(
                name: "ClockedUntil",
                table: "Leagues");

            migrationBuilder.DropColumn(
                name: "MadeUpAddress",
                table: "Leagues");

            migrationBuilder.DropColumn(
                name: "TimeZone",
                table: "Leagues");
        }
    }
}
