using System.Diagnostics;
using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Knowledge;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.Prescriptions.Patients;
using TcmBrain.Prescriptions.Registers;
using TcmBrain.ServiceDefaults.Faults;
using ProtoSeverity = TcmBrain.Contracts.Prescriptions.V1.Severity;
using ProtoState = TcmBrain.Contracts.Prescriptions.V1.State;

namespace TcmBrain.Prescriptions.Push;

/// <summary>Decides what becomes of a pushed prescription: form, audit, first state, events. Stores nothing.</summary>
internal sealed class Acceptance(PrescriptionAuditor auditor, PatientIdentityVault vault, Register register, TimeProvider time)
{
    /// <exception cref="FaultException">The institution may not push, the form is wrong, or the audit refuses at the door.</exception>
    public AcceptedPrescription Accept(string institutionCode, string regionCode, Prescription? prescription)
    {
        var now = time.GetUtcNow();
        var audit = Audit(institutionCode, prescription, now);
        var p = prescription!;
        var hash = SHA256.HashData(p.ToByteArray());
        var id = Guid.CreateVersion7(now);
        var lines = audit.Severity == ProtoSeverity.Block ? null : AuditTranslation.DispensableLines(p, auditor.Catalogue);
        var state = audit.Severity switch
        {
            ProtoSeverity.Block => ProtoState.Rejected,
            ProtoSeverity.DoubleSign or ProtoSeverity.Resolve => ProtoState.Intercepted,
            // A name that the audit let pass but nobody could dispense would otherwise be stuck later.
            _ when lines is null => ProtoState.Intercepted,
            _ => ProtoState.Approved,
        };
        var events = EventsOf(id, institutionCode, regionCode, p, audit, state, lines, now);
        var identity = vault.TakeOut(id, p);
        return new AcceptedPrescription
        {
            Id = id,
            InstitutionCode = institutionCode,
            RegionCode = regionCode,
            HisNumber = p.HisNumber,
            Revision = p.Revision,
            ContentSha256 = hash,
            Document = p.ToByteArray(),
            Identity = identity,
            Audit = audit,
            State = state,
            Urgent = p.Urgent,
            ReceivedAt = Truncate(now),
            TraceParent = Activity.Current?.Id,
            Events = events,
        };
    }

    /// <summary>The audit alone, with the same checks of form.</summary>
    /// <exception cref="FaultException">As <see cref="Accept"/>.</exception>
    public AuditOutcome Audit(string institutionCode, Prescription? prescription, DateTimeOffset now)
    {
        if (register.IsSuspended(institutionCode))
        {
            throw PrescriptionsFaults.Suspended.Exception();
        }

        PrescriptionFormat.Check(prescription, now);
        var request = AuditTranslation.RequestOf(prescription!, register.AuthorityOf(prescription!.Prescriber));
        var result = auditor.Audit(in request);
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

        return AuditTranslation.OutcomeOf(result);
    }

    private static List<Event> EventsOf(
        Guid id,
        string institutionCode,
        string regionCode,
        Prescription p,
        AuditOutcome audit,
        ProtoState state,
        PrescriptionLine[]? lines,
        DateTimeOffset now
    )
    {
        var events = new List<Event>(3)
        {
            new PrescriptionReceived
            {
                AggregateId = id,
                Version = 1,
                OccurredAt = now,
                InstitutionCode = institutionCode,
                RegionCode = regionCode,
                HisNumber = p.HisNumber,
                Revision = p.Revision,
                DepartmentName = p.Department,
                DiseaseCode = p.DiseaseCode,
                SyndromeCode = p.SyndromeCode,
                SyndromeName = p.SyndromeName,
                Doses = p.Doses,
                LineCount = p.Lines.Count,
                Urgent = p.Urgent,
                FeeFen = p.FeeFen,
            },
            new PrescriptionAudited
            {
                AggregateId = id,
                Version = 2,
                OccurredAt = now,
                InstitutionCode = institutionCode,
                RegionCode = regionCode,
                HisNumber = p.HisNumber,
                Revision = p.Revision,
                Outcome = AuditTranslation.WordOf(audit.Severity),
                Release = audit.Release,
                Findings =
                [
                    .. audit.Findings.Select(f => new AuditedFinding(f.RuleId, AuditTranslation.WordOf(f.Severity), [.. f.LineNumbers])),
                ],
            },
        };
        switch (state)
        {
            case ProtoState.Approved:
                events.Add(Approved(id, institutionCode, regionCode, p, lines!, "system", version: 3, now));
                break;
            case ProtoState.Rejected:
                events.Add(
                    new PrescriptionRejected
                    {
                        AggregateId = id,
                        Version = 3,
                        OccurredAt = now,
                        InstitutionCode = institutionCode,
                        RegionCode = regionCode,
                        HisNumber = p.HisNumber,
                        Revision = p.Revision,
                        RejectedBy = "system",
                        Reason = string.Join("; ", audit.Findings.Where(f => f.Severity == ProtoSeverity.Block).Select(f => f.RuleId)),
                    }
                );
                break;
        }

        return events;
    }

    public static PrescriptionApproved Approved(
        Guid id,
        string institutionCode,
        string regionCode,
        Prescription p,
        PrescriptionLine[] lines,
        string approvedBy,
        int version,
        DateTimeOffset now
    ) =>
        new()
        {
            AggregateId = id,
            Version = version,
            OccurredAt = now,
            InstitutionCode = institutionCode,
            RegionCode = regionCode,
            HisNumber = p.HisNumber,
            Revision = p.Revision,
            ApprovedBy = approvedBy,
            Lines = lines,
            Doses = p.Doses,
            DosesPerDay = p.DosesPerDay,
            PacksPerDose = p.PacksPerDose,
            MillilitresPerPack = p.MillilitresPerPack,
            External = p.Route == Contracts.Prescriptions.V1.Route.External,
            Decoct = p.Decoct,
            Urgent = p.Urgent,
            DeliveryRegionCode = p.Delivery.RegionCode,
            SyndromeName = p.SyndromeName,
        };

    /// <summary>PostgreSQL keeps microseconds; the answer now must equal the answer read back.</summary>
    private static DateTimeOffset Truncate(DateTimeOffset t) => new(t.Ticks - t.Ticks % TimeSpan.TicksPerMicrosecond, t.Offset);
}

/// <summary>A prescription ready to be stored, with the events that tell of it.</summary>
internal sealed class AcceptedPrescription
{
    public required Guid Id { get; init; }
    public required string InstitutionCode { get; init; }
    public required string RegionCode { get; init; }
    public required string HisNumber { get; init; }
    public required int Revision { get; init; }
    public required byte[] ContentSha256 { get; init; }
    public required byte[] Document { get; init; }
    public required byte[] Identity { get; init; }
    public required AuditOutcome Audit { get; init; }
    public required ProtoState State { get; init; }
    public required bool Urgent { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    public required string? TraceParent { get; init; }
    public required IReadOnlyList<Event> Events { get; init; }

    public (string Institution, string HisNumber, int Revision) Key => (InstitutionCode, HisNumber, Revision);

    public PushReply Reply() =>
        new()
        {
            PrescriptionId = Id.ToString(),
            HisNumber = HisNumber,
            Revision = Revision,
            State = State,
            Audit = Audit,
            ContentSha256 = Convert.ToHexStringLower(ContentSha256),
            ReceivedAt = Timestamp.FromDateTimeOffset(ReceivedAt),
        };
}
