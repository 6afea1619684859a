using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace NovaHub.Web.Security;

/// <summary>Files that hold keys: mode 600 in folders of mode 700.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes the folder and what is missing above it, for their owner only.</summary>
    public static DirectoryInfo Folder(string path)
    {
        if (OperatingSystem.IsWindows() || Directory.Exists(path))
        {
            return Directory.CreateDirectory(path);
        }

        // The system would give the mode to the last folder only
        if (Path.GetDirectoryName(path) is { } above)
        {
            Folder(above);
        }

        return Directory.CreateDirectory(path, FileMode600 | UnixFileMode.UserExecute);
    }

    /// <summary>
    /// Makes the file with this text unless it is there already. Two processes may try at once: one file comes of it,
    /// never half of one.
    /// </summary>
    public static void CreateOnce(string path, Func<string> text)
    {
        if (File.Exists(path))
        {
            return;
        }

        var unfinished = $"{path}.{Guid.NewGuid():N}.part";
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = FileMode600;
        }

        using (var file = new FileStream(unfinished, how))
        using (var writer = new StreamWriter(file))
        {
            writer.Write(text());
            writer.Flush();
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(unfinished, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // The other process was first: its file is the one
            File.Delete(unfinished);
        }
    }

    /// <summary>Takes the rights of everybody else away.</summary>
    public static void Close(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, FileMode600);
        }
    }
}

/// <summary>Cookies' protection keys as files for their owner only.</summary>
internal sealed class PrivateXmlFiles(DirectoryInfo folder, ILoggerFactory logs) : FileSystemXmlRepository(folder, logs)
{
    public override void StoreElement(XElement element, string friendlyName)
    {
        base.StoreElement(element, friendlyName);
        foreach (var file in Directory.EnumerateFiles("*.xml"))
        {
            PrivateFiles.Close(file.FullName);
        }
    }
}
