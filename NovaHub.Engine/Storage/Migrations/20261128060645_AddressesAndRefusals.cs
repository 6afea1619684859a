using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace NovaHub.Engine.Storage.Migrations
{
    /// <inheritdoc />
    public partial class AddressesAndRefusals : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "BbsAddresses",
                columns: table => new
                {
                    BbsId = table.Column<int>(type: "INTEGER", nullable: false),
                    Address = table.Column<string>(type: "TEXT", nullable: false),
                    SeenAt = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BbsAddresses", x => new { x.BbsId, x.Address });
                });

            migrationBuilder.CreateTable(
                name: "RefusedUploads",
                columns: table => new
                {
                    BbsId = table.Column<int>(type: "INTEGER", nullable: false),
                    Reason = table.Column<string>(type: "TEXT", nullable: false),
                    LeagueId = table.Column<string>(type: "TEXT", maxLength: 4, nullable: true),
                    FirstAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    LastAt = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RefusedUploads", x => new { x.BbsId, x.Reason });
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "BbsAddresses");

            migrationBuilder.DropTable(
                name: "RefusedUploads");
        }
    }
}
