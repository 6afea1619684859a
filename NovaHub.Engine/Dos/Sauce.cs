using System.Buffers.Binary;

namespace NovaHub.Engine.Dos;

/// <summary>
/// The record that drawing programs put behind a file (SAUCE, 128 bytes, with a comment before it or none). It is never a
/// part of the text, with the DOS end of file before it or without.
/// </summary>
/// <param name="Start">Where in the file the record or its comment begins; the file's length when there is none.</param>
/// <param name="Columns">How wide the drawing is; null when the record does not say.</param>
/// <param name="BlinkIsBright">Blinking means a bright background.</param>
internal readonly record struct Sauce(int Start, int? Columns, bool BlinkIsBright)
{
    private const int Length = 128;
    private const int DataType = 94;
    private const int FileType = 95;
    private const int Width = 96;
    private const int CommentLines = 104;
    private const int Flags = 105;
    private const int CommentLine = 64;

    // A drawing for half a screen up to the widest that editors make
    private const int LeastColumns = 40;
    private const int MostColumns = 255;

    public static Sauce Of(ReadOnlySpan<byte> file)
    {
        // A transfer by XMODEM fills its last block with the DOS end of file
        var record = file.TrimEnd((byte)0x1A);
        if (record.Length < Length || !(record = record[^Length..]).StartsWith("SAUCE00"u8))
        {
            return new Sauce(file.Length, null, BlinkIsBright: false);
        }

        var start = file.TrimEnd((byte)0x1A).Length - Length;
        var comment = "COMNT".Length + (record[CommentLines] * CommentLine);
        if (record[CommentLines] > 0 && start >= comment && file[(start - comment)..].StartsWith("COMNT"u8))
        {
            start -= comment;
        }

        // Only of characters, plain or with ANSI colours, is the first number a width; a program that says no type means the same
        var ofCharacters = record[DataType] is 0 or 1 && record[FileType] is 0 or 1 or 2;
        int columns = BinaryPrimitives.ReadUInt16LittleEndian(record[Width..]);
        return new Sauce(
            start,
            ofCharacters && columns is >= LeastColumns and <= MostColumns ? columns : null,
            (record[Flags] & 1) == 1);
    }
}
