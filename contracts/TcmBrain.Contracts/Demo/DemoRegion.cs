using System.Globalization;

namespace TcmBrain.Contracts.Demo;

/// <summary>
/// The demo region (演示区域): the 13 counties of Hangzhou and the city of Yiwu, with invented institutions, people and programs. Institutions
/// seeds it when <c>Demo__Enabled=true</c>; simulators and the documentation read the same lists. Never present in production.
/// </summary>
public static class DemoRegion
{
    public const string Hangzhou = "330100";
    public const string Yiwu = "330782";

    // Before the lists that are made of them: static fields are initialised in this order.
    private static readonly string[] GivenNames = ["文清", "若兰", "子衡", "思远", "雨桐", "景行", "知白", "书宁", "云舟", "秋实", "半夏"];

    private static readonly string[] FamilyNames = ["陈", "沈", "章", "俞", "楼", "方", "骆", "施", "钟", "傅", "虞", "柯", "蒋"];

    /// <summary>GB/T 2260: province, cities, counties.</summary>
    public static readonly IReadOnlyList<DemoArea> Areas =
    [
        new("330000", "浙江省", "Zhejiang", 0, 120.153, 30.265),
        new("330100", "杭州市", "Hangzhou", 0, 120.210, 30.246),
        new("330102", "上城区", "Shangcheng", 1_323_000, 120.171, 30.250),
        new("330105", "拱墅区", "Gongshu", 1_121_000, 120.150, 30.314),
        new("330106", "西湖区", "Xihu", 1_113_000, 120.130, 30.260),
        new("330108", "滨江区", "Binjiang", 504_000, 120.212, 30.207),
        new("330109", "萧山区", "Xiaoshan", 2_012_000, 120.264, 30.185),
        new("330110", "余杭区", "Yuhang", 1_227_000, 119.978, 30.274),
        new("330111", "富阳区", "Fuyang", 832_000, 119.960, 30.049),
        new("330112", "临安区", "Lin'an", 635_000, 119.725, 30.234),
        new("330113", "临平区", "Linping", 1_176_000, 120.299, 30.419),
        new("330114", "钱塘区", "Qiantang", 769_000, 120.494, 30.323),
        new("330122", "桐庐县", "Tonglu", 453_000, 119.691, 29.793),
        new("330127", "淳安县", "Chun'an", 329_000, 119.042, 29.609),
        new("330182", "建德市", "Jiande", 443_000, 119.281, 29.475),
        new("330700", "金华市", "Jinhua", 0, 119.648, 29.079),
        new("330782", "义乌市", "Yiwu", 1_859_000, 120.075, 29.306),
    ];

    /// <summary>Whose HIS pushes prescriptions: <c>Hospitals[n - 1]</c> is the institution of client <c>his-n</c>.</summary>
    public static readonly IReadOnlyList<DemoInstitution> Hospitals =
    [
        Public(1, "330102", "tcm-hospital", "三级甲等", "钱江示范中医院", "Qianjiang Demo TCM Hospital"),
        Public(2, "330105", "tcm-hospital", "三级乙等", "运河示范中医院", "Grand Canal Demo TCM Hospital"),
        Public(3, "330106", "tcm-hospital", "三级甲等", "西溪示范中医院", "Xixi Demo TCM Hospital"),
        Public(4, "330108", "hospital", "二级甲等", "江南示范医院", "Jiangnan Demo Hospital"),
        Public(5, "330109", "tcm-hospital", "三级乙等", "湘湖示范中医院", "Xianghu Demo TCM Hospital"),
        Public(6, "330110", "tcm-hospital", "二级甲等", "良渚示范中医院", "Liangzhu Demo TCM Hospital"),
        Public(7, "330111", "tcm-hospital", "三级乙等", "富春示范中医骨伤医院", "Fuchun Demo TCM Orthopaedic Hospital"),
        Public(8, "330112", "tcm-hospital", "二级甲等", "天目示范中医院", "Tianmu Demo TCM Hospital"),
        Public(9, "330113", "community", "", "超山示范社区卫生服务中心(中医馆)", "Chaoshan Demo Community Health Centre"),
        Public(10, "330114", "community", "", "下沙示范社区卫生服务中心(中医馆)", "Xiasha Demo Community Health Centre"),
        Public(11, "330122", "tcm-hospital", "二级甲等", "桐君示范中医院", "Tongjun Demo TCM Hospital"),
        Public(12, "330127", "tcm-hospital", "二级乙等", "千岛湖示范中医院", "Qiandao Lake Demo TCM Hospital"),
        Public(13, "330182", "tcm-hospital", "二级乙等", "新安江示范中医院", "Xin'anjiang Demo TCM Hospital"),
        Public(14, "330782", "tcm-hospital", "三级乙等", "丹溪示范中医院", "Danxi Demo TCM Hospital"),
    ];

