using System.Runtime.InteropServices;

namespace NovaHub.Client.Sync;

/// <summary>
/// Gives a file another name in one step, or not at all. <see cref="File.Move(string, string)"/> copies where the system can't
/// do that (another file system, one without hard links), and a game could then meet half a file.
/// </summary>
internal static partial class AtomicMove
{
    /// <summary>Renames a file or folder. False, with nothing changed, when that is not possible in one step. Whoever calls has made sure that the new name is free.</summary>
    public static bool TryRename(string from, string to) => OperatingSystem.IsWindows() ? MoveFile(from, to, 0) : Rename(from, to) == 0;

    /// <summary>Renames a file.</summary>
    /// <exception cref="IOException">It is not possible in one step.</exception>
    public static void Rename(string from, string to, string why)
    {
        if (!TryRename(from, to))
        {
            throw new IOException($"{from} could not be moved to {to} {why}: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);

    // Without flags it neither copies nor writes over
    [LibraryImport("kernel32", EntryPoint = "MoveFileExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool MoveFile(string from, string to, uint flags);
}
