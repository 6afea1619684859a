using System.Security.Cryptography;
using System.Text;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>
/// The file by which a game folder is known again: which hub used it last, and for which run. A run writes it before it puts
/// the first packet there. A copy that was restored, or another one at the same path, carries another run's mark or none, and
/// what is missing in its INBOUND shows nothing of what the game read.
/// </summary>
internal static class FolderIdentity
{
    /// <summary>8.3, and nothing that a game of these or its RESET looks for.</summary>
    public const string FileName = "NOVAHUB.ID";

    private const string Scratch = "NOVAHUB.NEW";
    private const string HubFile = "hub.id";
    private const int Longest = 4096;

    /// <summary>A new mark for a run.</summary>
    public static string NewMark() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>The mark of the hub whose data folder this is. Made when it is first asked for.</summary>
    public static string HubMark(StorageOptions storage)
    {
        var path = Path.Combine(storage.Root, HubFile);
        if (!File.Exists(path))
        {
            var scratch = $"{path}.{NewMark()}";
            DurableFile.Write(scratch, Encoding.ASCII.GetBytes(NewMark() + "\n"));
            try
            {
                File.Move(scratch, path);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another run, or another process, was first
                File.Delete(scratch);
            }
        }

        return File.ReadAllText(path).Trim();
    }

    /// <summary>Marks the folder for a run. When this returns the mark is on disk to stay.</summary>
    public static void Write(GameFolder folder, string hubMark, Run run)
    {
        var text = string.Join(
            "\r\n",
            "NovaHub runs the game in this folder. Leave this file here: by it the hub knows the folder again after an interruption.",
            $"hub={hubMark}", $"league={folder.League}", $"run={run.Id}", $"mark={run.FolderMark}", "");
        var file = GameFolder.Find(folder.Path, FileName) ?? Path.Combine(folder.Path, FileName);
        var scratch = Path.Combine(folder.Path, Scratch);
        DurableFile.Write(scratch, Encoding.ASCII.GetBytes(text));
        File.Move(scratch, file, overwrite: true);
        DurableFile.SyncFileSystem(folder.Path);
    }

    /// <summary>The marks that the folder carries, each null when there is none.</summary>
    public static (string? Hub, string? Run) Read(GameFolder folder)
    {
        if (GameFolder.Find(folder.Path, FileName) is not { } file || new FileInfo(file).Length > Longest)
        {
            return (null, null);
        }

        var lines = File.ReadAllText(file, Encoding.Latin1).Split('\n', StringSplitOptions.TrimEntries);
        return (Value("hub="), Value("mark="));

        string? Value(string key) => lines.FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal))?[key.Length..];
    }

    /// <summary>Whether this is the folder in which the run worked, and not another copy.</summary>
    public static bool IsOf(GameFolder folder, Run run) => run.FolderMark is { } mark && Read(folder).Run == mark;
}
