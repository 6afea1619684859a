namespace NovaHub.Web.Components.Live;

/// <summary>What a viewer's cookies say. Read while the page is static, so that nothing flashes.</summary>
/// <param name="Theme"><c>dark</c>, <c>light</c> or <c>system</c>.</param>
/// <param name="IsDark">Whether that comes out dark now.</param>
/// <param name="Zone">IANA name of the viewer's time zone, or null while it isn't known.</param>
/// <param name="Columns">Columns that the viewer leaves out of lists, or null.</param>
/// <param name="Guide">What they said about the first-run guide.</param>
public sealed record ViewerSettings(string Theme, bool IsDark, string? Zone, string? Columns = null, GuideChoice Guide = GuideChoice.Show)
{
    /// <summary>Cookie of the first-run guide: <c>away</c> or <c>relay</c>.</summary>
    public const string GuideCookie = "novahub.guide";

    /// <summary>Cookie of the theme: <c>dark</c>, <c>light</c>, <c>system-dark</c> or <c>system-light</c>.</summary>
    public const string ThemeCookie = "novahub.theme";

    /// <summary>Cookie of the time zone.</summary>
    public const string ZoneCookie = "novahub.zone";

    /// <summary>Cookie of the columns that are left out: <c>runs:took.written_packets:size</c>.</summary>
    public const string ColumnsCookie = "novahub.columns";

    /// <summary>A viewer of whom nothing is known.</summary>
    public static ViewerSettings Default { get; } = new("dark", true, null);

    /// <summary>Reads the cookies; nonsense counts as nothing.</summary>
    public static ViewerSettings From(IRequestCookieCollection cookies)
    {
        var (theme, dark) = cookies[ThemeCookie] switch
        {
            "light" => ("light", false),
            "system-dark" => ("system", true),
            "system-light" => ("system", false),
            _ => ("dark", true),
        };
        return new ViewerSettings(theme, dark, cookies[ZoneCookie], cookies[ColumnsCookie], cookies[GuideCookie] switch
        {
            "away" => GuideChoice.Away,
            "relay" => GuideChoice.Relay,
            _ => GuideChoice.Show,
        });
    }

    /// <summary>The guide's cookie for a choice.</summary>
    public static string Of(GuideChoice choice) => choice.ToString().ToLowerInvariant();
}

/// <summary>What somebody said about the first-run guide.</summary>
public enum GuideChoice
{
    /// <summary>Nothing: it shows until all is done.</summary>
    Show,

    /// <summary>This hub runs no game; the rest of it shows.</summary>
    Relay,

    /// <summary>It is put away.</summary>
    Away,
}

/// <summary>The person in front of one open console: theme, time zone and the columns left out of lists.</summary>
public sealed class Viewer
{
    private const int LongestColumns = 1500;

    private readonly SortedDictionary<string, SortedSet<string>> _hidden = new(StringComparer.Ordinal);

    /// <summary>Runs after the theme changed.</summary>
    public event Action? Changed;

    /// <summary><c>dark</c>, <c>light</c> or <c>system</c>.</summary>
    public string Theme { get; private set; } = "dark";

    /// <summary>Whether the theme comes out dark.</summary>
    public bool IsDark { get; private set; } = true;

    /// <summary>The viewer's time zone; UTC while it isn't known.</summary>
    public TimeZoneInfo Zone { get; private set; } = TimeZoneInfo.Utc;

    /// <summary>What the viewer said about the first-run guide.</summary>
    public GuideChoice Guide { get; private set; }

    /// <summary>Takes what the cookies say.</summary>
    public void Apply(ViewerSettings settings)
    {
        (Theme, IsDark) = (settings.Theme, settings.IsDark);
        Zone = settings.Zone is { Length: > 0 and < 64 } zone && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? found : TimeZoneInfo.Utc;
        Guide = settings.Guide;
        _hidden.Clear();
        foreach (var list in (settings.Columns is { Length: <= LongestColumns } columns ? columns : "").Split('_').Select(l => l.Split(':')).Where(l => l.Length == 2))
        {
            _hidden[list[0]] = new SortedSet<string>(list[1].Split('.', StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);
        }
    }

    /// <summary>The columns that are left out of a list.</summary>
    public IReadOnlySet<string> HiddenColumns(string list) => _hidden.GetValueOrDefault(list) ?? [];

    /// <summary>Shows or hides a column of a list.</summary>
    /// <returns>What the cookie is to say.</returns>
    public string ShowColumn(string list, string column, bool shown)
    {
        if (!_hidden.TryGetValue(list, out var hidden))
        {
            _hidden[list] = hidden = new SortedSet<string>(StringComparer.Ordinal);
        }

        _ = shown ? hidden.Remove(column) : hidden.Add(column);
        return string.Join('_', _hidden.Where(l => l.Value.Count > 0).Select(l => $"{l.Key}:{string.Join('.', l.Value)}"));
    }

    /// <summary>Remembers what is said about the first-run guide, in this console.</summary>
    public void Choose(GuideChoice guide) => Guide = guide;

    /// <summary>Changes the theme of this console.</summary>
    public void Show(string theme, bool dark)
    {
        (Theme, IsDark) = (theme, dark);
        Changed?.Invoke();
    }
}
