using Microsoft.Extensions.Options;

namespace NovaHub.Engine.Settings;

/// <summary>
/// Options as the configuration has them at this moment, so that a change needs no restart. A change that is wrong is not
/// taken: the last good ones stay.
/// </summary>
/// <typeparam name="T">The options of one section.</typeparam>
public sealed class CurrentOptions<T>(IOptionsMonitor<T> monitor)
    where T : class
{
    private volatile T? _lastGood;

    /// <summary>The options now. Read them anew for each piece of work, and once for each piece.</summary>
    /// <exception cref="OptionsValidationException">They were wrong from the beginning.</exception>
    public T Value
    {
        get
        {
            try
            {
                return _lastGood = monitor.CurrentValue;
            }
            catch (Exception wrong) when (_lastGood is not null && wrong is OptionsValidationException or InvalidOperationException)
            {
                return _lastGood!;
            }
        }
    }

    /// <summary>Runs <paramref name="changed"/> after the configuration changed.</summary>
    public IDisposable? OnChange(Action changed) => monitor.OnChange(_ => changed());
}