    /// <summary>
    /// Shared pharmacies (共享中药房), each with its own decoction centre: <c>Pharmacies[n - 1]</c> is the institution of clients
    /// <c>dispenser-n</c>, <c>checker-n</c>, <c>decoction-n</c> and <c>courier-n</c>.
    /// </summary>
    public static readonly IReadOnlyList<DemoInstitution> Pharmacies =
    [
        Company(31, "330105", "pharmacy", "城北示范共享中药房(煎药中心)", "Chengbei Demo Shared Pharmacy"),
        Company(32, "330109", "pharmacy", "江东示范共享中药房(煎药中心)", "Jiangdong Demo Shared Pharmacy"),
        Company(33, "330782", "pharmacy", "义乌示范共享中药房(煎药中心)", "Yiwu Demo Shared Pharmacy"),
    ];

    /// <summary>Who pieces are bought of, each with a licence in date.</summary>
    public static readonly IReadOnlyList<DemoInstitution> Manufacturers =
    [
        Licensed(Company(71, "330122", "manufacturer", "桐江示范中药饮片有限公司", "Tongjiang Demo Herbal Pieces Co.")),
        Licensed(Company(72, "330182", "manufacturer", "新安示范中药饮片有限公司", "Xin'an Demo Herbal Pieces Co.")),
    ];

    public static readonly DemoInstitution QualityCentre = Public(
        51,
        Hangzhou,
        "quality",
        "",
        "杭州示范中药质量控制中心",
        "Hangzhou Demo TCM Quality Control Centre"
    );

    public static readonly DemoInstitution Operator = Company(
        52,
        Hangzhou,
        "operator",
        "数字中医药大脑示范运营中心",
        "Digital TCM Brain Demo Operations Centre"
    );

    /// <summary>Who supervises Hangzhou, and who supervises Yiwu.</summary>
    public static readonly IReadOnlyList<DemoInstitution> Regulators =
    [
        Authority(61, Hangzhou, "杭州示范中医药管理局", "Hangzhou Demo TCM Administration"),
        Authority(62, Yiwu, "义乌示范中医药管理局", "Yiwu Demo TCM Administration"),
    ];

    public static readonly IReadOnlyList<DemoInstitution> Institutions =
    [
        .. Hospitals,
        .. Pharmacies,
        .. Manufacturers,
        QualityCentre,
        Operator,
        .. Regulators,
    ];

