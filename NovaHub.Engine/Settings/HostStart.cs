using Microsoft.Extensions.Hosting;

namespace NovaHub.Engine.Settings;

/// <summary>The start of the whole program.</summary>
internal static class HostStart
{
    /// <summary>Completes when every part has started: nothing that the hub does by itself begins beside a start that fails.</summary>
    public static async Task StartedAsync(this IHostApplicationLifetime life, CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = life.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(cancellationToken);
    }
}
