using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Knowledge;
using TcmBrain.Prescriptions.Audit;
using AuditRoute = TcmBrain.Prescriptions.Audit.Route;
using AuditSex = TcmBrain.Prescriptions.Audit.Sex;
using AuditVisit = TcmBrain.Prescriptions.Audit.VisitKind;
using ProtoFinding = TcmBrain.Contracts.Prescriptions.V1.Finding;
using ProtoRoute = TcmBrain.Contracts.Prescriptions.V1.Route;
using ProtoSeverity = TcmBrain.Contracts.Prescriptions.V1.Severity;
using ProtoSex = TcmBrain.Contracts.Prescriptions.V1.Sex;
using ProtoVisit = TcmBrain.Contracts.Prescriptions.V1.VisitKind;
using Severity = TcmBrain.Prescriptions.Audit.Severity;

namespace TcmBrain.Prescriptions.Push;

/// <summary>Between the contract's words and the audit's.</summary>
internal static class AuditTranslation
{
    /// <param name="narcoticDaysBefore">days of narcotic pieces that this patient was given without a break before</param>
    public static Audit.AuditRequest RequestOf(
        Prescription p,
        PrescriberAuthority authority,
        InstitutionPolicy? institution,
        int narcoticDaysBefore = 0
    )
    {
        var born = PatientFormat.BirthDate(p.Patient);
        var today = RegionTime.DayOf(p.IssuedAt.ToDateTimeOffset());
        var lines = new AuditLine[p.Lines.Count];
        for (var i = 0; i < lines.Length; i++)
        {
            var line = p.Lines[i];
            lines[i] = new AuditLine(
                line.Name,
                line.MilligramsPerDose,
                line.Handling.Length == 0 ? null : line.Handling,
                // 「各」 in the footnote: the weight is that of each member of a combined name.
                DoseForEach: line.Footnote.StartsWith('各')
            );
        }

        return new Audit.AuditRequest
        {
            Sex = p.Patient.Sex switch
            {
                ProtoSex.Male => AuditSex.Male,
                ProtoSex.Female => AuditSex.Female,
                _ => AuditSex.Unknown,
            },
            Age = born is { } day && day <= today ? Age.On(day, today) : null,
            Pregnant = AnswerOf(p.Patient.Pregnant),
            BreastFeeding = AnswerOf(p.Patient.Lactating),
            Conditions = DiagnosedConditions.Of(p.WesternDiagnosis),
            Weaning = p.TreatmentPrinciple.Contains("回乳", StringComparison.Ordinal),
            WeightGrams = p.Patient.WeightGrams > 0 ? p.Patient.WeightGrams : null,
            Allergies = p.Patient.Allergies.Count == 0 ? default : p.Patient.Allergies.ToArray(),
            Visit = p.Visit switch
            {
                ProtoVisit.Emergency => AuditVisit.Emergency,
                ProtoVisit.Inpatient => AuditVisit.Inpatient,
                _ => AuditVisit.Outpatient,
            },
            Doses = p.Doses,
            DosesPerDay = p.DosesPerDay,
            Days = (p.Doses + p.DosesPerDay - 1) / p.DosesPerDay,
            DurationReasonGiven = p.LongCourseReason.Length > 0,
            Route = p.Route == ProtoRoute.External ? AuditRoute.External : AuditRoute.Oral,
            Form = DosageForm.Decoction,
            DiagnosisCode = p.DiseaseCode,
            SyndromeCode = p.SyndromeCode,
            Authority = authority,
            Institution = institution,
            NarcoticDaysBefore = narcoticDaysBefore,
            Lines = lines,
        };
    }

    private static Answer AnswerOf(TriState state) =>
        state switch
        {
            TriState.Yes => Answer.Yes,
            TriState.No => Answer.No,
            _ => Answer.Unknown,
        };

