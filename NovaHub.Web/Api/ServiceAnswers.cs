using System.Data.Common;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Features;

namespace NovaHub.Web.Api;

/// <summary>
/// The outermost layer of the service API: whatever goes wrong further in becomes a problem document, and no cookie
/// gets in or out. At people's addresses it is there for programs that strayed: they get problem documents too, and
/// no answer leaves a body behind on the connection.
/// </summary>
internal sealed class ServiceAnswers(RequestDelegate next, ILogger<ServiceAnswers> log)
{
    private const int ClientClosedRequest = 499;

    public Task InvokeAsync(HttpContext context) => ServiceRoutes.AreFor(context) ? AnswerAsync(context) : AnswerForPeopleAsync(context);

    private async Task AnswerForPeopleAsync(HttpContext context)
    {
        RefusedBody.LeaveWithAnswer(context);
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException bad) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = bad.StatusCode;
        }

        // A form that is refused has a page's content type already, and no page
        if (context.Response is { HasStarted: false, StatusCode: >= 400 } && !PageLoad.Is(context.Request))
        {
            context.Response.Headers.CacheControl = "private, no-cache";
            await Problems.WriteAsync(context, context.Response.StatusCode, Problems.DetailForStrayed(context.Response.StatusCode));
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Request.Headers.Remove("Cookie");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            // Each address has a limit of its own, so there is only one answer to a body that is too large
            size.MaxRequestBodySize = null;
        }

        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null })
            {
                var status = context.Response.StatusCode;
                await Problems.WriteAsync(context, status, status == StatusCodes.Status404NotFound ? Problems.NothingAt(context.Request.Path) : Problems.DetailOf(status));
            }
        }
        catch (Exception failure)
        {
            await FailedAsync(context, failure);
        }
    }

    private async Task FailedAsync(HttpContext context, Exception failure)
    {
        var status = failure switch
        {
            BadHttpRequestException bad => bad.StatusCode,
            _ when context.RequestAborted.IsCancellationRequested => ClientClosedRequest,
            BusyException or DbException or ChannelClosedException => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status500InternalServerError,
        };
        if (status >= StatusCodes.Status500InternalServerError && failure is not BusyException)
        {
            Log.RequestFailed(log, context.Request.Method, context.GetEndpoint()?.DisplayName ?? "", failure);
        }

        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        var cache = context.Response.Headers.CacheControl;
        context.Response.Clear();
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = cache;
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = failure is BusyException ? "10" : "30";
        }

        if (status == ClientClosedRequest)
        {
            context.Response.StatusCode = status;
            return;
        }

        await Problems.WriteAsync(context, status, failure is BusyException ? Problems.Busy : Problems.DetailOf(status));
    }
}
