using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace NovaHub.Engine.Storage.Migrations
{
    /// <inheritdoc />
    public partial class DeliveryNumbers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "Delivery",
                table: "Packets",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<string>(
                name: "DeliveryProof",
                table: "Packets",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Activities_Packet",
                table: "Activities",
                columns: new[] { "PacketId", "Id" },
                filter: "\"PacketId\" IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Activities_Packet",
                table: "Activities");

            migrationBuilder.DropColumn(
                name: "Delivery",
                table: "Packets");

            migrationBuilder.DropColumn(
                name: "DeliveryProof",
                table: "Packets");
        }
    }
}
