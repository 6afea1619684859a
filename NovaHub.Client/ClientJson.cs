using System.Text.Json;
using System.Text.Json.Serialization;
using NovaHub.Client.Checks;
using NovaHub.Client.Commands;
using NovaHub.Client.Play;
using NovaHub.Client.Sync;
using NovaHub.Wire;

namespace NovaHub.Client;

/// <summary>Everything that this program reads and writes as JSON; made at build time, since there is no reflection at run time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowReadingFromString, WriteIndented = true)]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(VerifyAnswer))]
[JsonSerializable(typeof(MeAnswer))]
[JsonSerializable(typeof(UploadAnswer))]
[JsonSerializable(typeof(PacketsAnswer))]
[JsonSerializable(typeof(ReceiptRequest))]
[JsonSerializable(typeof(ReceiptAnswer))]
[JsonSerializable(typeof(ClaimAnswer))]
[JsonSerializable(typeof(Metrics))]
[JsonSerializable(typeof(DaemonStatus))]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(CheckDocument))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class ClientJson : JsonSerializerContext;

/// <summary>A line of the journal: one object a line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class JournalJson : JsonSerializerContext;

/// <summary>Files that are whole or not there.</summary>
internal static class AtomicFile
{
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var scratch = path + ".new";
        try
        {
            Engine.Storage.DurableFile.Write(scratch, bytes);
            File.Move(scratch, path, overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(scratch);
            throw;
        }
    }
}
