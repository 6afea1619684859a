using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
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
/// no more of them than one after the other would. A board at an address where it has signed in before is at home: it is
/// counted by itself there, and neither a stranger's failures for its id nor other boards' at its address lock it out.
/// </summary>
internal sealed class FailedAttempts(IOptions<FailedAttemptOptions> options, TimeProvider clock)
{
    /// <summary>So many addresses of a board are remembered, the latest.</summary>
    public const int FamiliarAddresses = 16;

    private const int LongestClientId = 100;

    private readonly FailedAttemptOptions _options = options.Value;
    private readonly Lock _gate = new();
    private readonly long _began = clock.GetTimestamp();
    private readonly FailureLog<IPAddress> _addresses = new(options.Value.PerAddress, options.Value.Window, options.Value.MostTracked);
    // Apart from each other, so that a flood of invented ids can't push out what is known of a real one
    private readonly FailureLog<string> _boards = new(options.Value.PerClient, options.Value.Window, int.MaxValue);
    private readonly FailureLog<string> _inventedIds = new(options.Value.PerClient, options.Value.Window, options.Value.MostTracked);
    // At home a secret that was wrong before is told from a new guess, so that a program with an old one stops itself and nobody else
    private readonly FailureLog<(string ClientId, IPAddress Address)> _repeats = new(options.Value.PerAddress, options.Value.Window, options.Value.MostTracked);
    private readonly FailureLog<(string ClientId, IPAddress Address)> _guesses = new(options.Value.PerAddress, options.Value.Window, options.Value.MostTracked);
    // Only boards that signed in have an entry, so there are no more than boards
    private readonly Dictionary<string, LinkedList<Home>> _homes = new(StringComparer.Ordinal);
    private readonly byte[] _proofKey = RandomNumberGenerator.GetBytes(32);
    private TaskCompletionSource? _ended;

    /// <summary>Asks to try. Waits for tries under way when their outcome decides.</summary>
    /// <param name="address">The client's address.</param>
    /// <param name="clientId">The id it names.</param>
    /// <param name="secret">The secret it shows.</param>
    /// <param name="exists">Whether a board has that id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Attempt> EnterAsync(IPAddress? address, string clientId, string secret, bool exists, CancellationToken cancellationToken)
    {
        clientId = clientId.Length > LongestClientId ? "" : clientId;
        var who = new Caller(Key(address), clientId, HMACSHA256.HashData(_proofKey, Encoding.UTF8.GetBytes(secret)), exists);
        while (true)
        {
            Task ended;
            lock (_gate)
            {
                if (TryDecide(who) is { } decided)
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

    private Attempt? TryDecide(Caller who)
    {
        var now = clock.GetElapsedTime(_began);
        var home = _homes.GetValueOrDefault(who.ClientId)?.FirstOrDefault(h => h.Address.Equals(who.Address));
        return home is null ? DecideOnStranger(who, now) : DecideAtHome(who, home, now);
    }

    private Attempt? DecideAtHome(Caller who, Home home, TimeSpan now)
    {
        var key = (who.ClientId, who.Address);
        // The secret that signed in here last is no guess: whoever tries wrong ones behind the same address does not stop it
        var known = home.Knows(who.Proof);
        var places = home.WasWrong(who.Proof, now - _options.Window) ? _repeats : _guesses;
        if (!known)
        {
            if (places.RetryAfter(key, now) is { } wait)
            {
                return new Attempt(null, wait);
            }

            if (!places.HasPlace(key, now))
            {
                return null;
            }
        }

        places.Begin(key);
        _boards.Begin(who.ClientId);
        return new Attempt(
            succeeded =>
            {
                if (succeeded == false)
                {
                    NoteWrong(who, home, key, places);
                }

                End(places, key, who, _boards, succeeded);
            },
            null);
    }

    // The first time it is a guess and the first of its repeats
    private void NoteWrong(Caller who, Home home, (string ClientId, IPAddress Address) key, FailureLog<(string ClientId, IPAddress Address)> places)
    {
        lock (_gate)
        {
            var now = clock.GetElapsedTime(_began);
            home.Wrong(who.Proof, now, _options.PerAddress);
            if (places == _guesses)
            {
                _repeats.Begin(key);
                _repeats.End(key, now, failed: true);
            }
        }
    }

    private Attempt? DecideOnStranger(Caller who, TimeSpan now)
    {
        var ids = who.Exists ? _boards : _inventedIds;
        var wait = _addresses.RetryAfter(who.Address, now);
        if (ids.RetryAfter(who.ClientId, now) is { } longer && longer > (wait ?? TimeSpan.Zero))
        {
            wait = longer;
        }

        if (wait is { } refused)
        {
            return new Attempt(null, refused);
        }

        if (!_addresses.HasPlace(who.Address, now) || !ids.HasPlace(who.ClientId, now))
        {
            return null;
        }

        _addresses.Begin(who.Address);
        ids.Begin(who.ClientId);
        return new Attempt(succeeded => End(_addresses, who.Address, who, ids, succeeded), null);
    }

    private void End<TKey>(FailureLog<TKey> places, TKey place, Caller who, FailureLog<string> ids, bool? succeeded)
        where TKey : notnull
    {
        TaskCompletionSource? ended;
        lock (_gate)
        {
            var now = clock.GetElapsedTime(_began);
            places.End(place, now, failed: succeeded == false);
            ids.End(who.ClientId, now, failed: succeeded == false);
            if (succeeded == true)
            {
                places.Forgive(place);
                _addresses.Forgive(who.Address);
                Remember(who.ClientId, who.Address).Right(who.Proof);
            }

            (ended, _ended) = (_ended, null);
        }

        ended?.TrySetResult();
    }

    private Home Remember(string clientId, IPAddress address)
    {
        if (!_homes.TryGetValue(clientId, out var known))
        {
            _homes[clientId] = known = new LinkedList<Home>();
        }

        var home = known.FirstOrDefault(h => h.Address.Equals(address)) ?? new Home(address);
        known.Remove(home);
        known.AddFirst(home);
        if (known.Count > FamiliarAddresses)
        {
            known.RemoveLast();
        }

        return home;
    }

    private sealed record Caller(IPAddress Address, string ClientId, byte[] Proof, bool Exists);

    // Secrets are known by marks under a key of this process alone
    private sealed class Home(IPAddress address)
    {
        private readonly Queue<(byte[] Proof, TimeSpan At)> _wrong = [];
        private byte[]? _right;

        public IPAddress Address { get; } = address;

        public bool Knows(byte[] proof) => _right is { } right && CryptographicOperations.FixedTimeEquals(right, proof);

        public bool WasWrong(byte[] proof, TimeSpan since) => _wrong.Any(w => w.At > since && CryptographicOperations.FixedTimeEquals(w.Proof, proof));

        public void Right(byte[] proof) => _right = proof;

        public void Wrong(byte[] proof, TimeSpan at, int most)
        {
            if (Knows(proof))
            {
                // Rotated since
                _right = null;
            }

            _wrong.Enqueue((proof, at));
            while (_wrong.Count > 2 * most)
            {
                _wrong.Dequeue();
            }
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
