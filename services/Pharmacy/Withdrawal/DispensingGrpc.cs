using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Pharmacy.V1;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Withdrawal;

/// <summary>What prescriptions asks of the pharmacy: as a service, or in the name of the hospital whose prescription it is.</summary>
[Authorize(Roles = $"{Roles.Service},{Roles.His}")]
internal sealed class DispensingGrpc(Withdrawing withdrawing) : DispensingService.DispensingServiceBase
{
    public override async Task<WithdrawReply> Withdraw(WithdrawRequest request, ServerCallContext context)
    {
        var faults = new FaultList();
        faults.Require(Guid.TryParse(request.PrescriptionId, out var id), PharmacyFaults.WithdrawMalformed, "prescription_id");
        faults.Require(request.InstitutionCode.Length > 0, PharmacyFaults.WithdrawMalformed, "institution_code");
        faults.Require(request.RegionCode.Length > 0, PharmacyFaults.WithdrawMalformed, "region_code");
        faults.Require(request.HisNumber.Length > 0, PharmacyFaults.WithdrawMalformed, "his_number");
        faults.Require(request.Revision > 0, PharmacyFaults.WithdrawMalformed, "revision");
        faults.Require(request.RequestedBy.Length > 0, PharmacyFaults.WithdrawMalformed, "requested_by");
        faults.Require(
            request.Cause is "" or WithdrawalCause.Cancel or WithdrawalCause.Amend or WithdrawalCause.Expiry,
            PharmacyFaults.WithdrawMalformed,
            "cause"
        );
        faults.ThrowIfAny();
        var caller = context.GetHttpContext().User;
        if (!caller.HasAnyRole(Roles.Service) && caller.InstitutionCode() != request.InstitutionCode)
        {
            throw GeneralFaults.Forbidden.Exception("institution_code");
        }

        var owner = new Owner(request.InstitutionCode, request.RegionCode, request.HisNumber, request.Revision);
        var stopped = await withdrawing.WithdrawAsync(
            new WithdrawOrder(
                id,
                owner,
                request.Reason,
                request.RequestedBy,
                request.Cause.Length == 0 ? WithdrawalCause.Cancel : request.Cause
            ),
            context.CancellationToken
        );
        return new WithdrawReply { Outcome = stopped ? WithdrawOutcome.Withdrawn : WithdrawOutcome.TooLate };
    }
}
