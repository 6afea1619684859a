using System.Text;

namespace NovaHub.Client.Configuration;

/// <summary>A configuration's text, with its encoding made sure of.</summary>
internal static class ConfigFile
{
    // No configuration is larger; a path that leads elsewhere is not read into memory
    private const int Most = 1024 * 1024;

    /// <summary>Reads the text, or null with the reason among <paramref name="faults"/>.</summary>
    public static string? Read(string path, List<ConfigFault> faults)
    {
        byte[] bytes;
        try
        {
            if (new FileInfo(path).Length > Most)
            {
                faults.Add(new ConfigFault(0, "it is far too large to be a configuration."));
                return null;
            }

            bytes = File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var missing = failure is FileNotFoundException or DirectoryNotFoundException;
            faults.Add(new ConfigFault(0, missing
                ? "there is no such file. Make one with: novahub-client init"
                : $"it can't be read: {failure.Message}"));
            return null;
        }

        // Notepad's "Unicode" is UTF-16 with a mark at the beginning
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            return (bytes[0] == 0xFF ? Encoding.Unicode : Encoding.BigEndianUnicode).GetString(bytes.AsSpan(2));
        }

        var text = bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsSpan(3) : bytes.AsSpan();
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text);
        }
        catch (DecoderFallbackException odd)
        {
            var line = text[..Math.Clamp(odd.Index, 0, text.Length)].Count((byte)'\n') + 1;
            faults.Add(new ConfigFault(line, "a letter here is not UTF-8: the file was saved in an older Windows encoding (\"ANSI\"). Save it as UTF-8: in Notepad, Save as, Encoding: UTF-8."));
            return null;
        }
    }
}
