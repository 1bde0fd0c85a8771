using System.Globalization;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.HisSimulator.Registering;

/// <summary>An institution of the plan, as a row of the import.</summary>
internal sealed record PlannedInstitution(
    string Code,
    string NameZh,
    string NameEn,
    string Kind,
    string Ownership,
    string Level,
    string RegionCode,
    string AddressZh,
    double Longitude,
    double Latitude,
    int Beds,
    bool TcmHall,
    string Departments,
    string Attributes = ""
)
{
    public string LicenceNumber => Kind is "regulator" or "planting" or "venue" or "tourism" ? "" : $"SF{RegionCode}{Code[10..16]}";

    public string LicenceExpiresOn => LicenceNumber.Length == 0 ? "" : $"20{31 + Code[15] % 5}-06-30";
}

internal sealed record PlannedConsortium(
    string Code,
    string NameZh,
    string NameEn,
    string Kind,
    string RegionCode,
    string Leader,
    string[] Members
);

/// <summary>
/// The demo region in full (示范区域): what the 13 counties of Hangzhou and Yiwu might have, by a fixed seed. All names are invented and say so
/// (示范); the codes are well formed and belong to nobody. The demo's own institutions are in it, with what their licences say.
/// </summary>
internal sealed class RegionPlan
{
    private const string Tcm = "50.01;50.04;50.10;50.13;50.14;50.17=治未病科";
    private static readonly string[] Streets =
    [
        "湖畔",
        "文澜",
        "古荡",
        "望江",
        "采荷",
        "长庆",
        "祥符",
        "康桥",
        "留下",
        "转塘",
        "南星",
        "清波",
        "临安",
        "竹海",
    ];
    private static readonly string[] StreetsEn =
    [
        "Hupan",
        "Wenlan",
        "Gudang",
        "Wangjiang",
        "Caihe",
        "Changqing",
        "Xiangfu",
        "Kangqiao",
        "Liuxia",
        "Zhuantang",
        "Nanxing",
        "Qingbo",
        "Linan",
        "Zhuhai",
    ];
    private static readonly string[] Herbs =
    [
        "浙贝",
        "杭白芍",
        "元胡",
        "白术",
        "杭菊",
        "玄参",
        "麦冬",
        "山茱萸",
        "三叶青",
        "铁皮石斛",
        "覆盆子",
        "前胡",
        "灵芝",
        "黄精",
    ];

    private readonly Random random;
    private readonly List<PlannedInstitution> institutions = [];
    private readonly List<PlannedConsortium> consortia = [];
    private int next = 1000;

    public RegionPlan(int seed)
    {
        random = new Random(seed);
        institutions.AddRange(DemoRegion.Hospitals.Select(Known));
        foreach (var (i, county) in Counties.Index())
        {
            Plan(county, i);
        }

        consortia.Add(
            Consortium(
                "HZ-YLT-01",
                "杭州示范中医医联体",
                "Hangzhou Demo TCM Alliance",
                "medical-alliance",
                DemoRegion.Hangzhou,
                DemoRegion.Hospitals[0].Code,
                [.. DemoRegion.Hospitals.Skip(1).Take(12).Where(h => h.Kind != "community").Select(h => h.Code)]
            )
        );
        consortia.Add(
            Consortium(
                "HZ-ZKLM-01",
                "杭州示范治未病专科联盟",
                "Hangzhou Demo Preventive Care Alliance",
                "specialist-alliance",
                DemoRegion.Hangzhou,
                DemoRegion.Hospitals[2].Code,
                [
                    .. institutions
                        .Where(i => i.Kind == "community" && i.RegionCode.StartsWith("3301", StringComparison.Ordinal) && i.TcmHall)
                        .Take(20)
                        .Select(i => i.Code),
                ]
            )
        );
        People = new PeoplePlan(random, institutions).Rows;
    }

    public static IEnumerable<DemoArea> Counties => DemoRegion.Areas.Where(area => area.Population > 0);

    public IReadOnlyList<PlannedInstitution> Institutions => institutions;

    /// <summary>Mentors stand before their pupils.</summary>
    public IReadOnlyList<PlannedPerson> People { get; }

    public IReadOnlyList<PlannedConsortium> Consortia => consortia;

