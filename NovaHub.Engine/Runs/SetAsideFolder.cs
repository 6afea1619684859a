using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>Packets that are not whole, kept in the data folder for people: <c>set-aside/900B/900B0102.001.run7</c>.</summary>
internal sealed class SetAsideFolder(StorageOptions storage)
{
    private const string Name = "set-aside";

    /// <summary>The league's folder. It need not exist.</summary>
    public string Of(LeagueId league) => Path.Combine(storage.Root, Name, league.ToString());

    /// <summary>Keeps a copy, durably and under a name of its own. Keeping the same bytes again is no second copy.</summary>
    /// <returns>Where, as seen from the data folder, and how many bytes it has.</returns>
    public (string Place, long Length) Keep(LeagueId league, TakenFile file, long? runId)
    {
        var folder = Of(league);
        Directory.CreateDirectory(folder);
        var bytes = File.ReadAllBytes(file.Path);
        var plain = Path.Combine(folder, $"{file.Name}.{(runId is { } run ? $"run{run}" : "play")}");
        var path = plain;
        for (var another = 2; File.Exists(path) && !File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes); another++)
        {
            path = $"{plain}-{another}";
        }

        if (!File.Exists(path))
        {
            var scratch = path + ".new";
            DurableFile.Write(scratch, bytes);
            File.Move(scratch, path);
            DurableFile.SyncFileSystem(folder);
        }

        return (Path.GetRelativePath(storage.Root, path), bytes.Length);
    }
}
