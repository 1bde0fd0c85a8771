using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Practitioners;

/// <summary>What a practitioner's entry must satisfy by itself; <see cref="Surroundings"/> answers for what it refers to.</summary>
internal static class PractitionerRules
{
    private const int MostSites = 20;

    public static readonly IReadOnlySet<string> Categories = Set("physician", "pharmacist", "dispenser", "decoction-worker");

    private static readonly IReadOnlySet<string> Grades = Set("", "national-master", "national", "provincial", "city", "county");

    public static readonly IReadOnlySet<string> Disciplines = Set("", "tcm", "clinical", "dental", "public-health");

    public static FaultList Check(PractitionerRequest asked, Practitioner? before, DateOnly today)
    {
        var sites = asked.Sites ?? [];
        var physician = asked.Category is null or "physician";
        return new FaultList()
            .Require(IsCode(asked.Code), InstitutionsFaults.WrongPractitionerCode, "code")
            .Require(asked.Category is not null && Categories.Contains(asked.Category), InstitutionsFaults.UnknownCategory, "category")
            .Require(
                Disciplines.Contains(asked.Discipline ?? "") && (physician || string.IsNullOrEmpty(asked.Discipline)),
                InstitutionsFaults.UnknownDiscipline,
                "discipline"
            )
            .Require(physician || asked.GeneralPractice is not true, InstitutionsFaults.UnknownDiscipline, "generalPractice")
            .AllowText(asked.Title, "title", 20)
            // 处方管理办法: prescribing rights follow the physician's licence.
            .Require(
                physician || !(asked.MayPrescribeToxic is true || asked.MayPrescribeNarcotic is true),
                InstitutionsFaults.RightsWithoutLicence,
                asked.MayPrescribeToxic is true ? "mayPrescribeToxic" : "mayPrescribeNarcotic"
            )
            .RequireText(asked.Name, "name", 50)
            .Require(Grades.Contains(asked.Grade ?? ""), InstitutionsFaults.UnknownGrade, "grade")
            .CheckLicence(asked.LicenceNumber, asked.LicenceExpiresOn, before?.LicenceExpiresOn, today)
            .Require(physician || sites.Count == 0, InstitutionsFaults.SitesOfPhysicians, "sites")
            .Require(sites.Count <= MostSites, InstitutionsFaults.TooMany, "sites", MostSites)
            .Require(sites.Distinct().Count() == sites.Count, InstitutionsFaults.Doubled, "sites");
    }

    public static bool IsCode(string? code) => code is { Length: >= 6 and <= 32 } && code.All(char.IsAsciiLetterOrDigit);

    private static HashSet<string> Set(params string[] names) => new(names, StringComparer.Ordinal);
}
