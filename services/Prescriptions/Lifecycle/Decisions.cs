using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;
using TcmBrain.Knowledge;
using TcmBrain.Prescriptions.Push;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions.Lifecycle;

/// <summary>What people decide about an intercepted prescription: the prescriber signs again, the pharmacist approves or rejects.</summary>
internal sealed class Decisions(EventExchange exchange, Catalogue catalogue, TimeProvider time)
{
    /// <summary>双签字: idempotent; the first reason stands.</summary>
    /// <exception cref="FaultException">Not found, not intercepted, or another prescriber.</exception>
    public async Task<State> SignAgainAsync(
        string institutionCode,
        PrescriptionKey key,
        string practitionerCode,
        string reason,
        CancellationToken cancellationToken
    )
    {
        new FaultList()
            .Require(practitionerCode.Length is > 0 and <= 64, PrescriptionsFaults.Missing, "practitioner_code")
            .Require(reason.Trim().Length is > 0 and <= 512, PrescriptionsFaults.Missing, "reason")
            .ThrowIfAny();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var standing =
            await LifecycleStore.LockAsync(work, institutionCode, key.HisNumber, key.Revision, cancellationToken)
            ?? throw PrescriptionsFaults.NotFound.Exception("key");
        if (standing.State != State.Intercepted)
        {
            throw PrescriptionsFaults.NotWaiting.Exception("key", standing.State);
        }

        var (document, _) = await DocumentAsync(work, standing.Id, cancellationToken);
        if (document.Prescriber.PractitionerCode != practitionerCode)
        {
            throw PrescriptionsFaults.WrongPrescriber.Exception("practitioner_code");
        }

        var now = time.GetUtcNow();
        await using var insert = work.Command(
            """
            insert into prescriptions.signatures (prescription_id, practitioner_code, reason, signed_at) values ($1, $2, $3, $4)
            on conflict do nothing
            """,
            standing.Id,
            practitionerCode,
            reason,
            now
        );
        if (await insert.ExecuteNonQueryAsync(cancellationToken) == 1)
        {
            await LifecycleStore.AdvanceAsync(
                work,
                standing,
                State.Intercepted,
                practitionerCode,
                "双签: " + reason,
                now,
                cancellationToken
            );
        }

        await work.CommitAsync(cancellationToken);
        return State.Intercepted;
    }

    /// <exception cref="FaultException">Not found, nothing to decide, not signed again, or a name still ambiguous.</exception>
    public async Task<State> DecideAsync(
        Guid id,
        Func<Standing, bool> mayDecide,
        bool approve,
        string pharmacist,
        string reason,
        CancellationToken cancellationToken
    )
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var standing = await LifecycleStore.LockAsync(work, id, cancellationToken);
        if (standing is null || !mayDecide(standing))
        {
            throw PrescriptionsFaults.NotFound.Exception("id");
        }

        if (standing.State != State.Intercepted)
        {
            throw PrescriptionsFaults.NotWaiting.Exception("", standing.State);
        }

        var state = approve
            ? await ApproveAsync(work, standing, pharmacist, reason, cancellationToken)
            : await RejectAsync(work, standing, pharmacist, reason, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return state;
    }

    private async Task<State> ApproveAsync(Work work, Standing standing, string by, string reason, CancellationToken cancellationToken)
    {
        var (document, audit) = await DocumentAsync(work, standing.Id, cancellationToken);
        var unresolved = audit.Findings.Any(f => f.Severity == Severity.Resolve);
        var lines = unresolved ? null : AuditTranslation.DispensableLines(document, catalogue);
        if (lines is null)
        {
            throw PrescriptionsFaults.Unresolved.Exception();
        }

        await using (var signed = work.Command("select 1 from prescriptions.signatures where prescription_id = $1", standing.Id))
        {
            if (audit.Severity == Severity.DoubleSign && await signed.ExecuteScalarAsync(cancellationToken) is null)
            {
                throw PrescriptionsFaults.NotSigned.Exception();
            }
        }

        var now = time.GetUtcNow();
        var approved = await LifecycleStore.AdvanceAsync(work, standing, State.Approved, by, reason, now, cancellationToken);
        await LifecycleStore.TellAsync(
            work,
            approved,
            s => Acceptance.Approved(s.Id, s.InstitutionCode, s.RegionCode, document, lines, by, s.Version, now),
            cancellationToken
        );
        return State.Approved;
    }

    private async Task<State> RejectAsync(Work work, Standing standing, string by, string reason, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(reason))
        {
            throw PrescriptionsFaults.Missing.Exception("reason");
        }

        var now = time.GetUtcNow();
        var rejected = await LifecycleStore.AdvanceAsync(work, standing, State.Rejected, by, reason, now, cancellationToken);
        await LifecycleStore.TellAsync(
            work,
            rejected,
            s => new PrescriptionRejected
            {
                AggregateId = s.Id,
                Version = s.Version,
                OccurredAt = now,
                InstitutionCode = s.InstitutionCode,
                RegionCode = s.RegionCode,
                HisNumber = s.HisNumber,
                Revision = s.Revision,
                RejectedBy = by,
                Reason = reason,
            },
            cancellationToken
        );
        return State.Rejected;
    }

    private static async Task<(Prescription Document, AuditOutcome Audit)> DocumentAsync(
        Work work,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command("select document, audit from prescriptions.prescriptions where id = $1", id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (
            Prescription.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0)),
            AuditOutcome.Parser.ParseFrom(reader.GetFieldValue<byte[]>(1))
        );
    }
}
