using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using NovaHub.Engine.Packets.Intake;
using NovaHub.Wire;

namespace NovaHub.Web.Api;

/// <summary>Errors as RFC 9457 problem documents. Old clients print the body, so <c>detail</c> is a sentence for a person.</summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json; charset=utf-8";

    public const string Unexpected = "Something went wrong in the hub. Its log says more; try again later.";

    private const string WhereProgramsAsk = $"Programs of boards ask below {ServiceAddress.Base}; check the hub's address in the client's configuration.";

    private static readonly JsonWriterOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the document as the whole answer.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="detail">What is wrong, in plain words.</param>
    /// <param name="error">OAuth's error code, at the token endpoint.</param>
    public static async Task WriteAsync(HttpContext context, int status, string detail, string? error = null)
    {
        await RefusedBody.LeaveAsync(context, status);
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = ContentType;
        var body = Render(status, detail, error);
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>The document alone.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    internal static ReadOnlyMemory<byte> Render(int status, string detail, string? error = null)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, s_plain))
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteString("title", ReasonPhrases.GetReasonPhrase(status));
            json.WriteNumber("status", status);
            json.WriteString("detail", detail);
            if (error is not null)
            {
                json.WriteString("error", error);
                json.WriteString("error_description", detail);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The status that a refused upload gets.</summary>
    public static int StatusOf(IntakeRefusal refusal) => refusal switch
    {
        IntakeRefusal.Nodelist or IntakeRefusal.NotAMember or IntakeRefusal.NotYourIndex => StatusCodes.Status403Forbidden,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>The sentence for an address that is nobody's.</summary>
    public static string NothingAt(PathString path) => path.Value?.Contains("//", StringComparison.Ordinal) == true
        ? "There is nothing at this address: it has two slashes in a row. Check the hub's address in the client's configuration; it needs no slash at its end."
        : DetailOf(StatusCodes.Status404NotFound);

    /// <summary>A sentence for a program that asked at an address for people and was refused there without a word.</summary>
    public static string DetailForStrayed(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "The request is incomplete, or it does not come from a page of the hub that is still fresh. Load the page anew and try again.",
        StatusCodes.Status401Unauthorized => $"This address is for people who have signed in at /login. {WhereProgramsAsk}",
        StatusCodes.Status403Forbidden => "This account may not do this.",
        StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed => $"{DetailOf(status)} {WhereProgramsAsk}",
        _ => DetailOf(status),
    };

    /// <summary>A sentence for a status that somebody else set without a body.</summary>
    public static string DetailOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "The request can't be read: it is malformed, or its body ended early.",
        StatusCodes.Status404NotFound => "There is nothing at this address.",
        StatusCodes.Status405MethodNotAllowed => "This address does not take that method; the header Allow names those it takes.",
        StatusCodes.Status408RequestTimeout => "The request came too slowly.",
        StatusCodes.Status411LengthRequired => "The request must say how long its body is: Content-Length, or Transfer-Encoding: chunked.",
        StatusCodes.Status413PayloadTooLarge => "The body is too large.",
        StatusCodes.Status414UriTooLong => "The address is too long.",
        StatusCodes.Status431RequestHeaderFieldsTooLarge => "The headers are too long, or there are too many.",
        StatusCodes.Status503ServiceUnavailable => Unavailable,
        StatusCodes.Status505HttpVersionNotsupported => "This version of HTTP is not spoken here; HTTP/1.1 is.",
        >= 500 => Unexpected,
        _ => "The request was refused.",
    };

    public const string Busy = "The hub has many large uploads under way and no memory free for this one. Nothing was stored; try again in a moment.";

    public const string Unavailable = "The hub can't write to its ledger just now, so nothing was changed. Try again later.";
}
