using NovaHub.Engine.Games;

namespace NovaHub.Web.Api;

/// <summary>
/// Downloads of unread mail that are going on. Whoever asks for the same name meanwhile waits for the outcome, so that
/// of several packets with one name each download gets the next one.
/// </summary>
internal sealed class DeliveriesUnderWay(TimeProvider clock)
{
    /// <summary>How long a second download of a name waits for the first. Old clients give up after 120 s.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_listPatience = TimeSpan.FromSeconds(1);

    private readonly Dictionary<PacketName, Delivery> _current = [];
    private readonly Lock _gate = new();

    /// <summary>Takes the name's turn, or waits for it. After <see cref="Patience"/> the turn is shared.</summary>
    public async Task<Delivery> BeginAsync(PacketName name, CancellationToken cancellationToken)
    {
        var until = clock.GetTimestamp() + (long)(Patience.TotalSeconds * clock.TimestampFrequency);
        while (true)
        {
            Delivery other;
            lock (_gate)
            {
                if (!_current.TryGetValue(name, out other!))
                {
                    return _current[name] = new Delivery(this, name);
                }
            }

            var left = clock.GetElapsedTime(clock.GetTimestamp(), until);
            if (left <= TimeSpan.Zero || !await EndsAsync(other, left, cancellationToken))
            {
                return new Delivery(null, name);
            }
        }
    }

    /// <summary>Waits, shortly, for downloads of this mailbox of which only the last bytes are outstanding.</summary>
    public async ValueTask SettleAsync(LeagueId league, int bbsIndex, CancellationToken cancellationToken)
    {
        foreach (var delivery in Finishing(league, bbsIndex))
        {
            await EndsAsync(delivery, s_listPatience, cancellationToken);
        }
    }

    private List<Delivery> Finishing(LeagueId league, int bbsIndex)
    {
        lock (_gate)
        {
            return _current.Count == 0 ? [] : [.. _current.Values.Where(d => d.IsFinishing && d.Name.League == league && d.Name.Dest == bbsIndex)];
        }
    }

    private async Task<bool> EndsAsync(Delivery delivery, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await delivery.Ended.WaitAsync(patience, clock, cancellationToken);
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
            _current.Remove(delivery.Name);
        }
    }

    /// <summary>One download. Disposing it lets the next one have its turn.</summary>
    internal sealed class Delivery(DeliveriesUnderWay? owner, PacketName name) : IDisposable
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
            owner?.End(this);
            _ended.TrySetResult();
        }
    }
}