    /// <param name="match">The classic formula it is closest to, as information; null when it is close to none.</param>
    public static AuditOutcome OutcomeOf(AuditResult result, FormulaMatch? match, Catalogue catalogue)
    {
        var outcome = OutcomeOf(result);
        if (match is not null)
        {
            outcome.Formula = new RecognisedFormula
            {
                Name = match.Formula.Name,
                Source = match.Formula.Source,
                SyndromeCode = match.Formula.SyndromeCode,
                SyndromeName = match.Formula.SyndromeName,
                SimilarityPermille = match.SimilarityPermille,
                CoveragePermille = match.CoveragePermille,
            };
            outcome.Formula.Added.AddRange(match.Added.Select(x => catalogue[x].Name));
            outcome.Formula.Removed.AddRange(match.Removed.Select(x => catalogue[x].Name));
        }

        return outcome;
    }

    public static AuditOutcome OutcomeOf(AuditResult result)
    {
        var outcome = new AuditOutcome { Severity = SeverityOf(result.Outcome), Release = result.Release };
        foreach (var finding in result.Findings)
        {
            var told = new ProtoFinding
            {
                RuleId = finding.RuleId,
                RuleVersion = finding.Version.ToString(System.Globalization.CultureInfo.InvariantCulture),
                Edition = finding.Edition,
                Source = finding.Source,
                Evidence = finding.EvidenceMark switch
                {
                    EvidenceMark.Confirmed => "C",
                    EvidenceMark.ConfirmedSecondHand => "C*",
                    _ => "M",
                },
                Severity = SeverityOf(finding.Severity),
                TextZh = finding.Zh,
                TextEn = finding.En,
            };
            foreach (var line in finding.Lines)
            {
                told.LineNumbers.Add(line + 1);
            }

            outcome.Findings.Add(told);
        }

        return outcome;
    }

    private static ProtoSeverity SeverityOf(Severity severity) =>
        severity switch
        {
            Severity.Advise => ProtoSeverity.Advise,
            Severity.DoubleSign => ProtoSeverity.DoubleSign,
            Severity.Resolve => ProtoSeverity.Resolve,
            Severity.Block or Severity.Refuse => ProtoSeverity.Block,
            _ => ProtoSeverity.Unspecified,
        };

    /// <summary>The word that events use.</summary>
    public static string WordOf(ProtoSeverity severity) =>
        severity switch
        {
            ProtoSeverity.Advise => "advise",
            ProtoSeverity.DoubleSign => "double_sign",
            ProtoSeverity.Resolve => "resolve",
            ProtoSeverity.Block => "block",
            _ => "pass",
        };

    /// <summary>
    /// What is to be dispensed: every line by its canonical piece, combined names taken apart, bare names by the customs of dispensing.
    /// Null when a name is not certain, in which case nobody may dispense it.
    /// </summary>
    public static PrescriptionLine[]? DispensableLines(Prescription p, Catalogue catalogue, InstitutionPolicy? institution)
    {
        var lines = new List<PrescriptionLine>(p.Lines.Count);
        var customs = institution?.CustomsOf(catalogue) ?? catalogue.Customs;
        foreach (var line in p.Lines)
        {
            var resolution = catalogue.Resolve(line.Name);
            switch (resolution.Kind)
            {
                case NameKind.Piece or NameKind.Alias:
                    Add(resolution.Herb, line);
                    break;
                case NameKind.Combined:
                    foreach (var member in resolution.Choices)
                    {
                        Add(member, line);
                    }

                    break;
                // 生用 in the handling says which of the two it is.
                case NameKind.RawOrProcessed
                or NameKind.UnspecifiedProcessing when (HandlingText.Parse(line.Handling) & Handling.Raw) != 0:
                    Add(catalogue.RawForm(resolution.Herb), line);
                    break;
                case NameKind.UnspecifiedProcessing when customs.For(resolution.Herb) is { } piece:
                    Add(piece, line);
                    break;
                default:
                    return null;
            }
        }

        return [.. lines];

        void Add(HerbId herb, Line line) =>
            lines.Add(
                new PrescriptionLine(
                    lines.Count + 1,
                    catalogue[herb].Name,
                    new Weight(line.MilligramsPerDose),
                    line.Handling,
                    line.Grade,
                    line.Origin
                )
            );
    }
}
