using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NovaHub.Engine.Storage;

/// <summary>Files that are to be there after a power cut.</summary>
public static partial class DurableFile
{
    /// <summary>Writes a whole file and waits for the disk.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        using var handle = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.None, bytes.Length);
        RandomAccess.Write(handle, bytes, 0);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Writes a whole file that only its owner can read (mode 600), and waits for the disk.</summary>
    public static void WritePrivate(string path, ReadOnlySpan<byte> bytes)
    {
        var how = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, PreallocationSize = bytes.Length };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, how);
        file.Write(bytes);
        file.Flush(flushToDisk: true);
    }

    /// <summary>
    /// Waits until everything written to the file system of <paramref name="folder"/> is on disk, names included:
    /// one wait for a hundred files. Where the system has no such call the folder's files are flushed one by one.
    /// </summary>
    public static void SyncFileSystem(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            foreach (var file in Directory.EnumerateFiles(folder))
            {
                using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
                RandomAccess.FlushToDisk(handle);
            }

            return;
        }

        // Opened by opendir, which knows the flags of this machine's system: their numbers differ from processor to processor
        using var directory = OpenDirectory(folder);
        if (directory.IsInvalid || SyncFs(DescriptorOf(directory)) != 0)
        {
            throw new IOException($"The folder {folder} could not be brought to disk: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "opendir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial DirectoryStream OpenDirectory(string path);

    [LibraryImport("libc", EntryPoint = "dirfd")]
    private static partial int DescriptorOf(DirectoryStream directory);

    [LibraryImport("libc", EntryPoint = "closedir")]
    private static partial int CloseDirectory(nint directory);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(int directory);

    /// <summary>An open directory of the C library.</summary>
    private sealed class DirectoryStream() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle() => CloseDirectory(handle) == 0;
    }
}
