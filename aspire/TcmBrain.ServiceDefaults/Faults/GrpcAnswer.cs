using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TcmBrain.Contracts.Rpc;
using Status = TcmBrain.Contracts.Rpc.Status;

namespace TcmBrain.ServiceDefaults.Faults;

/// <summary>Writes a refusal as a gRPC status with its details, where no gRPC handler could (before it, or after it failed to).</summary>
public static class GrpcAnswer
{
    /// <summary>The domain of <c>google.rpc.ErrorInfo</c>.</summary>
    public const string Domain = "tcmbrain";

    /// <summary>Trailer with the first fault's code.</summary>
    public const string CodeTrailer = "tcm-code";

    /// <summary>Trailer with the serialised <c>google.rpc.Status</c>.</summary>
    public const string DetailsTrailer = "grpc-status-details-bin";

    /// <summary>Set on <see cref="HttpContext.Items"/> once a handler has been given its request.</summary>
    internal static readonly object Reached = new();

    private const int MaxMessage = 1 << 20;
    private const int FrameHeader = 5;

    public static bool IsGrpc(HttpRequest request) =>
        request.ContentType is { } type && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The rich error: BadRequest names every located fault (description in zh, reason the code), ErrorInfo carries the first code with both texts.
    /// </summary>
    public static Status DetailsOf(FaultException refusal)
    {
        var first = refusal.Faults[0];
        var status = new Status { Code = refusal.GrpcStatus, Message = $"{first.Code} {first.Zh} | {first.En}" };
        var info = new ErrorInfo { Reason = first.Code, Domain = Domain };
        info.Metadata.Add("zh", first.Zh);
        info.Metadata.Add("en", first.En);
        status.Details.Add(Any.Pack(info));

        var located = new BadRequest();
        foreach (var fault in refusal.Faults)
        {
            located.FieldViolations.Add(
                new BadRequest.Types.FieldViolation
                {
                    Field = fault.Field,
                    Description = $"{fault.Zh} | {fault.En}",
                    Reason = fault.Code,
                }
            );
        }

        status.Details.Add(Any.Pack(located));
        return status;
    }

    /// <summary>A trailers-only answer; the response must not have started.</summary>
    public static void Write(HttpContext context, FaultException refusal)
    {
        var details = DetailsOf(refusal);
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        var headers = response.Headers;
        headers["grpc-status"] = details.Code.ToString(CultureInfo.InvariantCulture);
        headers["grpc-message"] = PercentEncode(details.Message);
        headers[CodeTrailer] = refusal.Code;
        headers[DetailsTrailer] = Convert.ToBase64String(details.ToByteArray()).TrimEnd('=');
    }

    /// <summary>The body limit counts the frame's five bytes and compression's own, so that a message of exactly the limit passes.</summary>
    internal static void RaiseBodyLimit(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxMessage + FrameHeader + 4096;
        }
    }

    /// <summary>
    /// Gives a code to a status that none of our handlers wrote: an unknown method, a message too large, or one that could not be read
    /// (which the server calls UNKNOWN, because it fails before any interceptor; it is the caller's fault, INVALID_ARGUMENT).
    /// </summary>
    internal static void CodeTheUncoded(HttpContext context)
    {
        var trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        var holder = trailers is not null && trailers.ContainsKey("grpc-status") ? trailers : context.Response.Headers;
        if (holder.IsReadOnly)
        {
            return;
        }

        if (
            !holder.TryGetValue("grpc-status", out var raw)
            || !int.TryParse(raw, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
        )
        {
            if (context.Response.StatusCode >= 400 && !context.Response.HasStarted)
            {
                // No endpoint for it: in gRPC's words, the method is not implemented.
                var http = context.Response.StatusCode is 404 or 405 ? StatusCodes.Status501NotImplemented : context.Response.StatusCode;
                Write(context, new FaultException(http, GeneralFaults.ForStatus(http).At("")));
            }

            return;
        }

        if (code == 0 || holder.ContainsKey(CodeTrailer))
        {
            return;
        }

        var unread = code is GrpcStatusMap.Unknown or 13 && !context.Items.ContainsKey(Reached);
        var definition = unread ? GeneralFaults.Malformed : GrpcStatusMap.ToGeneral(code);
        var refusal = new FaultException(definition.HttpStatus, definition.At(""))
        {
            GrpcStatus =
                unread ? 3
                : code is GrpcStatusMap.Unknown ? 13
                : code,
        };
        var details = DetailsOf(refusal);
        holder["grpc-status"] = details.Code.ToString(CultureInfo.InvariantCulture);
        holder["grpc-message"] = PercentEncode(details.Message);
        holder[CodeTrailer] = refusal.Code;
        holder[DetailsTrailer] = Convert.ToBase64String(details.ToByteArray()).TrimEnd('=');
    }

    /// <summary>gRPC's own percent-encoding of <c>grpc-message</c>: every byte but printable ASCII without '%'.</summary>
    internal static string PercentEncode(string message)
    {
        var bytes = Encoding.UTF8.GetBytes(message);
        var encoded = new StringBuilder(bytes.Length + 16);
        foreach (var b in bytes)
        {
            if (b is >= 0x20 and <= 0x7E and not (byte)'%')
            {
                encoded.Append((char)b);
            }
            else
            {
                encoded.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return encoded.ToString();
    }
}
