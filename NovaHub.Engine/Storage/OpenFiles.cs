using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NovaHub.Engine.Storage;

/// <summary>Whether a file is open in another program.</summary>
public enum FileUse
{
    /// <summary>Nobody has it open.</summary>
    Closed,

    /// <summary>Somebody has it open, this process included.</summary>
    Open,

    /// <summary>The system does not tell: its file system has no leases or lies on another machine, or the file is another user's.</summary>
    Unknown,
}

/// <summary>
/// Tells whether a file is open in another program. Linux tells by a lease on it, which a process gets on its own user's files
/// only while nobody else has them open; Windows by the sharing mode. Nothing is kept that a DOS emulator would wait for.
/// </summary>
public static partial class OpenFiles
{
    // The numbers below are the same on every processor that .NET runs on under Linux
    private const int SetSignal = 10;
    private const int SetLease = 1024;
    private const nint WriteLease = 1;
    private const nint NoLease = 2;
    private const nint IgnoredSignal = 23;
    private const int TryAgain = 11;

    /// <summary>Looks at a file.</summary>
    /// <exception cref="IOException">It is gone, or can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileUse Look(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return LookByShare(path);
        }

        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return !OperatingSystem.IsLinux() ? FileUse.Unknown : LookByLease(file) switch
            {
                // NFS and SMB say the same of a file for which the server has handed out nothing, whoever has it open
                FileUse.Open when new DriveInfo(path).DriveType == DriveType.Network => FileUse.Unknown,
                var use => use,
            };
        }
        catch (IOException locked) when (locked.HResult == TryAgain)
        {
            // Somebody keeps others out with flock
            return FileUse.Open;
        }
    }

    private static FileUse LookByLease(SafeFileHandle file)
    {
        // Who opens it in this very moment has us told by a signal; the usual one would end the process
        if (Control(file, SetSignal, IgnoredSignal) != 0)
        {
            return FileUse.Unknown;
        }

        if (Control(file, SetLease, WriteLease) != 0)
        {
            return Marshal.GetLastPInvokeError() == TryAgain ? FileUse.Open : FileUse.Unknown;
        }

        _ = Control(file, SetLease, NoLease);
        return FileUse.Closed;
    }

    private static FileUse LookByShare(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.None);
            return FileUse.Closed;
        }
        catch (IOException open) when (open is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return FileUse.Open;
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command, nint argument);
}
