using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using NovaHub.Wire;

namespace NovaHub.Web.Api;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(VerifyAnswer))]
[JsonSerializable(typeof(MeAnswer))]
[JsonSerializable(typeof(UploadAnswer))]
[JsonSerializable(typeof(ReceiptRequest))]
[JsonSerializable(typeof(ReceiptAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
internal sealed partial class ServiceJson : JsonSerializerContext;

internal static class HttpVerbs
{
    /// <summary>HEAD answers like GET, without a body.</summary>
    public static readonly string[] Read = ["GET", "HEAD"];
}

internal static class JsonAnswers
{
    /// <summary>Writes a small answer with its length.</summary>
    public static Task WriteJsonAsync<T>(this HttpContext context, T value, JsonTypeInfo<T> type)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}
