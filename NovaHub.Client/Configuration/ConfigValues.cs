using System.Globalization;

namespace NovaHub.Client.Configuration;

/// <summary>Takes values out of the file's keys, each with its kind, its limits and its default. Notes every fault with its line.</summary>
internal sealed class ConfigValues(IReadOnlyList<ConfigKey> keys, string folder, List<ConfigFault> faults, bool isPsd1)
{
    private readonly Dictionary<string, ConfigKey> _keys = keys
        .Where(k => k.Value is not ConfigKey.Heading)
        .GroupBy(k => k.Name, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);

    /// <summary>What a key is called in the file at hand.</summary>
    public string NameOf(string name) => isPsd1 ? Psd1Keys.NameOf(name.Split('.')) : name;

    public int LineOf(string name) => _keys.GetValueOrDefault(name)?.Line ?? LineOfTable(name);

    public string? Text(string name, string? fallback = null)
    {
        if (!_keys.TryGetValue(name, out var key))
        {
            return fallback;
        }

        if (key.Value is string text)
        {
            return text;
        }

        Fault(key, "a text in quotation marks");
        return fallback;
    }

    /// <summary>A text that must be there.</summary>
    public string Required(string name, string what)
    {
        var text = Text(name);
        if (string.IsNullOrWhiteSpace(text) && _keys.GetValueOrDefault(name)?.Value is null or string)
        {
            faults.Add(new ConfigFault(LineOf(name), $"{NameOf(name)} is missing; it is {what}."));
        }

        return text ?? "";
    }

    public bool Flag(string name, bool fallback)
    {
        if (_keys.TryGetValue(name, out var key) && key.Value is not bool)
        {
            Fault(key, isPsd1 ? "$true or $false" : "true or false");
        }

        return key?.Value is bool flag ? flag : fallback;
    }

    public int Whole(string name, int? fallback, int least, int most)
    {
        if (!_keys.TryGetValue(name, out var key))
        {
            if (fallback is null)
            {
                faults.Add(new ConfigFault(LineOf(name), $"{NameOf(name)} is missing; it is a whole number from {least} to {most}."));
            }

            return fallback ?? least;
        }

        if (key.Value is long number && number >= least && number <= most)
        {
            return (int)number;
        }

        Fault(key, $"a whole number from {least} to {most}");
        return fallback ?? least;
    }

    public TimeSpan Seconds(string name, double fallback, double least, double most)
    {
        var value = fallback;
        if (_keys.TryGetValue(name, out var key))
        {
            value = key.Value switch { long l => l, double d => d, _ => double.NaN };
            if (!(value >= least && value <= most))
            {
                Fault(key, string.Create(CultureInfo.InvariantCulture, $"a number of seconds from {least} to {most}"));
                value = fallback;
            }
        }

        return TimeSpan.FromSeconds(value);
    }

    public T Choice<T>(string name, T fallback, params (string Word, T Value)[] choices)
    {
        if (!_keys.TryGetValue(name, out var key))
        {
            return fallback;
        }

        foreach (var (word, value) in choices)
        {
            if (word.Equals(key.Value as string, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        Fault(key, string.Join(" or ", choices.Select(c => $"\"{c.Word}\"")));
        return fallback;
    }

    /// <summary>A path, made absolute from the folder of the configuration.</summary>
    public string? Place(string name, string? fallback)
    {
        var text = Text(name, fallback);
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (text.Any(char.IsControl))
        {
            Fault(_keys[name], "a path");
            return null;
        }

        if (isPsd1 && !OperatingSystem.IsWindows())
        {
            text = text.Replace('\\', '/');
        }

        if (text.StartsWith("~/", StringComparison.Ordinal))
        {
            text = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), text[2..]);
        }

        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(text, folder));
    }

    public void Add(int line, string message) => faults.Add(new ConfigFault(line, message));

    private void Fault(ConfigKey key, string allowed) => faults.Add(new ConfigFault(key.Line, $"{NameOf(key.Name)} is {key.Shown}; allowed is {allowed}."));

    private int LineOfTable(string name)
    {
        var table = name[..Math.Max(0, name.LastIndexOf('.'))];
        return keys.FirstOrDefault(k => k.Value is ConfigKey.Heading && k.Name == table)?.Line ?? 0;
    }
}
