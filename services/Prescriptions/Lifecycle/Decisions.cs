using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;
using TcmBrain.Prescriptions.InstitutionPolicies;
using TcmBrain.Prescriptions.Push;
using TcmBrain.Prescriptions.Releases;
using TcmBrain.Prescriptions.Review;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions.Lifecycle;

/// <summary>What people decide about an intercepted prescription: the prescriber signs again, the pharmacist approves, rejects or returns it.</summary>
internal sealed class Decisions(
    EventExchange exchange,
    CurrentRelease releases,
    InstitutionPolicyBook policies,
    Deadlines deadlines,
    TimeProvider time
)
{
    /// <summary>双签字, and the answer to a return: idempotent; the first reason stands until a pharmacist returns it again.</summary>
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
        Demand(standing, LifecycleAction.SignAgain, "key");
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
            await LifecycleStore.NoteAsync(work, standing, State.Intercepted, practitionerCode, "双签: " + reason, now, cancellationToken);
        }

        await work.CommitAsync(cancellationToken);
        return State.Intercepted;
    }

    /// <summary>Approve, Reject or ReturnToPrescriber; ends the pharmacist's own claim.</summary>
    /// <exception cref="FaultException">Not found, nothing to decide, in another pharmacist's hands, not signed again, or a name still ambiguous.</exception>
    public async Task<State> DecideAsync(
        Guid id,
        Reviewer reviewer,
        LifecycleAction decision,
        string reason,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var standing = await LifecycleStore.LockAsync(work, id, cancellationToken);
        if (standing is null || standing.InstitutionCode != reviewer.InstitutionCode)
        {
            throw PrescriptionsFaults.NotFound.Exception("id");
        }

        Demand(standing, decision, "");
        if (decision != LifecycleAction.Approve && reason.Trim().Length is 0 or > 512)
        {
            throw PrescriptionsFaults.Missing.Exception("reason");
        }

        await Claims.EndAsync(work, reviewer, id, now, cancellationToken);
        var state = decision switch
        {
            LifecycleAction.Approve => await ApproveAsync(work, standing, reviewer.Name, reason, now, cancellationToken),
            LifecycleAction.Reject => await RejectAsync(work, standing, reviewer.Name, reason, now, cancellationToken),
            _ => await ReturnAsync(work, standing, reviewer.Name, reason, now, cancellationToken),
        };
        await work.CommitAsync(cancellationToken);
        return state;
    }

    private static void Demand(Standing standing, LifecycleAction action, string field)
    {
        if (LifecycleTable.Of(standing.State, action).Kind == CellKind.Refuse)
        {
            throw PrescriptionsFaults.NotWaiting.Exception(field, standing.State);
        }
    }

    private async Task<State> ApproveAsync(
        Work work,
        Standing standing,
        string by,
        string reason,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var (document, audit) = await DocumentAsync(work, standing.Id, cancellationToken);
        var unresolved = audit.Findings.Any(f => f.Severity == Severity.Resolve);
        var lines = unresolved
            ? null
            : AuditTranslation.DispensableLines(document, releases.Value.Catalogue, policies.Of(standing.InstitutionCode));
        if (lines is null)
        {
            throw PrescriptionsFaults.Unresolved.Exception();
        }

        const string answers = """
            select exists (select from prescriptions.signatures where prescription_id = $1),
                exists (select from prescriptions.review_returns where prescription_id = $1)
            """;
        await using (var asking = work.Command(answers, standing.Id))
        await using (var reader = await asking.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            var (signed, returned) = (reader.GetBoolean(0), reader.GetBoolean(1));
            if (!signed && returned)
            {
                throw PrescriptionsFaults.AwaitsPrescriber.Exception();
            }

            if (!signed && audit.Severity == Severity.DoubleSign)
            {
                throw PrescriptionsFaults.NotSigned.Exception();
            }
        }

        var due = deadlines.Of(State.Approved, standing.ValidUntil, standing.CollectUntil, now);
        var approved = await LifecycleStore.MoveAsync(work, standing, State.Approved, due, by, reason, now, cancellationToken);
        await LifecycleStore.TellAsync(
            work,
            approved,
            s => AcceptanceEvents.Approved(s.Id, s.InstitutionCode, s.RegionCode, document, lines, by, s.Version, now),
            cancellationToken
        );
        return State.Approved;
    }

    private static async Task<State> RejectAsync(
        Work work,
        Standing standing,
        string by,
        string reason,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var rejected = await LifecycleStore.MoveAsync(work, standing, State.Rejected, dueAt: null, by, reason, now, cancellationToken);
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

    /// <summary>退回医师: it goes on waiting, for the prescriber's answer now; an earlier answer no longer counts.</summary>
    private static async Task<State> ReturnAsync(
        Work work,
        Standing standing,
        string by,
        string reason,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using (
            var keep = work.Command(
                """
                with asked_anew as (delete from prescriptions.signatures where prescription_id = $1)
                insert into prescriptions.review_returns (prescription_id, pharmacist, reason, returned_at) values ($1, $2, $3, $4)
                on conflict (prescription_id) do update set pharmacist = $2, reason = $3, returned_at = $4
                """,
                standing.Id,
                by,
                reason,
                now
            )
        )
        {
            await keep.ExecuteNonQueryAsync(cancellationToken);
        }

        await LifecycleStore.NoteAsync(work, standing, State.Intercepted, by, "退回医师: " + reason, now, cancellationToken);
        return State.Intercepted;
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
