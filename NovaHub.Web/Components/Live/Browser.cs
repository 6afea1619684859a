using Microsoft.JSInterop;

namespace NovaHub.Web.Components.Live;

/// <summary>Talking to a browser that may be gone.</summary>
internal static class Browser
{
    /// <summary>Does the work.</summary>
    /// <returns>False when the browser was gone, and everything on its side with it.</returns>
    public static async Task<bool> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception gone) when (gone is JSDisconnectedException or ObjectDisposedException or TaskCanceledException)
        {
            return false;
        }
    }
}
