namespace NovaHub.Web.Components.Live;

/// <summary>One clock tick a second for everything on one console that shows a relative time. Stands still while nobody listens.</summary>
public sealed class Ticker(TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Action? _listeners;
    private ITimer? _timer;

    /// <summary>Now, UTC.</summary>
    public DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>Runs every second on a thread of its own. Handlers are short and don't throw.</summary>
    public event Action Ticked
    {
        add
        {
            lock (_gate)
            {
                _listeners += value;
                _timer ??= clock.CreateTimer(_ => _listeners?.Invoke(), null, Interval, Interval);
            }
        }

        remove
        {
            lock (_gate)
            {
                _listeners -= value;
                if (_listeners is null)
                {
                    _timer?.Dispose();
                    _timer = null;
                }
            }
        }
    }

    public void Dispose() => _timer?.Dispose();
}
