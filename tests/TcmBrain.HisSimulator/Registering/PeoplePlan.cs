using System.Globalization;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.HisSimulator.Registering;

/// <summary>A person of the plan, as a row of the import.</summary>
internal sealed record PlannedPerson(
    string Code,
    string InstitutionCode,
    string Name,
    string Category,
    string Title,
    string Grade,
    string MentorCode,
    string Sites,
    bool Toxic,
    bool Narcotic,
    string Discipline = "",
    bool GeneralPractice = false
)
{
    public string LicenceNumber => Category is "physician" or "pharmacist" ? "SF" + Code[1..] : "";
}

/// <summary>Who works where: by the kind of institution; the grades few, each with pupils; some physicians in a second place.</summary>
internal sealed class PeoplePlan
{
    private const string Families = "陈沈章俞楼方骆施钟傅虞柯蒋王李张刘杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾";
    private const string Given = "文清若兰子衡思远雨桐景行知白书宁云舟秋实半夏明华建国志强秀英桂芳敏静";

    private readonly Random random;
    private readonly List<PlannedPerson> rows = [];

    public PeoplePlan(Random random, IReadOnlyList<PlannedInstitution> institutions)
    {
        this.random = random;
        foreach (var at in institutions)
        {
            var second = institutions
                .FirstOrDefault(i => i.Kind == "community" && i.RegionCode == at.RegionCode && i.Code != at.Code)
                ?.Code;
            Staff(at, second);
        }
    }

    public IReadOnlyList<PlannedPerson> Rows => rows;

    private void Staff(PlannedInstitution at, string? second)
    {
        var (physicians, pharmacists, dispensers, workers) = at.Kind switch
        {
            "hospital" or "tcm-hospital" => (32, 6, 4, 2),
            "community" => (9, 2, 1, 0),
            "station" => (2, 1, 0, 0),
            "clinic" => (3, 1, 0, 0),
            "decoction" => (0, 1, 2, 6),
            "manufacturer" or "quality" => (0, 3, 0, 0),
            _ => (0, 0, 0, 0),
        };
        // The demo's own people of the demo's own hospitals have the numbers from 1 on.
        var nth = DemoRegion.Hospitals.Any(h => h.Code == at.Code) ? 10 : 0;
        string? mentor = null;
        for (var i = 0; i < physicians; i++)
        {
            // In a general hospital one in eight, in a community centre one in three; in TCM hospitals all but one in five.
            var tcm = at.Kind switch
            {
                "hospital" => i % 8 == 0,
                "community" or "station" => i % 3 == 0,
                "tcm-hospital" => i % 5 != 4,
                _ => true,
            };
            // The grades are of TCM physicians.
            var grade = tcm ? GradeOf(at, i) : "";
            var person = Person(
                at,
                ++nth,
                "physician",
                TitleOf(i, physicians, tcm),
                grade,
                grade.Length == 0 && i % 5 == 4 ? mentor : null,
                second is not null && i % 9 == 8 ? second : null,
                toxic: i % 3 != 2,
                narcotic: i % 4 == 0,
                tcm ? "tcm" : "clinical",
                general: at.Kind is "community" or "station" && i % 2 == 0
            );
            mentor ??= grade.Length > 0 || at.Kind == "community" ? person.Code : null;
        }

        Many(at, pharmacists, "pharmacist", "主管中药师", ref nth);
        Many(at, dispensers, "dispenser", "中药调剂员", ref nth);
        Many(at, workers, "decoction-worker", "中药煎药员", ref nth);
    }

    private void Many(PlannedInstitution at, int count, string category, string title, ref int nth)
    {
        for (var i = 0; i < count; i++)
        {
            Person(at, ++nth, category, title, "", null, null, toxic: false, narcotic: false);
        }
    }

    private static string TitleOf(int nth, int of, bool tcm) =>
        (
            nth < of / 6 ? "主任"
            : nth < of / 2 ? "副主任"
            : "主治"
        ) + (tcm ? "中医师" : "医师");

    private static string GradeOf(PlannedInstitution at, int nth) =>
        (at.Kind, nth) switch
        {
            ("hospital" or "tcm-hospital", 0) when at.Code == DemoRegion.Hospitals[0].Code => "national-master",
            ("hospital" or "tcm-hospital", 0) when at.Level == "三级甲等" => "national",
            ("hospital" or "tcm-hospital", 1) when at.Ownership == "public" => "provincial",
            ("hospital" or "tcm-hospital", 2 or 3) when at.Ownership == "public" => "city",
            ("community", 0) => "county",
            _ => "",
        };

    private PlannedPerson Person(
        PlannedInstitution at,
        int nth,
        string category,
        string title,
        string grade,
        string? mentor,
        string? site,
        bool toxic,
        bool narcotic,
        string discipline = "",
        bool general = false
    )
    {
        var name = string.Concat(
            Families[random.Next(Families.Length)],
            Given[random.Next(Given.Length)],
            Given[random.Next(Given.Length)]
        );
        var person = new PlannedPerson(
            string.Create(CultureInfo.InvariantCulture, $"D{at.Code[8..16]}{nth:00}"),
            at.Code,
            name,
            category,
            title,
            grade,
            mentor ?? "",
            site ?? "",
            toxic,
            narcotic,
            discipline,
            general
        );
        rows.Add(person);
        return person;
    }
}
