using System.Security.Cryptography;
using System.Text;
using NovaHub.Client.Configuration;

namespace NovaHub.Client.Sync;

/// <summary>
/// One program at a time on a configuration. The operating system holds the lock, so it ends with the process, however that ends.
/// </summary>
internal sealed class InstanceLock : IDisposable
{
    private readonly FileStream _file;

    private InstanceLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or null while another has it.</summary>
    public static InstanceLock? TryTake(ClientConfig config)
    {
        var path = PathOf(config);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new InstanceLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <summary>Whether somebody has it.</summary>
    public static bool IsTaken(ClientConfig config)
    {
        if (!File.Exists(PathOf(config)))
        {
            return false;
        }

        using var mine = TryTake(config);
        return mine is null;
    }

    public void Dispose() => _file.Dispose();

    // The file's real name, so that a link to it is the same configuration
    private static string PathOf(ClientConfig config)
    {
        var real = File.ResolveLinkTarget(config.Path, returnFinalTarget: true)?.FullName ?? config.Path;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(real)).AsSpan(0, 6));
        return config.Beside($".novahub-{hash}.lock");
    }
}
