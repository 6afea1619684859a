using System.Text.RegularExpressions;

namespace NovaHub.Engine.Dos;

/// <summary>Host folders as DOS sees them.</summary>
public static partial class DosFolder
{
    private static readonly string[] Devices =
        ["CON", "PRN", "AUX", "NUL", "CLOCK$", "COM1", "COM2", "COM3", "COM4", "LPT1", "LPT2", "LPT3"];

    /// <summary>True for a name of at most eight characters and an extension of at most three, of characters that DOS takes.</summary>
    public static bool IsShortName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var match = ShortName().Match(name);
        return match.Success && !Devices.Contains(match.Groups["base"].Value, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Why DOS programs could not work in a folder, as a sentence for the sysop; null when they can.</summary>
    /// <param name="driveC">Host folder that becomes C:.</param>
    /// <param name="folder">Host folder that should lie below it.</param>
    public static string? Fault(string driveC, string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(driveC);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var parts = PartsBelow(driveC, folder);
        if (parts is null)
        {
            return $"The folder {folder} must lie below {driveC}, which becomes drive C:.";
        }

        if (parts.FirstOrDefault(part => !IsShortName(part)) is { } part)
        {
            return $"The folder name '{part}' in {folder} is not 8.3 (at most eight characters, a dot and three more): the game could not open files in it. Rename it.";
        }

        return Directory.Exists(folder) ? null : $"The folder {folder} does not exist.";
    }

    /// <summary>The name of a host folder in DOS, for example <c>C:\B900N01</c>; without a final backslash except for the root.</summary>
    /// <exception cref="ArgumentException">The folder does not lie below the drive.</exception>
    public static string DosPath(string driveC, string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(driveC);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var parts = PartsBelow(driveC, folder)
            ?? throw new ArgumentException($"The folder {folder} does not lie below {driveC}.", nameof(folder));
        return @"C:\" + string.Join('\\', parts).ToUpperInvariant();
    }

    /// <summary>Full host name of a program, found without regard to case as DOS does; null when it is not there.</summary>
    public static string? FindProgram(string folder, string program)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(program);
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder)
                .Where(file => Path.GetFileName(file).Equals(program, StringComparison.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal)
                .FirstOrDefault()
            : null;
    }

    /// <summary>
    /// Names in a folder (files and folders, this level only) that differ in case alone, one group each. DOS sees one of
    /// them, and nothing tells which.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<string>> CaseTwins(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return
        [
            .. Directory.EnumerateFileSystemEntries(folder)
                .Select(entry => Path.GetFileName(entry)!)
                .GroupBy(name => name.ToUpperInvariant(), StringComparer.Ordinal)
                .Where(group => group.Count() > 1)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => (IReadOnlyList<string>)[.. group.Order(StringComparer.Ordinal)]),
        ];
    }

    private static string[]? PartsBelow(string driveC, string folder)
    {
        var relative = Path.GetRelativePath(driveC, folder);
        if (relative == ".")
        {
            return [];
        }

        var parts = relative.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        return Path.IsPathRooted(relative) || parts.Contains("..") ? null : parts;
    }

    [GeneratedRegex(@"^(?<base>[A-Za-z0-9!#$%&'()\-@^_`{}~]{1,8})(\.[A-Za-z0-9!#$%&'()\-@^_`{}~]{1,3})?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ShortName();
}
