using CliWrap;
using CliWrap.Buffered;

namespace NovaHub.Client.Tests;

/// <summary>A little file system of its own, to be filled up or to be read only.</summary>
public sealed class SmallDisk(string path) : IAsyncDisposable
{
    public static async Task<SmallDisk> MountAsync(string path, int kilobytes, bool readOnly = false)
    {
        var result = await Cli.Wrap("mount").WithArguments(["-t", "tmpfs", "-o", $"size={kilobytes}k{(readOnly ? ",ro" : "")}", "tmpfs", path])
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        Assert.True(result.ExitCode == 0, $"A small file system is needed, and mounting one needs root (or a user namespace: unshare -rm ./test). {result.StandardError}");
        return new SmallDisk(path);
    }

    public async ValueTask DisposeAsync() =>
        await Cli.Wrap("umount").WithArguments(["-l", path]).WithValidation(CommandResultValidation.None).ExecuteAsync();
}
