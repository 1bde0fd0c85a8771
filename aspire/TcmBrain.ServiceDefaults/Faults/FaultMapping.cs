using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Npgsql;
using TcmBrain.Contracts;

namespace TcmBrain.ServiceDefaults.Faults;

/// <summary>The one seam from an exception to the answer a caller gets; what is not known becomes GEN-0500 without a word of detail.</summary>
public static class FaultMapping
{
    public static FaultException From(Exception exception) =>
        exception switch
        {
            FaultException fault => fault,
            BadHttpRequestException bad => FromBadRequest(bad),
            _ when IsInvalidUtf8(exception) => GeneralFaults.InvalidUtf8.Exception(),
            JsonException json => GeneralFaults.Malformed.Exception(FieldOf(json)),
            _ when IsDatabaseAway(exception) => new FaultException(503, GeneralFaults.DatabaseUnavailable.At(""))
            {
                RetryAfter = TimeSpan.FromSeconds(2),
            },
            // Serialization failure, deadlock, lock not available: the transaction is gone, the same request may be sent again.
            PostgresException { SqlState: "40001" or "40P01" or "55P03" } => new FaultException(503, GeneralFaults.Contended.At(""))
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            },
            RpcException { StatusCode: StatusCode.Unavailable } => Away(),
            RpcException { StatusCode: StatusCode.DeadlineExceeded } => GeneralFaults.Timeout.Exception(),
            HttpRequestException { StatusCode: HttpStatusCode.GatewayTimeout } => GeneralFaults.Timeout.Exception(),
            HttpRequestException { StatusCode: null or HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway } => Away(),
            _ => GeneralFaults.Internal.Exception(),
        };

    private static FaultException Away() => new(503, GeneralFaults.BackendUnavailable.At("")) { RetryAfter = TimeSpan.FromSeconds(2) };

    /// <summary>True when the database could not be reached or is going down: the request may be tried again later.</summary>
    public static bool IsDatabaseAway(Exception exception) =>
        exception switch
        {
            // 08: connection exceptions; 53: out of disk, memory or connections; 57P01–57P03: shutting down or starting.
            PostgresException postgres => postgres.SqlState.StartsWith("08", StringComparison.Ordinal)
                || postgres.SqlState.StartsWith("53", StringComparison.Ordinal)
                || postgres.SqlState is "57P01" or "57P02" or "57P03",
            NpgsqlException npgsql => npgsql.InnerException is SocketException or IOException or TimeoutException
                || npgsql.IsTransient
                || npgsql.InnerException is PostgresException inner && IsDatabaseAway(inner),
            // Who waits while another call makes the data source ready is told so bare.
            TimeoutException { Source: "Npgsql" } => true,
            _ => false,
        };

    private static FaultException FromBadRequest(BadHttpRequestException bad)
    {
        if (bad.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return GeneralFaults.TooLarge.Exception();
        }

        if (IsInvalidUtf8(bad))
        {
            return GeneralFaults.InvalidUtf8.Exception();
        }

        return bad.InnerException is JsonException json ? GeneralFaults.Malformed.Exception(FieldOf(json))
            : bad.StatusCode == StatusCodes.Status400BadRequest ? GeneralFaults.Malformed.Exception()
            : new FaultException(bad.StatusCode, GeneralFaults.ForStatus(bad.StatusCode).At(""));
    }

    private static bool IsInvalidUtf8(Exception exception)
    {
        for (var at = exception; at is not null; at = at.InnerException!)
        {
            if (at is DecoderFallbackException)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary><c>$.lines[3].herb</c> becomes <c>lines[3].herb</c>; the root becomes empty.</summary>
    private static string FieldOf(JsonException json) =>
        json.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..]
        : json.Path is { Length: > 1 } array && array[0] == '$' ? array[1..]
        : "";
}