    public static readonly IReadOnlyList<DemoPractitioner> Practitioners =
    [
        .. Hospitals.SelectMany(
            (at, i) =>
                new[]
                {
                    Person(at, i * 3, 1, "physician", "主任中医师", toxic: true, narcotic: true),
                    Person(at, i * 3 + 1, 2, "physician", "主治中医师", toxic: true, narcotic: false),
                    Person(at, i * 3 + 2, 3, "pharmacist", "主管中药师", toxic: false, narcotic: false),
                }
        ),
        .. Pharmacies.SelectMany(
            (at, i) =>
                new[]
                {
                    Person(at, 42 + i * 5, 1, "pharmacist", "主管中药师", toxic: false, narcotic: false),
                    Person(at, 43 + i * 5, 2, "dispenser", "中药调剂员", toxic: false, narcotic: false),
                    Person(at, 44 + i * 5, 3, "dispenser", "中药调剂员", toxic: false, narcotic: false),
                    Person(at, 45 + i * 5, 4, "decoction-worker", "中药煎药员", toxic: false, narcotic: false),
                    Person(at, 46 + i * 5, 5, "decoction-worker", "中药煎药员", toxic: false, narcotic: false),
                }
        ),
    ];

    /// <summary>
    /// <c>his-n</c> and <c>pharmacist-n</c> of hospital n; <c>dispenser-n</c>, <c>checker-n</c> (a pharmacist who checks), <c>decoction-n</c> and
    /// <c>courier-n</c> of pharmacy n; <c>maker-n</c> of manufacturer n; <c>quality-1</c>, <c>regulator-1</c> (Hangzhou), <c>regulator-2</c> (Yiwu), <c>operator-1</c>.
    /// </summary>
    public static readonly IReadOnlyList<DemoClient> Clients =
    [
        .. Hospitals.Select((at, i) => Client($"his-{i + 1}", at.NameZh + " HIS", at, "his")),
        .. Hospitals.Select((at, i) => Client($"pharmacist-{i + 1}", PersonAt(at, 2), at, "pharmacist")),
        .. Pharmacies.Select((at, i) => Client($"dispenser-{i + 1}", PersonAt(at, 1), at, "dispenser")),
        .. Pharmacies.Select((at, i) => Client($"checker-{i + 1}", PersonAt(at, 0), at, "pharmacist", "dispenser")),
        .. Pharmacies.Select((at, i) => Client($"decoction-{i + 1}", PersonAt(at, 3), at, "decoction")),
        .. Pharmacies.Select((at, i) => Client($"courier-{i + 1}", $"配送员{i + 1}号", at, "courier")),
        Client("quality-1", QualityCentre.NameZh, QualityCentre, "quality"),
        .. Regulators.Select((at, i) => Client($"regulator-{i + 1}", at.NameZh, at, "regulator")),
        Client("operator-1", Operator.NameZh, Operator, "operator"),
        // What captures the steps from field to pharmacy.
        .. Manufacturers.Select((at, i) => Client($"maker-{i + 1}", at.NameZh, at, "service")),
    ];

    public static readonly IReadOnlyList<DemoUser> Users =
    [
        User("prescriber1", PersonAt(Hospitals[0], 0), Hospitals[0], "prescriber"),
        User("pharmacist1", PersonAt(Hospitals[0], 2), Hospitals[0], "pharmacist"),
        User("admin1", "机构管理员", Hospitals[0], "admin"),
        User("prescriber2", PersonAt(Hospitals[1], 0), Hospitals[1], "prescriber"),
        User("pharmacist2", PersonAt(Hospitals[1], 2), Hospitals[1], "pharmacist"),
        User("checker1", PersonAt(Pharmacies[0], 0), Pharmacies[0], "pharmacist", "dispenser"),
        User("dispenser1", PersonAt(Pharmacies[0], 1), Pharmacies[0], "dispenser"),
        User("decoction1", PersonAt(Pharmacies[0], 3), Pharmacies[0], "decoction"),
        User("courier1", "配送员一", Pharmacies[0], "courier"),
        User("quality1", "质控员一", QualityCentre, "quality"),
        User("quality2", "质控员二", QualityCentre, "quality"),
        User("regulator1", "杭州监管员", Regulators[0], "regulator"),
        User("regulator2", "义乌监管员", Regulators[1], "regulator"),
        User("operator1", "运维员一", Operator, "operator"),
    ];