    /// <summary>What there is in a county, by its population.</summary>
    private void Plan(DemoArea county, int nth)
    {
        var size = Math.Clamp(county.Population / 250_000, 2, 7);
        var from = institutions.Count;
        Add(
            county,
            nth,
            "hospital",
            "public",
            size > 4 ? "三级甲等" : "二级甲等",
            "示范人民医院",
            "Demo People's Hospital",
            beds: 300 + 100 * size,
            departments: nth % 5 == 4 ? "03;04;05;07;20;30;32" : "03;04;05;07;20;30;32;50",
            attributes: "internet-consultation;emr-level=4"
        );
        Add(
            county,
            nth + 1,
            "tcm-hospital",
            "private",
            "未定级",
            "示范国医馆医院",
            "Demo Guoyi Hospital",
            beds: 60 + 10 * size,
            departments: Tcm + ";50.12=老年病科",
            attributes: nth % 2 == 0 ? "internet-consultation;emr-level=3" : "emr-level=2"
        );
        for (var i = 0; i < size; i++)
        {
            Add(
                county,
                nth + i,
                "community",
                "public",
                "",
                "街道示范社区卫生服务中心",
                "Demo Community Health Centre",
                beds: 20,
                hall: i % 4 != 3,
                departments: "02;03;09;50.01;50.13;50.17=治未病科;21=康复科",
                attributes: i % 3 == 0 ? "special-clinics=2"
                    : i % 3 == 1 ? "special-clinics=1"
                    : ""
            );
        }

        for (var i = 0; i < size + 3; i++)
        {
            Add(
                county,
                nth + i,
                "station",
                "public",
                "",
                $"{i + 1}号示范社区卫生服务站",
                $"Demo Health Station {i + 1}",
                hall: i % 3 == 0,
                departments: "02;50.01",
                attributes: i % 2 == 0
                    ? i % 4 == 0
                        ? "village-clinic;tcm-services;tcm-featured"
                        : "village-clinic;tcm-services"
                    : i % 5 == 1
                        ? "tcm-featured"
                        : ""
            );
        }

        for (var i = 0; i < size + 2; i++)
        {
            Add(
                county,
                nth + i,
                "clinic",
                "private",
                "",
                i % 2 == 0 ? "示范中医诊所" : "示范中医门诊部",
                "Demo TCM Clinic",
                departments: i % 2 == 0 ? "50.01" : Tcm
            );
        }

        Add(county, nth, "regulator", "public", "", "示范卫生健康局", "Demo Health Bureau", register: "11");
        Add(county, nth, "planting", "private", "", $"{Herbs[nth % Herbs.Length]}示范种植基地", "Demo Herb Planting Base", register: "93");
        if (nth % 2 == 0)
        {
            Add(
                county,
                nth,
                "manufacturer",
                "private",
                "",
                "示范中药饮片有限公司",
                "Demo Herbal Pieces Co.",
                register: "91",
                attributes: nth % 6 == 0 ? "leading-enterprise" : ""
            );
        }

        if (nth % 3 == 0)
        {
            Add(county, nth, "venue", "public", "", "示范中医药文化馆", "Demo TCM Culture Hall");
        }

        if (nth % 3 == 1)
        {
            Add(county, nth, "tourism", "private", "", "示范中医药文化旅游基地", "Demo TCM Tourism Base", register: "91");
        }

        if (nth % 4 == 1)
        {
            Add(county, nth, "decoction", "private", "", "示范煎药中心", "Demo Decoction Centre", register: "91");
            Add(county, nth, "quality", "public", "", "示范中药质量检测中心", "Demo TCM Testing Centre");
        }

        // The county's own hospital of the demo leads; what the region had before keeps its codes.
        var own = DemoRegion.Hospitals.First(h => h.RegionCode == county.Code);
        var leader = own.Kind == "community" ? institutions[from].Code : own.Code;
        consortia.Add(
            Consortium(
                $"{county.Code}-YGT",
                $"{county.NameZh}示范医共体",
                $"{county.NameEn} Demo Health Community",
                "county-community",
                county.Code,
                leader,
                [.. institutions.Skip(from).Where(i => i.Kind is "community" or "station" && i.Ownership == "public").Select(i => i.Code)]
            )
        );
    }

    private void Add(
        DemoArea county,
        int nth,
        string kind,
        string ownership,
        string level,
        string zh,
        string en,
        int beds = 0,
        bool hall = false,
        string departments = "",
        string? register = null,
        string attributes = ""
    )
    {
        var street = nth % Streets.Length;
        var code = DemoRegion.CodeOf(register ?? (ownership == "public" ? "12" : "52"), county.Code, next++);
        institutions.Add(
            new PlannedInstitution(
                code,
                county.NameZh + (register is null ? Streets[street] : "") + zh,
                $"{county.NameEn} {StreetsEn[street]} {en}",
                kind,
                ownership,
                level,
                county.Code,
                string.Create(CultureInfo.InvariantCulture, $"{county.NameZh}{Streets[street]}示范路{next % 900 + 1}号"),
                Math.Round(county.Longitude + (random.NextDouble() - 0.5) * 0.12, 4),
                Math.Round(county.Latitude + (random.NextDouble() - 0.5) * 0.09, 4),
                beds,
                hall,
                departments,
                attributes
            )
        );
    }

    private static PlannedInstitution Known(DemoInstitution at, int nth) =>
        new(
            at.Code,
            at.NameZh,
            at.NameEn,
            at.Kind,
            "public",
            at.Level,
            at.RegionCode,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{DemoRegion.Areas.First(a => a.Code == at.RegionCode).NameZh}示范大道{nth + 1}号"
            ),
            at.Longitude,
            at.Latitude,
            at.Kind == "community" ? 30 : 400 + 50 * (nth % 7),
            at.Kind == "community",
            at.Kind == "community" ? "02;50.01;50.13;50.17=治未病科" : Tcm + ";50.12=老年病科;50.15=康复科",
            at.Kind != "tcm-hospital"
                ? at.Kind == "community"
                    ? "special-clinics=2"
                    : "internet-consultation;emr-level=4"
                : nth < 3
                    ? "internet-consultation;emr-level=5;featured-specialties=9;key-specialties=7;technique-base"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"county-hospital;emr-level={3 + nth % 3};featured-specialties={4 + nth % 5};key-specialties={3 + nth % 4}{(nth % 4 != 3 ? ";internet-consultation;technique-base" : "")}"
                    )
        );

    private static PlannedConsortium Consortium(
        string code,
        string zh,
        string en,
        string kind,
        string region,
        string leader,
        string[] members
    ) => new(code, zh, en, kind, region, leader, members);
}
