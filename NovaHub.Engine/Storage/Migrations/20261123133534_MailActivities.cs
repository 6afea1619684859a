using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace NovaHub.Engine.Storage.Migrations
{
    /// <inheritdoc />
    public partial class MailActivities : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Activities",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    At = table.Column<DateTime>(type: "TEXT", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", nullable: false),
                    Sentence = table.Column<string>(type: "TEXT", nullable: false),
                    LeagueId = table.Column<string>(type: "TEXT", maxLength: 4, nullable: true),
                    BbsId = table.Column<int>(type: "INTEGER", nullable: true),
                    RunId = table.Column<long>(type: "INTEGER", nullable: true),
                    PacketId = table.Column<long>(type: "INTEGER", nullable: true),
                    Notable = table.Column<bool>(type: "INTEGER", nullable: false),
                    Who = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Activities", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Activities_At",
                table: "Activities",
                column: "At");

            migrationBuilder.CreateIndex(
                name: "IX_Activities_Bbs",
                table: "Activities",
                columns: new[] { "BbsId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Activities_Kind",
                table: "Activities",
                columns: new[] { "Kind", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Activities_League",
                table: "Activities",
                columns: new[] { "LeagueId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Activities_Run",
                table: "Activities",
                column: "RunId",
                unique: true,
                filter: "\"RunId\" IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Activities");
        }
    }
}
