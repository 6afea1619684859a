using System.Diagnostics;
using NovaHub.Engine.Dos;

namespace NovaHub.Engine.Tests.Dos;

public class ProcessTreeTests
{
    private const int NotPermitted = 1;

    [Fact]
    public async Task A_process_that_refuses_to_be_killed_is_explained()
    {
        var job = Guid.NewGuid().ToString("N");
        using var child = Sleep(job);
        var tree = new ProcessTree(job, (_, _) => NotPermitted);

        await tree.SweepAsync([], TimeProvider.System);

        Assert.Contains($"Process {child.Id} (sleep) cannot be stopped", tree.Refused, StringComparison.Ordinal);
        Assert.Contains("setuid", tree.Refused, StringComparison.Ordinal);
        child.Kill();
    }

    [Fact]
    public async Task Only_the_processes_of_the_job_are_killed()
    {
        var job = Guid.NewGuid().ToString("N");
        using var ours = Sleep(job);
        using var other = Sleep(job + "0");
        var tree = new ProcessTree(job);

        Assert.Equal([ours.Id], tree.OfJob().Select(entry => entry.Id));
        Assert.Equal(1, await tree.SweepAsync([], TimeProvider.System));

        Assert.Empty(tree.OfJob());
        Assert.True(ProcessTree.IsAlive(other.Id));
        Assert.Null(tree.Refused);
        other.Kill();
    }

    [Fact]
    public void Children_and_their_children_are_found_below_a_process()
    {
        using var child = Sleep("none");

        Assert.Contains(ProcessTree.Below(Environment.ProcessId), entry => entry.Id == child.Id && entry.Name == "sleep");
        child.Kill();
    }

    [Fact]
    public async Task A_session_whose_hub_was_killed_is_ended_and_no_other()
    {
        using var hub = Sleep("hub");
        using var watched = Sleep("watched", ProcessTree.MarkOf(ProcessTree.Below(Environment.ProcessId).Single(entry => entry.Id == hub.Id)));
        using var elsewhere = Sleep("elsewhere", "pid:[1]/1-1");
        using var mine = Sleep("mine", ProcessTree.OwnMark);

        await ProcessTree.EndLeftoversAsync(TimeProvider.System);
        Assert.True(ProcessTree.IsAlive(watched.Id));
        hub.Kill();
        await hub.WaitForExitAsync();
        await ProcessTree.EndLeftoversAsync(TimeProvider.System);

        Assert.False(ProcessTree.IsAlive(watched.Id));
        Assert.True(ProcessTree.IsAlive(mine.Id));
        Assert.True(ProcessTree.IsAlive(elsewhere.Id));
        mine.Kill();
        elsewhere.Kill();
    }

    private static Process Sleep(string job, string? owner = null)
    {
        var start = new ProcessStartInfo("/bin/sleep", "60") { UseShellExecute = false };
        start.Environment[ProcessTree.Variable] = job;
        if (owner is not null)
        {
            start.Environment[ProcessTree.OwnerVariable] = owner;
        }

        var process = Process.Start(start)!;
        // The name is the parent's until the program is loaded
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{process.Id}/comm").StartsWith("sleep", StringComparison.Ordinal), 5000));
        return process;
    }
}
