using CliWrap;
using CliWrap.Buffered;

namespace NovaHub.Engine.Tests;

/// <summary>A little file system of its own, to be filled up.</summary>
public sealed class SmallDisk(string path) : IAsyncDisposable
{
    public static async Task<SmallDisk> MountAsync(string path, int kilobytes)
    {
        var result = await Cli.Wrap("mount").WithArguments(["-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", path])
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        Assert.True(result.ExitCode == 0, $"A small file system is needed, and mounting one needs root (or a user namespace: unshare -rm ./test). {result.StandardError}");
        return new SmallDisk(path);
    }

    /// <summary>Takes all the room but so many bytes.</summary>
    public void Fill(long leave)
    {
        var free = new DriveInfo(path).AvailableFreeSpace - leave;
        using var file = new FileStream(Path.Combine(path, "filler"), FileMode.Append);
        for (var block = new byte[64 * 1024]; free > 0; free -= block.Length)
        {
            file.Write(block, 0, (int)Math.Min(free, block.Length));
            file.Flush();
        }
    }

    public async ValueTask DisposeAsync() =>
        await Cli.Wrap("umount").WithArguments(["-l", path]).WithValidation(CommandResultValidation.None).ExecuteAsync();
}
