using NovaHub.Engine.Dos;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Runs;

/// <summary>Processes of a run's emulator session.</summary>
internal static class Emulators
{
    public static IReadOnlyList<ProcessEntry> Of(TestHub hub, long runId, string step) =>
        new ProcessTree(RunExecution.SessionId(hub.Get<StorageOptions>(), runId, step)).OfJob();
}
