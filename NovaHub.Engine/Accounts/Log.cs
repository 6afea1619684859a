using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Accounts;

internal static partial class Log
{
    [LoggerMessage(1901, LogLevel.Information, "The account {Name} was added as {Role}")]
    public static partial void UserAdded(ILogger logger, string name, string role);
}
