using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using ProtoSeverity = TcmBrain.Contracts.Prescriptions.V1.Severity;
using ProtoState = TcmBrain.Contracts.Prescriptions.V1.State;

namespace TcmBrain.Prescriptions.Push;

/// <summary>What is told of a prescription that came in.</summary>
internal static class AcceptanceEvents
{
    public static List<Event> Of(
        Guid id,
        string institutionCode,
        string regionCode,
        Prescription p,
        string pseudonym,
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
                DiseaseName = p.DiseaseName,
                VisitKind = p.Visit switch
                {
                    VisitKind.Emergency => "emergency",
                    VisitKind.Inpatient => "inpatient",
                    _ => "outpatient",
                },
                PrescriberCode = p.Prescriber.PractitionerCode,
                PrescriberName = p.Prescriber.Name,
                Days = (p.Doses + p.DosesPerDay - 1) / p.DosesPerDay,
                LongCourseExplained = p.LongCourseReason.Length > 0,
                PatientYears = YearsAtIssue(p),
                PatientPseudonym = pseudonym,
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
                FormulaName = audit.Formula?.Name,
                FormulaSimilarityPermille = audit.Formula?.SimilarityPermille,
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
            PickUp =
                p.Delivery.Kind == DeliveryKind.PickUp
                    ? new PickUp(
                        p.Delivery.PickUpInstitution,
                        p.Delivery.PickUpFrom.ToDateTimeOffset(),
                        p.Delivery.PickUpUntil.ToDateTimeOffset()
                    )
                    : null,
            Taking = new Taking(
                p.Usage,
                p.TimesPerDay > 0 ? p.TimesPerDay : p.DosesPerDay * p.PacksPerDose,
                p.MillilitresPerTime > 0 ? p.MillilitresPerTime : p.MillilitresPerPack
            )
            {
                PatientYears = YearsAtIssue(p),
            },
            SyndromeName = p.SyndromeName,
        };

    private static int? YearsAtIssue(Prescription p) =>
        PatientFormat.YearsAt(p.Patient, Contracts.RegionTime.DayOf(p.IssuedAt.ToDateTimeOffset()));
}
