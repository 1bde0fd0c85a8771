using Microsoft.Extensions.Logging;

namespace TcmBrain.Exchange;

internal static partial class ExchangeLog
{
    [LoggerMessage(1, LogLevel.Warning, "The relay cannot reach database or broker; it keeps trying")]
    public static partial void RelayFailed(this ILogger logger, Exception e);

    [LoggerMessage(2, LogLevel.Information, "The relay works again after {Failures} failures")]
    public static partial void RelayRecovered(this ILogger logger, int failures);

    [LoggerMessage(3, LogLevel.Error, "Event {MessageId} of type {Type} cannot be told: {Reason}")]
    public static partial void EventBuried(this ILogger logger, Guid messageId, string type, string reason);

    [LoggerMessage(4, LogLevel.Warning, "The inbox cannot reach the database; it keeps trying")]
    public static partial void InboxFailed(this ILogger logger, Exception e);

    [LoggerMessage(5, LogLevel.Warning, "Handling {Type} {MessageId} failed")]
    public static partial void HandlingFailed(this ILogger logger, string type, Guid messageId, Exception e);

    [LoggerMessage(7, LogLevel.Information, "The inbox works again after {Failures} failures")]
    public static partial void InboxRecovered(this ILogger logger, int failures);

    [LoggerMessage(6, LogLevel.Warning, "Outbox maintenance failed; it is tried again in a minute")]
    public static partial void MaintenanceFailed(this ILogger logger, Exception e);
}
