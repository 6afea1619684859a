using System.Text.Json;

namespace NovaHub.Engine.Storage.Opening;

/// <summary>
/// What the hub notes beside the database about it (<c>novahub.db-mark</c>): which one was open here last, and how the file
/// looked when it was closed in order. Without it the database opens too; then less can be told.
/// </summary>
internal sealed record LedgerRecord
{
    /// <summary>Generation of the mark that is in the database or about to be.</summary>
    public int Generation { get; init; }

    /// <summary>The generation before while that one may still be in the database; otherwise the same.</summary>
    public int Before { get; init; }

    /// <summary>From when the file is made whole for its closing; until then it goes on in its WAL.</summary>
    public bool Closing { get; init; }

    /// <summary>Length of the file after it was closed in order; 0 while it is open.</summary>
    public long Length { get; init; }

    /// <summary>When the file was written last, in ticks UTC, after it was closed in order.</summary>
    public long WrittenAt { get; init; }

    /// <summary>The note's place.</summary>
    public static string PathOf(StorageOptions options) => options.DatabasePath + "-mark";

    /// <summary>The note, or null when there is none that can be read.</summary>
    public static LedgerRecord? Read(StorageOptions options)
    {
        try
        {
            return JsonSerializer.Deserialize<LedgerRecord>(File.ReadAllBytes(PathOf(options)));
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Puts it in its place, to stay.</summary>
    public void Write(StorageOptions options)
    {
        var path = PathOf(options);
        DurableFile.WritePrivate(path + ".new", JsonSerializer.SerializeToUtf8Bytes(this));
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>The same with the file as it is now, closed in order.</summary>
    public LedgerRecord WithFile(FileInfo file) => this with { Length = file.Length, WrittenAt = file.LastWriteTimeUtc.Ticks };

    /// <summary>Nobody has written the file since the hub closed it.</summary>
    public bool IsUntouched(FileInfo file) => Length > 0 && file.Exists && file.Length == Length && file.LastWriteTimeUtc.Ticks == WrittenAt;
}
