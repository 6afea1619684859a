namespace NovaHub.Client.Screen;

/// <summary>How much a message matters.</summary>
internal enum Level
{
    Detail,
    Info,
    Warning,
    Error,
}

/// <summary>What a person sees of a sync: messages, and how far each league is. Plain lines or a terminal's bars.</summary>
internal interface IVoice
{
    /// <summary>Says a sentence.</summary>
    void Say(Level level, string message);

    /// <summary>Does the work while progress is on show.</summary>
    Task WatchAsync(Func<Task> work);

    /// <summary>A league's uploads or downloads begin.</summary>
    IProgressLine Begin(string title, int files);

    /// <summary>The result of a sync.</summary>
    void Summary(Sync.SyncReport report);
}

/// <summary>One league's line while it moves.</summary>
internal interface IProgressLine
{
    /// <summary>A file is on its way.</summary>
    void File(string name);

    /// <summary>One more file is through.</summary>
    void Done();

    /// <summary>Nothing more comes.</summary>
    void End();
}

/// <summary>Takes secrets out of what is shown, wherever they come from: a hub may quote what it was sent.</summary>
internal sealed class Redactor
{
    private readonly HashSet<string> _secrets = new(StringComparer.Ordinal);

    public void Add(string secret)
    {
        if (secret.Length >= 4)
        {
            lock (_secrets)
            {
                _secrets.Add(secret);
                _secrets.Add(Uri.EscapeDataString(secret));
            }
        }
    }

    public string Clean(string text)
    {
        lock (_secrets)
        {
            return _secrets.Aggregate(text, (t, secret) => t.Replace(secret, "***", StringComparison.Ordinal));
        }
    }
}
