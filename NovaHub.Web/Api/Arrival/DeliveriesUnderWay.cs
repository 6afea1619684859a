using NovaHub.Engine.Games;

namespace NovaHub.Web.Api.Arrival;

/// <summary>
/// Downloads of unread mail whose outcome isn't known yet. Whoever asks for the same name meanwhile waits for it, so that
/// of several packets with one name each download gets the next one. A hub that ends waits for the last outcomes, so that
/// what arrived is written down.
/// </summary>
internal sealed class DeliveriesUnderWay(TimeProvider clock) : IHostedService
{
    /// <summary>How long a second download of a name waits for the first. Old clients give up after 120 s.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_listPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_endPatience = TimeSpan.FromSeconds(2);

    private readonly HashSet<Delivery> _all = [];
    private readonly Dictionary<PacketName, Delivery> _turns = [];
    private readonly Lock _gate = new();

    /// <summary>Whether every outcome is known.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _all.Count == 0;
            }
        }
    }

    /// <summary>Takes the name's turn, or waits for it. After <see cref="Patience"/> the turn is shared.</summary>
    public async Task<Delivery> BeginAsync(PacketName name, CancellationToken cancellationToken)
    {
        var until = clock.GetTimestamp() + (long)(Patience.TotalSeconds * clock.TimestampFrequency);
        while (true)
        {
            Delivery other;
            lock (_gate)
            {
                if (!_turns.TryGetValue(name, out other!))
                {
                    return _turns[name] = Add(name);
                }
            }

            var left = clock.GetElapsedTime(clock.GetTimestamp(), until);
            if (left <= TimeSpan.Zero || !await EndAsync([other], left, cancellationToken))
            {
                lock (_gate)
                {
                    return Add(name);
                }
            }
        }
    }

    /// <summary>Waits, shortly, for downloads of this mailbox of which only the last bytes are outstanding.</summary>
    public async ValueTask SettleAsync(LeagueId league, int bbsIndex, CancellationToken cancellationToken)
    {
        if (Where(d => d.IsFinishing && d.Name.League == league && d.Name.Dest == bbsIndex) is { Count: > 0 } finishing)
        {
            await EndAsync(finishing, s_listPatience, cancellationToken);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Comes after the server's own end: no new ones begin.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await EndAsync(Where(_ => true), s_endPatience, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The host waits no longer; what is still open is offered again
            return;
        }
    }

    private Delivery Add(PacketName name)
    {
        var delivery = new Delivery(this, name);
        _all.Add(delivery);
        return delivery;
    }

    private List<Delivery> Where(Func<Delivery, bool> fits)
    {
        lock (_gate)
        {
            return _all.Count == 0 ? [] : [.. _all.Where(fits)];
        }
    }

    private async Task<bool> EndAsync(IEnumerable<Delivery> deliveries, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(deliveries.Select(d => d.Ended)).WaitAsync(patience, clock, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void End(Delivery delivery)
    {
        lock (_gate)
        {
            _all.Remove(delivery);
            if (_turns.GetValueOrDefault(delivery.Name) == delivery)
            {
                _turns.Remove(delivery.Name);
            }
        }
    }

    /// <summary>One download. Disposing it lets the next one have its turn.</summary>
    internal sealed class Delivery(DeliveriesUnderWay owner, PacketName name) : IDisposable
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _finishing;

        public PacketName Name { get; } = name;

        public Task Ended => _ended.Task;

        /// <summary>Whether the last bytes are being handed over.</summary>
        public bool IsFinishing => _finishing;

        public void Finish() => _finishing = true;

        public void Dispose()
        {
            owner.End(this);
            _ended.TrySetResult();
        }
    }
}
