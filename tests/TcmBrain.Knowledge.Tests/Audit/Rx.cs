using TcmBrain.Knowledge;
using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Knowledge.Tests.Audit;

/// <summary>Prescriptions for tests: an adult man, three days, one dose a day, everything written as it should be.</summary>
internal static class Rx
{
    public static readonly Catalogue Catalogue = Catalogue.Default;

    public static readonly PrescriptionAuditor Auditor = new(Catalogue, AuditPolicy.Default);

    public static AuditRequest Of(params AuditLine[] lines) =>
        new()
        {
            Sex = Sex.Male,
            Age = Age.OfYears(40),
            Pregnant = Answer.No,
            BreastFeeding = Answer.No,
            Days = 2,
            Doses = 2,
            DiagnosisCode = "A01.01.01",
            SyndromeCode = "B02.02.04.01.01.02",
            Authority = PrescriberAuthority.Toxic | PrescriberAuthority.Narcotic,
            Lines = lines,
        };

    /// <summary>Each piece at a dose in the middle of its range, with the handling it needs.</summary>
    public static AuditRequest OfPieces(params string[] names) => Of([.. names.Select(x => Line(x))]);

    public static AuditLine Line(string name, decimal? grams = null, string? handling = null)
    {
        var found = Catalogue.Resolve(name);
        if (!found.IsCertain && found.Kind is not (NameKind.RawOrProcessed or NameKind.UnspecifiedProcessing))
        {
            return new(name, (long)((grams ?? 6) * 1000), handling);
        }
        var piece = Catalogue[Catalogue.Customs.For(found.Herb) ?? found.Herb];
        var middle = piece.MaxMilligrams is { } max ? (piece.MinMilligrams!.Value + max) / 2 : 3_000;
        return new(
            name,
            grams is { } g ? (long)(g * 1000) : middle,
            handling ?? (piece.RequiredHandling == Handling.None ? null : HandlingText.Format(piece.RequiredHandling))
        );
    }

    public static AuditResult Audit(this AuditRequest request) => Auditor.Audit(request);

    public static string[] Ids(this AuditResult result) => [.. result.Findings.Select(x => x.RuleId)];
}
