using System.Diagnostics.CodeAnalysis;

namespace NovaHub.Engine.Schedules;

/// <summary>The time zones that this machine knows, by their IANA names: <c>Europe/Berlin</c>.</summary>
public static class TimeZones
{
    /// <summary>The name of the zone without any clock change.</summary>
    public const string Utc = "UTC";

    private const int LongestName = 60;

    /// <summary>Every zone to choose from, by name.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. TimeZoneInfo.GetSystemTimeZones().Where(z => z.HasIanaId).Select(z => Plain(z.Id)).Append(Utc).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The name of this machine's own zone; <c>UTC</c> where it has none with a name.</summary>
    public static string Here => TryFind(TimeZoneInfo.Local.Id, out var zone) ? Plain(zone.Id) : Utc;

    /// <summary>Finds a zone by its name, in any case.</summary>
    /// <param name="name">The name; null or an empty text is UTC.</param>
    /// <param name="zone">The zone.</param>
    public static bool TryFind(string? name, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        name = name?.Trim() ?? "";
        if (name.Length == 0 || IsUtc(name))
        {
            zone = TimeZoneInfo.Utc;
            return true;
        }

        zone = null;
        // A name becomes a path below the zone database: nothing but names goes there
        if (name.Length > LongestName || !char.IsAsciiLetter(name[0]) || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('/' or '_' or '-' or '+'))
            || name.StartsWith("posix/", StringComparison.OrdinalIgnoreCase) || name.StartsWith("right/", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        name = Names.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? name;
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone) && zone.HasIanaId;
    }

    /// <summary>Why a name is no zone here, and what to do.</summary>
    public static string Refusal(string name) => Names.Count <= 1
        ? "This machine has no time zone database, so only UTC is known. Install it (on Debian: apt install tzdata) and start the hub again."
        : $"“{name.Trim()}” is no time zone that this machine knows. One looks like Europe/Berlin or America/New_York; UTC is one too.";

    /// <summary>The name as it is kept: all names of UTC are one.</summary>
    internal static string Plain(string id) => IsUtc(id) ? Utc : id;

    private static bool IsUtc(string name) =>
        name.ToUpperInvariant() is "UTC" or "ETC/UTC" or "UCT" or "ETC/UCT" or "ZULU" or "ETC/ZULU" or "UNIVERSAL" or "ETC/UNIVERSAL";
}
