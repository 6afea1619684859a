namespace NovaHub.Web.Api;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Error, "{Method} {Endpoint} failed")]
    public static partial void RequestFailed(ILogger logger, string method, string endpoint, Exception failure);

    [LoggerMessage(3002, LogLevel.Error, "The delivery of {Name} could not be written down; the board will be offered it again")]
    public static partial void DeliveryLost(ILogger logger, string name, Exception failure);

    [LoggerMessage(3003, LogLevel.Information, "A download of {Name} broke off; it stays unread")]
    public static partial void DownloadBroken(ILogger logger, string name);

    [LoggerMessage(3004, LogLevel.Information, "An upload by {ClientId} was refused: {Reason}")]
    public static partial void UploadRefused(ILogger logger, string clientId, string reason);
}
