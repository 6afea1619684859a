using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NovaHub.Client.Sync;

/// <summary>Whether somebody else is at a file. Windows tells by refusing to open it; Linux has to be asked in three ways.</summary>
internal static partial class FileLocks
{
    private const int GetLock = 5;
    private const int SetSignal = 10;
    private const int SetLease = 1024;
    private const short ReadLock = 0;
    private const short NoLock = 2;
    private const int TryAgain = 11;
    private const int Urgent = 23;

    /// <summary>Opens a file for reading while nobody writes to it or has it locked; null when somebody does.</summary>
    /// <exception cref="FileNotFoundException">It is gone.</exception>
    /// <exception cref="UnauthorizedAccessException">We may not read it.</exception>
    public static FileStream? TryOpen(string path)
    {
        FileStream file;
        try
        {
            // On Linux this tries flock(2), on Windows it is the sharing mode
            file = new FileStream(path, FileMode.Open, FileAccess.Read, OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None, 1, FileOptions.Asynchronous);
        }
        catch (IOException busy) when (busy is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return null;
        }

        if (OperatingSystem.IsLinux() && (IsRangeLocked(file.SafeFileHandle) || IsOpenForWriting(file.SafeFileHandle)))
        {
            file.Dispose();
            return null;
        }

        return file;
    }

    // Locks of the kind that DOS emulators take for SHARE
    private static bool IsRangeLocked(SafeFileHandle file)
    {
        var wanted = new RangeLock { Type = ReadLock };
        return Control(file, GetLock, ref wanted) == 0 && wanted.Type != NoLock;
    }

    // A lease for reading is given only while nobody has the file open for writing
    private static bool IsOpenForWriting(SafeFileHandle file)
    {
        // Somebody who opens it in this very moment has us told by a signal; the usual one would end us, this one is ignored
        if (Control(file, SetSignal, Urgent) != 0)
        {
            return false;
        }

        if (Control(file, SetLease, ReadLock) != 0)
        {
            return Marshal.GetLastPInvokeError() == TryAgain;
        }

        _ = Control(file, SetLease, NoLock);
        return false;
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command, ref RangeLock argument);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command, nint argument);

    // struct flock of 64-bit Linux
    [StructLayout(LayoutKind.Sequential)]
    private struct RangeLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
