namespace NovaHub.Web.Api;

/// <summary>Tells browsers from programs, at addresses where both may ask.</summary>
internal static class PageLoad
{
    private const string Html = "text/html";

    /// <summary>Whether somebody is about to look at the answer: a browser loads a page. Each browser names HTML; programs take anything.</summary>
    public static bool Is(HttpRequest request) => HttpMethods.IsGet(request.Method) && NamesHtml(request);

    /// <summary>Whether the answer is for a person, also one to a form that was sent.</summary>
    public static bool NamesHtml(HttpRequest request) => request.Headers.Accept.ToString().Contains(Html, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a page would do as the answer.</summary>
    public static bool TakesHtml(HttpRequest request)
    {
        var accept = request.Headers.Accept.ToString();
        return HttpMethods.IsGet(request.Method) && (accept == "" || NamesHtml(request) || accept.Contains("*/*", StringComparison.Ordinal));
    }
}
