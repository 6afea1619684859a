namespace NovaHub.Web.Security;

/// <summary>
/// The latest failures of many keys, in bounded memory. Times are a clock's that never goes back: a wrong one that is put
/// right frees nobody and locks nobody out. Not safe for several threads: its owner locks.
/// </summary>
/// <param name="most">So many failures within <paramref name="window"/> are too many.</param>
/// <param name="window">How long a failure counts.</param>
/// <param name="capacity">How many keys are kept; the ones quiet for longest go first.</param>
internal sealed class FailureLog<TKey>(int most, TimeSpan window, int capacity)
    where TKey : notnull
{
    private readonly Dictionary<TKey, Entry> _entries = [];

    /// <summary>How many keys are kept now.</summary>
    public int Count => _entries.Count;

    /// <summary>How long until the key may try again, or null when it may now.</summary>
    public TimeSpan? RetryAfter(TKey key, TimeSpan now) =>
        Live(key, now) is { } entry && entry.Failures.Count >= most ? entry.Failures.Peek() + window - now : null;

    /// <summary>Whether a further try could fail, together with those under way, without there being too many.</summary>
    public bool HasPlace(TKey key, TimeSpan now) =>
        Live(key, now) is not { } entry || entry.Failures.Count + entry.UnderWay < most;

    /// <summary>A try begins.</summary>
    public void Begin(TKey key)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            _entries[key] = entry = new Entry();
        }

        entry.UnderWay++;
    }

    /// <summary>A try ended.</summary>
    public void End(TKey key, TimeSpan now, bool failed)
    {
        var entry = _entries[key];
        entry.UnderWay--;
        if (failed)
        {
            entry.Failures.Enqueue(now);
            if (entry.Failures.Count > most)
            {
                entry.Failures.Dequeue();
            }

            MakeRoom(now);
        }
        else if (entry is { UnderWay: 0, Failures.Count: 0 })
        {
            _entries.Remove(key);
        }
    }

    /// <summary>Takes the key's failures back.</summary>
    public void Forgive(TKey key)
    {
        if (_entries.TryGetValue(key, out var entry))
        {
            entry.Failures.Clear();
            if (entry.UnderWay == 0)
            {
                _entries.Remove(key);
            }
        }
    }

    private Entry? Live(TKey key, TimeSpan now)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            return null;
        }

        while (entry.Failures.TryPeek(out var oldest) && oldest + window <= now)
        {
            entry.Failures.Dequeue();
        }

        return entry;
    }

    private void MakeRoom(TimeSpan now)
    {
        if (_entries.Count <= capacity)
        {
            return;
        }

        // A tenth more than need be, so that a flood sorts this table seldom
        var surplus = _entries.Count - (capacity * 9 / 10);
        var quiet = _entries.Where(e => e.Value.UnderWay == 0)
            .OrderBy(e => e.Value.Failures.Count == 0 ? now - window : e.Value.Failures.Last()).Take(surplus).Select(e => e.Key).ToList();
        foreach (var key in quiet)
        {
            _entries.Remove(key);
        }
    }

    private sealed class Entry
    {
        public Queue<TimeSpan> Failures { get; } = [];

        public int UnderWay { get; set; }
    }
}
