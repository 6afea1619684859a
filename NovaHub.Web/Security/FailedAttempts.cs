using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace NovaHub.Web.Security;

/// <summary>When tries at getting a token are refused. Configuration section <c>FailedAttempts</c>.</summary>
internal sealed record FailedAttemptOptions
{
    public const string Section = "FailedAttempts";

    /// <summary>Failures from one address within <see cref="Window"/>.</summary>
    public int PerAddress { get; set; } = 20;

    /// <summary>Failures for one client id from all addresses together within <see cref="Window"/>.</summary>
    public int PerClient { get; set; } = 50;

    /// <summary>How long a failure counts.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many addresses, and how many unknown client ids, are remembered at most.</summary>
    public int MostTracked { get; set; } = 10_000;
}

/// <summary>
/// Counts failed tries per address and per client id. A try that is under way holds a place, so a burst of guesses gets
/// no more of them than one after the other would. A stranger's failures for an id never lock the board out at an
/// address it has signed in from.
/// </summary>
internal sealed class FailedAttempts(IOptions<FailedAttemptOptions> options, TimeProvider clock)
{
    private const int LongestClientId = 100;
    private const int FamiliarAddresses = 16;

    private readonly FailedAttemptOptions _options = options.Value;
    private readonly Lock _gate = new();
    private readonly FailureLog<IPAddress> _addresses = new(options.Value.PerAddress, options.Value.Window, options.Value.MostTracked);
    // Apart from each other, so that a flood of invented ids can't push out what is known of a real one
    private readonly FailureLog<string> _boards = new(options.Value.PerClient, options.Value.Window, int.MaxValue);
    private readonly FailureLog<string> _inventedIds = new(options.Value.PerClient, options.Value.Window, options.Value.MostTracked);
    private readonly Dictionary<string, LinkedList<IPAddress>> _familiar = new(StringComparer.Ordinal);
    private TaskCompletionSource? _ended;

    /// <summary>Asks to try. Waits for tries under way when their outcome decides.</summary>
    /// <param name="address">The client's address.</param>
    /// <param name="clientId">The id it names.</param>
    /// <param name="exists">Whether a board has that id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Attempt> EnterAsync(IPAddress? address, string clientId, bool exists, CancellationToken cancellationToken)
    {
        var key = Key(address);
        clientId = clientId.Length > LongestClientId ? "" : clientId;
        while (true)
        {
            Task ended;
            lock (_gate)
            {
                if (TryDecide(key, clientId, exists) is { } decided)
                {
                    return decided;
                }

                _ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                ended = _ended.Task;
            }

            await ended.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Remembers that a board is at home at this address.</summary>
    public void Welcome(string clientId, IPAddress? address)
    {
        lock (_gate)
        {
            Remember(clientId, Key(address));
        }
    }

    // One subscriber of an IPv6 provider has a /64 at least
    internal static IPAddress Key(IPAddress? address)
    {
        if (address is null || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address ?? IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private Attempt? TryDecide(IPAddress address, string clientId, bool exists)
    {
        var now = clock.GetUtcNow();
        var ids = exists ? _boards : _inventedIds;
        var atHome = _familiar.TryGetValue(clientId, out var known) && known.Contains(address);
        var wait = _addresses.RetryAfter(address, now);
        if (!atHome && ids.RetryAfter(clientId, now) is { } longer && longer > (wait ?? TimeSpan.Zero))
        {
            wait = longer;
        }

        if (wait is { } refused)
        {
            return new Attempt(null, refused);
        }

        if (!_addresses.HasPlace(address, now) || (!atHome && !ids.HasPlace(clientId, now)))
        {
            return null;
        }

        _addresses.Begin(address);
        ids.Begin(clientId);
        return new Attempt(succeeded => End(address, clientId, ids, succeeded), null);
    }

    private void End(IPAddress address, string clientId, FailureLog<string> ids, bool? succeeded)
    {
        TaskCompletionSource? ended;
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            _addresses.End(address, now, failed: succeeded == false);
            ids.End(clientId, now, failed: succeeded == false);
            if (succeeded == true)
            {
                _addresses.Forgive(address);
                Remember(clientId, address);
            }

            (ended, _ended) = (_ended, null);
        }

        ended?.TrySetResult();
    }

    private void Remember(string clientId, IPAddress address)
    {
        if (!_familiar.TryGetValue(clientId, out var known))
        {
            _familiar[clientId] = known = new LinkedList<IPAddress>();
        }

        known.Remove(address);
        known.AddFirst(address);
        if (known.Count > FamiliarAddresses)
        {
            known.RemoveLast();
        }
    }
}

/// <summary>One try at getting a token. Disposing it without an outcome counts as neither.</summary>
internal sealed class Attempt(Action<bool?>? end, TimeSpan? retryAfter) : IDisposable
{
    private Action<bool?>? _end = end;

    /// <summary>Set when the try is refused: when to come again.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    public void Succeeded() => End(true);

    public void Failed() => End(false);

    public void Dispose() => End(null);

    private void End(bool? succeeded) => Interlocked.Exchange(ref _end, null)?.Invoke(succeeded);
}
