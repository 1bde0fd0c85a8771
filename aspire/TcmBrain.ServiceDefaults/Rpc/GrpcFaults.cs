using Google.Protobuf;
using Grpc.Core;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Rpc;
using TcmBrain.ServiceDefaults.Faults;
using Status = Grpc.Core.Status;

namespace TcmBrain.ServiceDefaults.Rpc;

/// <summary>Refusals to and from gRPC.</summary>
public static class GrpcFaults
{
    public static RpcException ToRpcException(FaultException refusal)
    {
        var details = GrpcAnswer.DetailsOf(refusal);
        var trailers = new Metadata { { GrpcAnswer.CodeTrailer, refusal.Code }, { GrpcAnswer.DetailsTrailer, details.ToByteArray() } };
        return new RpcException(new Status((StatusCode)details.Code, details.Message), trailers);
    }

    /// <summary>The first fault's code of a refused call, for example PRX-0104; null when the answer did not come from the platform.</summary>
    public static string? FaultCode(this RpcException exception) => exception.Trailers.GetValue(GrpcAnswer.CodeTrailer);

    /// <summary>Every located fault of a refused call.</summary>
    public static IReadOnlyList<Fault> Faults(this RpcException exception)
    {
        if (exception.Trailers.GetValueBytes(GrpcAnswer.DetailsTrailer) is not { } bytes)
        {
            return [];
        }

        var located = new List<Fault>();
        foreach (var detail in Contracts.Rpc.Status.Parser.ParseFrom(bytes).Details)
        {
            if (detail.TryUnpack<BadRequest>(out var request))
            {
                located.AddRange(
                    request.FieldViolations.Select(violation =>
                    {
                        var texts = violation.Description.Split(" | ", 2);
                        return new Fault(violation.Reason, violation.Field, texts[0], texts[^1]);
                    })
                );
            }
        }

        return located;
    }
}
