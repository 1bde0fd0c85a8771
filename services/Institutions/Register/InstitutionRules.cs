using TcmBrain.Contracts;
using TcmBrain.Institutions.History;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Register;

/// <summary>What an institution's entry must satisfy before anything is stored.</summary>
internal static class InstitutionRules
{
    private const int MostBeds = 20_000;
    private const int MostDepartments = 100;

    /// <summary>What an institution may change of its own entry; the rest is the authority's (医疗机构管理条例).</summary>
    private static readonly IReadOnlySet<string> OwnFields = new HashSet<string>(StringComparer.Ordinal)
    {
        "nameEn",
        "addressZh",
        "longitude",
        "latitude",
        "departments",
    };

    /// <param name="regions">those of the request that exist and are not retired</param>
    public static FaultList Check(InstitutionRequest asked, Institution? before, IReadOnlySet<string> regions, Actor actor, DateOnly today)
    {
        var kind = InstitutionKinds.Find(asked.Kind);
        var region = asked.RegionCode;
        var faults = new FaultList()
            .Require(InstitutionCode.IsValid(asked.Code), InstitutionsFaults.WrongCode, "code")
            .Require(kind is not null, InstitutionsFaults.UnknownKind, "kind")
            .Require(
                // Where it stands already it may stay, be the region retired or the caller its own institution.
                region is not null
                    && (region == before?.RegionCode || regions.Contains(region) && actor.Scope.CoversRegion(region)),
                InstitutionsFaults.UnknownRegion,
                "regionCode"
            )
            .Require(AreCoordinates(asked.Longitude, asked.Latitude), InstitutionsFaults.WrongCoordinates, "longitude")
            .RequireText(asked.NameZh, "nameZh", TextRules.LongestName)
            .RequireText(asked.NameEn, "nameEn", TextRules.LongestName)
            .Require(
                asked.Ownership is null || InstitutionKinds.Ownerships.Contains(asked.Ownership),
                InstitutionsFaults.UnknownOwnership,
                "ownership"
            )
            .AllowText(asked.AddressZh, "addressZh", 200)
            .CheckLicence(asked.LicenceNumber, asked.LicenceExpiresOn, before?.LicenceExpiresOn, today);
        if (kind is not null)
        {
            CheckKind(faults, asked, kind);
            faults.Require(
                !kind.OperatorOnly || actor.Authority == Authority.Operator || before?.Kind == kind.Name,
                InstitutionsFaults.OperatorKind,
                "kind"
            );
        }

        CheckDepartments(faults, asked.Departments ?? []);
        return faults;
    }

    /// <summary>An institution's administrator changes only what is the institution's own.</summary>
    public static void CheckRights(FaultList faults, IReadOnlyList<FieldChange> changes, Actor actor)
    {
        foreach (var change in changes.Where(c => actor.Authority == Authority.Institution && !OwnFields.Contains(c.Field)))
        {
            faults.Add(InstitutionsFaults.AuthorityOnly, change.Field);
        }
    }

    private static void CheckKind(FaultList faults, InstitutionRequest asked, InstitutionKind kind) =>
        faults
            .Require(InstitutionKinds.IsLevelOf(kind, asked.Level?.Trim() ?? ""), InstitutionsFaults.WrongLevel, "level")
            .Require(asked.Beds is null or 0 || kind.Beds && asked.Beds is > 0 and <= MostBeds, InstitutionsFaults.WrongBeds, "beds")
            .Require(asked.TcmHall is not true || kind.Hall, InstitutionsFaults.WrongHall, "tcmHall")
            .Require(InstitutionAttributes.AreValid(asked.Attributes), InstitutionsFaults.WrongAttribute, "attributes")
            .Require(asked.Departments is null or [] || kind.Medical, InstitutionsFaults.NoDepartments, "departments");

    private static void CheckDepartments(FaultList faults, IReadOnlyList<DepartmentRequest> departments)
    {
        faults.Require(departments.Count <= MostDepartments, InstitutionsFaults.TooMany, "departments", MostDepartments);
        var codes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, department) in departments.Take(MostDepartments).Index())
        {
            if (DiagnosisSubjects.Find(department?.Code) is null)
            {
                faults.Add(InstitutionsFaults.UnknownSubject, $"departments[{i}].code");
            }
            else
            {
                faults
                    .Require(codes.Add(department!.Code!), InstitutionsFaults.Doubled, $"departments[{i}].code")
                    .AllowText(department.NameZh, $"departments[{i}].nameZh", 50);
            }
        }
    }

    private static bool AreCoordinates(double? longitude, double? latitude) =>
        (longitude, latitude) switch
        {
            (null, null) => true,
            ({ } east, { } north) => east is >= -180 and <= 180 && north is >= -90 and <= 90,
            _ => false,
        };
}
