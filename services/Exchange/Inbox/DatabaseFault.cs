using System.Net.Sockets;
using Npgsql;

namespace TcmBrain.Exchange.Inbox;

/// <summary>Which failures of a transaction are the database's and not the event's.</summary>
internal static class DatabaseFault
{
    /// <summary>
    /// The server is not there, is going, is coming up, or has no room: it is waited for. Only what Npgsql itself throws counts: a
    /// handler's own time-out or socket is the handler's.
    /// </summary>
    public static bool IsAway(Exception e) =>
        e switch
        {
            PostgresException p => p.SqlState
                is PostgresErrorCodes.AdminShutdown
                    or PostgresErrorCodes.CrashShutdown
                    or PostgresErrorCodes.CannotConnectNow
                    or PostgresErrorCodes.DiskFull
                    or PostgresErrorCodes.TooManyConnections
                    or PostgresErrorCodes.ReadOnlySqlTransaction,
            NpgsqlException n => n.InnerException is SocketException or IOException,
            _ => false,
        };

    /// <summary>May go well when tried again on a server that is there: a deadlock or a race lost, a lock or an answer not got in time.</summary>
    public static bool IsPassing(Exception e) => e is NpgsqlException { IsTransient: true };
}