    /// <exception cref="InvalidOperationException">when the demo has no such client</exception>
    public static DemoClient ClientOf(string id) => Clients.First(client => client.Id == id);

    public static IEnumerable<DemoPractitioner> PractitionersOf(string institutionCode, string category) =>
        Practitioners.Where(person => person.InstitutionCode == institutionCode && person.Category == category);

    private static DemoPractitioner Person(
        DemoInstitution at,
        int nth,
        int ofInstitution,
        string category,
        string title,
        bool toxic,
        bool narcotic
    ) =>
        new(
            string.Create(CultureInfo.InvariantCulture, $"D{at.Code[8..16]}{ofInstitution:00}"),
            FamilyName(nth) + GivenName(nth),
            at.Code,
            category,
            title,
            toxic,
            narcotic
        );

    // Thirteen family and eleven given names have no common divisor, so the first 143 people all differ.
    private static string FamilyName(int nth) => FamilyNames[nth % FamilyNames.Length];

    private static string GivenName(int nth) => GivenNames[nth % GivenNames.Length];

    private static string PersonAt(DemoInstitution at, int nth) =>
        Practitioners.Where(person => person.InstitutionCode == at.Code).ElementAt(nth).Name;

    private static DemoClient Client(string id, string name, DemoInstitution at, params string[] roles) =>
        new(id, "dev-only-" + id, name, at.Code, at.RegionCode, roles);

    private static DemoUser User(string name, string displayName, DemoInstitution at, params string[] roles) =>
        new(name, "dev-only-" + name, displayName, at.Code, at.RegionCode, roles);

    private static DemoInstitution Public(int nth, string region, string kind, string level, string zh, string en) =>
        Institution("12", nth, region, kind, level, zh, en);

    private static DemoInstitution Company(int nth, string region, string kind, string zh, string en) =>
        Institution("91", nth, region, kind, "", zh, en);

    private static DemoInstitution Licensed(DemoInstitution at) =>
        at with
        {
            LicenceNumber = "SF" + at.Code[2..],
            LicenceExpiresOn = new DateOnly(2036, 12, 31),
        };

    private static DemoInstitution Authority(int nth, string region, string zh, string en) =>
        Institution("11", nth, region, "regulator", "", zh, en);

    private static DemoInstitution Institution(string register, int nth, string region, string kind, string level, string zh, string en)
    {
        var area = Areas.First(a => a.Code == region);
        // A little apart, so that they do not lie on one point of the map.
        var east = (nth * 7 % 11 - 5) * 0.004;
        var north = (nth * 5 % 11 - 5) * 0.003;
        return new DemoInstitution(
            CodeOf(register, region, nth),
            zh,
            en,
            kind,
            level,
            region,
            Math.Round(area.Longitude + east, 4),
            Math.Round(area.Latitude + north, 4)
        );
    }

    /// <summary>
    /// An invented 统一社会信用代码: register and kind (2), region (6), organisation code with its own check (9, GB 11714), check character
    /// (GB 32100).
    /// </summary>
    /// <param name="register">such as 12 for a public institution, 91 for a company</param>
    /// <param name="nth">up to 99999; the demo's own are below 100</param>
    public static string CodeOf(string register, string region, int nth)
    {
        var body = string.Create(CultureInfo.InvariantCulture, $"TCM{nth:00000}");
        ReadOnlySpan<int> weights = [3, 7, 9, 10, 5, 8, 4, 2];
        var sum = 0;
        for (var i = 0; i < body.Length; i++)
        {
            sum += weights[i] * (char.IsAsciiDigit(body[i]) ? body[i] - '0' : body[i] - 'A' + 10);
        }

        var check = 11 - sum % 11;
        var first17 =
            register
            + region
            + body
            + (
                check == 10 ? "X"
                : check == 11 ? "0"
                : check.ToString(CultureInfo.InvariantCulture)
            );
        return first17 + InstitutionCode.CheckCharacter(first17);
    }
}
