using System.Collections.Concurrent;
using Grpc.Core;
using TcmBrain.Contracts.Pharmacy.V1;

namespace TcmBrain.Prescriptions.Tests.Scenarios;

/// <summary>A pharmacy that answers as it is told to, a prescription at a time; one it was told nothing of finds it away.</summary>
public sealed class ScriptedPharmacy : DispensingService.DispensingServiceClient
{
    private readonly ConcurrentDictionary<string, WithdrawOutcome> answers = new();

    public ConcurrentQueue<WithdrawRequest> Asked { get; } = [];

    /// <summary>Null: it is away.</summary>
    public void Will(Guid prescription, WithdrawOutcome? outcome) =>
        answers[prescription.ToString()] = outcome ?? WithdrawOutcome.Unspecified;

    public override AsyncUnaryCall<WithdrawReply> WithdrawAsync(
        WithdrawRequest request,
        Metadata? headers = null,
        DateTime? deadline = null,
        CancellationToken cancellationToken = default
    )
    {
        Asked.Enqueue(request);
        var answer = answers.GetValueOrDefault(request.PrescriptionId) is var outcome and not WithdrawOutcome.Unspecified
            ? Task.FromResult(new WithdrawReply { Outcome = outcome })
            : Task.FromException<WithdrawReply>(new RpcException(new Status(StatusCode.Unavailable, "away")));
        return new AsyncUnaryCall<WithdrawReply>(answer, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
    }
}
