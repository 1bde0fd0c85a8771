using System.Diagnostics;
using System.Security.Cryptography;
using Google.Protobuf;
using TcmBrain.Contracts.Prescriptions;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange.Outbox;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.Prescriptions.InstitutionPolicies;
using TcmBrain.Prescriptions.Lifecycle;
using TcmBrain.Prescriptions.Patients;
using TcmBrain.Prescriptions.Registers;
using TcmBrain.Prescriptions.Releases;
using TcmBrain.ServiceDefaults.Faults;
using ProtoSeverity = TcmBrain.Contracts.Prescriptions.V1.Severity;
using ProtoState = TcmBrain.Contracts.Prescriptions.V1.State;

namespace TcmBrain.Prescriptions.Push;

/// <summary>Decides what becomes of a pushed prescription: form, signature, audit, first state, events. Stores nothing.</summary>
internal sealed class Acceptance(
    CurrentRelease releases,
    PatientIdentityVault vault,
    Register register,
    InstitutionPolicyBook policies,
    NarcoticHistory narcotics,
    SignatureCheck signatures,
    Deadlines deadlines,
    TimeProvider time
)
{
    /// <exception cref="FaultException">
    /// The institution may not push, the form or the signature is wrong, or the audit refuses at the door. The prescription is untouched then.
    /// </exception>
    public async ValueTask<AcceptedPrescription> AcceptAsync(
        string institutionCode,
        string regionCode,
        Prescription? prescription,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        // One release from the first check to the last, whatever is published meanwhile.
        var release = releases.Value;
        CheckForm(institutionCode, prescription, release, now);
        var p = prescription!;
        var canonical = CanonicalForm.Of(p);
        var verified = await signatures.VerifyAsync(institutionCode, p.Signature, canonical, now, cancellationToken);
        var policy = policies.Of(institutionCode);
        var audit = await AuditAsync(institutionCode, p, release, policy, cancellationToken);
        audit.VerifiedKeyId = verified;
        var id = Guid.CreateVersion7(now);
        var lines = audit.Severity == ProtoSeverity.Block ? null : AuditTranslation.DispensableLines(p, release.Catalogue, policy);
        var state = audit.Severity switch
        {
            ProtoSeverity.Block => ProtoState.Rejected,
            ProtoSeverity.DoubleSign or ProtoSeverity.Resolve => ProtoState.Intercepted,
            // A name that the audit let pass but nobody could dispense would otherwise be stuck later.
            _ when lines is null => ProtoState.Intercepted,
            _ => ProtoState.Approved,
        };
        var events = AcceptanceEvents.Of(id, institutionCode, regionCode, p, vault.PseudonymOf(p), audit, state, lines, now);
        var validUntil = CourseFormat.ValidUntil(p)!.Value;
        DateTimeOffset? collectUntil = p.Delivery.Kind == DeliveryKind.PickUp ? p.Delivery.PickUpUntil.ToDateTimeOffset() : null;
        var identity = vault.TakeOut(id, p);
        var trace = Activity.Current?.Id;
        return new AcceptedPrescription
        {
            Id = id,
            InstitutionCode = institutionCode,
            RegionCode = regionCode,
            HisNumber = p.HisNumber,
            Revision = p.Revision,
            ContentSha256 = SHA256.HashData(canonical),
            Document = p.ToByteArray(),
            Identity = identity,
            Audit = audit,
            State = state,
            Urgent = p.Urgent,
            ReceivedAt = Truncate(now),
            ValidUntil = validUntil,
            CollectUntil = collectUntil,
            DueAt = deadlines.Of(state, validUntil, collectUntil, now),
            TraceParent = trace,
            Events = [.. events.Select(e => OutboxRow.Of(e, now, trace))],
        };
    }

    /// <summary>The audit alone, with the same checks of form; a signature is not asked for.</summary>
    /// <exception cref="FaultException">As <see cref="AcceptAsync"/>.</exception>
    public async ValueTask<AuditOutcome> AuditAsync(string institutionCode, Prescription? prescription, CancellationToken cancellationToken)
    {
        var release = releases.Value;
        CheckForm(institutionCode, prescription, release, time.GetUtcNow());
        return await AuditAsync(institutionCode, prescription!, release, policies.Of(institutionCode), cancellationToken);
    }

    private void CheckForm(string institutionCode, Prescription? prescription, AuditRelease release, DateTimeOffset now)
    {
        // Before all three are read, a suspended institution would pass and the build's own rules answer.
        if (!releases.IsRead || !register.IsRead || !policies.IsRead)
        {
            throw PrescriptionsFaults.NotReady.Exception();
        }

        if (register.IsSuspended(institutionCode))
        {
            throw PrescriptionsFaults.Suspended.Exception();
        }

        if (prescription is not null)
        {
            UnknownFields.Discard(prescription);
        }

        PrescriptionFormat.Check(prescription, release.Catalogue, now);
        if (register.IsSuspendedPractitioner(prescription!.Prescriber.PractitionerCode))
        {
            throw PrescriptionsFaults.PrescriberSuspended.Exception("prescriber.practitioner_code");
        }
    }

    private async ValueTask<AuditOutcome> AuditAsync(
        string institutionCode,
        Prescription prescription,
        AuditRelease release,
        InstitutionPolicy? policy,
        CancellationToken cancellationToken
    )
    {
        var before = NarcoticHistory.Concerns(prescription, release.Catalogue)
            ? await narcotics.DaysBeforeAsync(institutionCode, prescription, release.Catalogue, cancellationToken)
            : 0;
        return Audit(prescription, release, policy, before);
    }

    private AuditOutcome Audit(Prescription prescription, AuditRelease release, InstitutionPolicy? policy, int narcoticDaysBefore)
    {
        var authority = register.AuthorityOf(prescription.Prescriber);
        var request = AuditTranslation.RequestOf(prescription, authority, policy, narcoticDaysBefore);
        var result = release.Auditor.Audit(in request);
        if (result.Outcome == Prescriptions.Audit.Severity.Refuse)
        {
            var faults = new FaultList();
            foreach (var finding in result.Findings.Where(f => f.Severity == Prescriptions.Audit.Severity.Refuse))
            {
                var field = finding.Lines.Length == 0 ? "prescription" : $"lines[{finding.Lines[0]}]";
                faults.Add(PrescriptionsFaults.RefusedAtDoor, field, finding.Zh, finding.En);
            }

            faults.ThrowIfAny();
        }

        return AuditTranslation.OutcomeOf(result, release.Auditor.Recognise(in request), release.Catalogue);
    }

    /// <summary>PostgreSQL keeps microseconds; the answer now must equal the answer read back.</summary>
    private static DateTimeOffset Truncate(DateTimeOffset t) => new(t.Ticks - t.Ticks % TimeSpan.TicksPerMicrosecond, t.Offset);
}
