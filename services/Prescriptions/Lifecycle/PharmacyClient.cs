using Grpc.Core;
using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Pharmacy.V1;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions.Lifecycle;

/// <summary>Asks the pharmacy, in the name of the caller.</summary>
internal sealed class PharmacyClient(DispensingService.DispensingServiceClient client)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    /// <exception cref="FaultException">The pharmacy cannot be reached; the call may be repeated.</exception>
    /// <param name="cause">See <see cref="WithdrawalCause"/>.</param>
    public async Task<WithdrawOutcome> WithdrawAsync(
        Standing standing,
        string actor,
        string reason,
        string cause,
        CancellationToken cancellationToken
    )
    {
        var request = new WithdrawRequest
        {
            PrescriptionId = standing.Id.ToString(),
            InstitutionCode = standing.InstitutionCode,
            RegionCode = standing.RegionCode,
            HisNumber = standing.HisNumber,
            Revision = standing.Revision,
            Reason = reason,
            RequestedBy = actor,
            Cause = cause,
        };
        try
        {
            var reply = await client.WithdrawAsync(request, deadline: DateTime.UtcNow + Deadline, cancellationToken: cancellationToken);
            return reply.Outcome;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal)
        {
            throw PrescriptionsFaults.PharmacyAway.Exception();
        }
    }
}
