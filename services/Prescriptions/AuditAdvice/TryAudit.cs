using TcmBrain.Prescriptions.Audit;
using TcmBrain.ServiceDefaults.Faults;
using Route = TcmBrain.Prescriptions.Audit.Route;

namespace TcmBrain.Prescriptions.AuditAdvice;

/// <summary>A prescription tried under the release that answers (试审). Stores nothing.</summary>
internal static class TryAudit
{
    private const int MostLines = 100;
    private const int MostText = 64;

    private static readonly string?[] Sexes = [null, "male", "female"];
    private static readonly string?[] Visits = [null, "outpatient", "emergency", "inpatient"];
    private static readonly string?[] Routes = [null, "oral", "external"];
    private static readonly string?[] Forms = [null, "decoction", "pill"];

    /// <exception cref="FaultException">With every fault located.</exception>
    public static TryAnswer Run(AuditRelease release, InstitutionPolicy? policy, TryRequest asked)
    {
        Check(asked);
        var request = RequestOf(asked) with { Institution = policy };
        var result = release.Auditor.Audit(in request);
        return new(
            result.Release,
            SeverityWords.Of(result.Outcome),
            [.. result.Findings.Select(AuditAnswers.Of)],
            AuditAnswers.Of(release.Auditor.Recognise(in request), release.Catalogue)
        );
    }

    private static AuditRequest RequestOf(TryRequest asked)
    {
        var perDay = asked.DosesPerDay ?? 1;
        var doses = asked.Doses ?? 1;
        return new AuditRequest
        {
            Sex = asked.Sex switch
            {
                "male" => Sex.Male,
                "female" => Sex.Female,
                _ => Sex.Unknown,
            },
            Age =
                asked.AgeDays is { } age ? Age.OfDays(age)
                : asked.AgeYears is { } years ? Age.OfYears(years)
                : null,
            Pregnant = AnswerOf(asked.Pregnant),
            BreastFeeding = AnswerOf(asked.Lactating),
            Weaning = asked.Weaning ?? false,
            WeightGrams = asked.WeightGrams,
            Allergies = asked.Allergies?.ToArray() ?? [],
            Visit = asked.Visit switch
            {
                "emergency" => VisitKind.Emergency,
                "inpatient" => VisitKind.Inpatient,
                _ => VisitKind.Outpatient,
            },
            Doses = doses,
            DosesPerDay = perDay,
            Days = Math.Max(1, (doses + perDay - 1) / perDay),
            Route = asked.Route == "external" ? Route.External : Route.Oral,
            Form = asked.Form == "pill" ? DosageForm.PillOrPowder : DosageForm.Decoction,
            DiagnosisCode = asked.DiseaseCode,
            SyndromeCode = asked.SyndromeCode,
            Authority =
                (asked.MayPrescribeToxic ?? false ? PrescriberAuthority.Toxic : 0)
                | (asked.MayPrescribeNarcotic ?? false ? PrescriberAuthority.Narcotic : 0),
            Lines = asked.Lines.Select(x => new AuditLine(x.Name, x.Milligrams, x.Handling, x.DoseForEach ?? false)).ToArray(),
        };
    }

    private static Answer AnswerOf(bool? said) =>
        said switch
        {
            true => Answer.Yes,
            false => Answer.No,
            _ => Answer.Unknown,
        };

    private static void Check(TryRequest asked)
    {
        var faults = new FaultList()
            .Require(asked.Lines.Count is >= 1 and <= MostLines, PrescriptionsFaults.Lines, "lines", MostLines)
            .Require(Sexes.Contains(asked.Sex), GeneralFaults.Refused, "sex")
            .Require(Visits.Contains(asked.Visit), GeneralFaults.Refused, "visit")
            .Require(Routes.Contains(asked.Route), GeneralFaults.Refused, "route")
            .Require(Forms.Contains(asked.Form), GeneralFaults.Refused, "form")
            .Require(asked.AgeYears is null or (>= 0 and <= 150), PrescriptionsFaults.OutOfRange, "ageYears", 0, 150)
            .Require(asked.AgeDays is null or (>= 0 and <= 366), PrescriptionsFaults.OutOfRange, "ageDays", 0, 366)
            .Require(asked.WeightGrams is null or (>= 300 and <= 500_000), PrescriptionsFaults.OutOfRange, "weightGrams", 300, 500_000)
            .Require(asked.Doses is null or (>= 1 and <= 99), PrescriptionsFaults.OutOfRange, "doses", 1, 99)
            .Require(asked.DosesPerDay is null or (>= 1 and <= 9), PrescriptionsFaults.OutOfRange, "dosesPerDay", 1, 9);
        for (var i = 0; i < Math.Min(asked.Lines.Count, MostLines); i++)
        {
            var line = asked.Lines[i];
            faults.Require(line.Name.Trim().Length > 0, PrescriptionsFaults.Missing, $"lines[{i}].name");
            faults.Require(line.Name.Length <= MostText, PrescriptionsFaults.TooLong, $"lines[{i}].name", MostText);
            faults.Require(
                line.Handling is null || line.Handling.Length <= MostText,
                PrescriptionsFaults.TooLong,
                $"lines[{i}].handling",
                MostText
            );
        }

        faults.ThrowIfAny();
    }
}
