namespace NovaHub.Client.Hub;

/// <summary>The hub could not be reached, or was not able to answer, as often as it was tried. Nothing is wrong with the request.</summary>
internal sealed class HubUnreachableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The hub said no. Trying again does not help.</summary>
/// <param name="status">HTTP status: 4xx, or the 5xx that came again and again for this one thing.</param>
/// <param name="detail">What the hub said.</param>
/// <param name="message">The same for a sysop.</param>
internal sealed class HubRefusedException(int status, string detail, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Detail { get; } = detail;
}

/// <summary>An answer that ended early or is not what its headers promise.</summary>
internal sealed class BrokenBodyException(string message) : IOException(message);
