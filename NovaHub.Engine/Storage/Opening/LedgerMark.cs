using System.Buffers.Binary;
using System.Security.Cryptography;

namespace NovaHub.Engine.Storage.Opening;

/// <summary>
/// What ties the database file and its WAL to each other: two numbers in the header of the database (SQLite's
/// <c>user_version</c> and <c>application_id</c>, which it leaves to programs). SQLite itself would play any WAL into any database.
/// While a hub runs, the file alone says that it goes on in the WAL, and the WAL begins with a mark of the same generation
/// that takes this back; so both a copy by SQLite and a file that was closed in order are whole by themselves.
/// </summary>
/// <param name="Generation">Drawn by lot at each checkpoint; 0 in a database of an earlier release.</param>
/// <param name="GoesOn">What came later stands in the WAL.</param>
/// <param name="Before">The generation before.</param>
internal readonly record struct LedgerMark(int Generation, bool GoesOn, int Before)
{
    /// <summary>Bytes at the beginning of a database's first page that hold it.</summary>
    public const int HeaderSize = 100;

    private const int VersionAt = 60;
    private const int ApplicationAt = 68;

    /// <summary>What <c>user_version</c> holds.</summary>
    public int Version => (Generation << 1) | (GoesOn ? 1 : 0);

    /// <summary>The mark of the time after this one, while the file goes on in the WAL.</summary>
    public LedgerMark Next => new(RandomNumberGenerator.GetInt32(1, 1 << 30), GoesOn: true, Generation);

    /// <summary>The same time, whole.</summary>
    public LedgerMark Whole => this with { GoesOn = false };

    public static LedgerMark Of(int version, int application) => new(version >> 1, (version & 1) == 1, application);

    /// <summary>The mark in the first page of a database.</summary>
    public static LedgerMark Of(ReadOnlySpan<byte> firstPage) => Of(
        BinaryPrimitives.ReadInt32BigEndian(firstPage[VersionAt..]), BinaryPrimitives.ReadInt32BigEndian(firstPage[ApplicationAt..]));
}
