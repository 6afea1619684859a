namespace NovaHub.Engine.Dos;

/// <summary>The DOS programs of ours that run inside the emulator; build-dos assembles them from Guest/*.asm.</summary>
internal static class GuestPrograms
{
    /// <summary>Sends the screen over the first serial port; stays resident.</summary>
    public const string Screen = "SCREEN.COM";

    /// <summary>Waits a few timer ticks, so that the last frame gets out.</summary>
    public const string Wait = "WAIT.COM";

    public static async Task CopyAsync(string program, string folder, CancellationToken cancel)
    {
        await using var from = typeof(GuestPrograms).Assembly.GetManifestResourceStream(program)
            ?? throw new InvalidOperationException($"{program} is not part of this build.");
        await using var to = File.Create(Path.Combine(folder, program));
        await from.CopyToAsync(to, cancel);
    }
}
