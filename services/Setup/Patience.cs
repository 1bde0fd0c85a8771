using System.Net.Sockets;
using Npgsql;
using RabbitMQ.Client.Exceptions;

namespace TcmBrain.Setup;

/// <summary>Servers may come up after Setup does: a published compose file only waits for their start, not their health.</summary>
internal static class Patience
{
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(2);

    /// <exception cref="TimeoutException">Still not reachable after two minutes; says what and why.</exception>
    public static async Task UntilReachableAsync(string what, Func<Task> action, CancellationToken cancellationToken)
    {
        var giveUp = DateTime.UtcNow + AtMost;
        while (true)
        {
            try
            {
                await action();
                return;
            }
            catch (Exception e) when (IsAway(e) || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                if (DateTime.UtcNow > giveUp)
                {
                    throw new TimeoutException($"{what} is not reachable: {e.Message}", e);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(300), cancellationToken);
            }
        }
    }

    private static bool IsAway(Exception e) =>
        e is BrokerUnreachableException or SocketException or TimeoutException
        // A broker that closes the connection, or fails inside (5xx), as it does while it starts or stops. What it refuses (4xx) it refuses again.
        || e is AlreadyClosedException { ShutdownReason: null or { ReplyCode: 0 or 200 or 320 or >= 500 } }
        || e is OperationInterruptedException { ShutdownReason: null or { ReplyCode: 0 or 200 or 320 or >= 500 } }
        || e is NpgsqlException { InnerException: SocketException or TimeoutException or IOException }
        || e
            is PostgresException
            {
                SqlState: PostgresErrorCodes.CannotConnectNow
                    or PostgresErrorCodes.AdminShutdown
                    or PostgresErrorCodes.CrashShutdown
                    or PostgresErrorCodes.TooManyConnections
            };
}
