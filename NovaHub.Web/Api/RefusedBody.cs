using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace NovaHub.Web.Api;

/// <summary>
/// Leaves a connection in order behind a refusal. Programs exist that send their next request as if the whole body of
/// the refused one had gone out (aiohttp before 3.10.6), and the server would take that request for the body. So the
/// body is read and thrown away before the answer, or the answer closes the connection.
/// </summary>
internal static class RefusedBody
{
    /// <summary>So long the next part of a body may take before the answer goes out without the rest.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private const string Close = "close";

    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(30);

    /// <summary>Takes the same care of whatever answer the request will get, whoever gives it.</summary>
    public static void LeaveWithAnswer(HttpContext context) => context.Response.OnStarting(
        static request => LeaveAsync((HttpContext)request, ((HttpContext)request).Response.StatusCode).AsTask(), context);

    /// <summary>Reads the rest of the body, of no more bytes than an upload may have; otherwise the connection ends with the answer.</summary>
    /// <param name="context">The request. Its answer has not begun.</param>
    /// <param name="status">The status of the answer.</param>
    public static async ValueTask LeaveAsync(HttpContext context, int status)
    {
        var request = context.Request;
        if (request.ContentLength is null or 0 && request.Headers.TransferEncoding.Count == 0 && request.Headers.Expect.Count == 0
            || context.Response.Headers.Connection == Close)
        {
            return;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            // The limit is kept here
            size.MaxRequestBodySize = null;
        }

        var limit = context.RequestServices.GetRequiredService<ServiceApiOptions>().MaxPacketBytes;
        // Who asked before sending was told, and its body will not come. What is too large is not worth its time
        if (request.Headers.Expect.Count > 0 || status == StatusCodes.Status413PayloadTooLarge || request.ContentLength > limit
            || !await TryReadAsync(request.BodyReader, limit, context.RequestAborted))
        {
            context.Response.Headers.Connection = Close;
        }
    }

    private static async ValueTask<bool> TryReadAsync(PipeReader body, int limit, CancellationToken aborted)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        // A token would leave the read under way, and the server, which reads behind us, would log that as a fault of its own
        using var end = patience.Token.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), body);
        var deadline = Environment.TickCount64 + (long)s_most.TotalMilliseconds;
        try
        {
            for (long length = 0; length <= limit && Environment.TickCount64 < deadline;)
            {
                patience.CancelAfter(Pause);
                var part = await body.ReadAsync(CancellationToken.None);
                length += part.Buffer.Length;
                body.AdvanceTo(part.Buffer.End);
                if (part.IsCompleted || part.IsCanceled)
                {
                    return !patience.IsCancellationRequested;
                }
            }
        }
        catch (Exception broken) when (broken is OperationCanceledException or IOException or InvalidOperationException)
        {
            // It ended early, it is malformed, or it failed before: nothing can follow it
            return false;
        }

        return false;
    }
}
