using System.Collections.Frozen;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Cockpit.Indicators.Language;

/// <summary>What sort of value a field has: it decides what it may be compared with.</summary>
public enum FieldSort
{
    Text,
    Number,
    Flag,
    Set,
}

/// <summary>A field of a register that an expression may name.</summary>
/// <param name="Column">in SQL; an institution is i, a practitioner p</param>
/// <param name="Values">all values that there are, with their words; null: any</param>
public sealed record Field(
    string Name,
    FieldSort Sort,
    string Column,
    string Zh,
    string En,
    IReadOnlyDictionary<string, (string Zh, string En)>? Values = null
);

/// <summary>Everything that an expression may name (词汇): nothing else reaches the database.</summary>
public static class Vocabulary
{
    public const string Institutions = "institutions";
    public const string Practitioners = "practitioners";

    private static readonly FrozenDictionary<string, (string, string)> Kinds = Words(
        ("hospital", "综合医院", "general hospital"),
        ("tcm-hospital", "中医医院", "TCM hospital"),
        ("community", "社区卫生服务中心(乡镇卫生院)", "community or township health centre"),
        ("station", "社区卫生服务站(村卫生室)", "community health station or village clinic"),
        ("clinic", "诊所、门诊部", "clinic"),
        ("pharmacy", "共享中药房", "shared pharmacy"),
        ("decoction", "煎药中心", "decoction centre"),
        ("quality", "质控中心", "quality control centre"),
        ("manufacturer", "饮片生产企业", "manufacturer of pieces"),
        ("planting", "种植基地", "planting base"),
        ("venue", "中医药文化场馆", "TCM culture venue"),
        ("tourism", "中医药文化旅游基地", "TCM tourism base"),
        ("regulator", "监管机构", "authority"),
        ("operator", "平台运营机构", "platform operator")
    );

    /// <summary>Codes of the register's attributes (机构属性).</summary>
    public static readonly FrozenDictionary<string, (string Zh, string En)> Attributes = Words(
        ("county-hospital", "县级医院", "county hospital"),
        ("maternal-child", "妇幼保健机构", "maternal and child institution"),
        ("village-clinic", "村卫生室", "village clinic"),
        ("tcm-featured", "中医药特色", "TCM features"),
        ("tcm-services", "可提供中医药服务", "offers TCM services"),
        ("internet-consultation", "开展互联网诊疗", "internet consultations"),
        ("emr-level", "电子病历级别", "electronic records level"),
        ("special-clinics", "中医专病专科数", "TCM specialty clinics"),
        ("featured-specialties", "特色专科数", "featured specialties"),
        ("key-specialties", "重点专科数", "key specialties"),
        ("technique-base", "中医药适宜技术推广基地", "technique-promotion base"),
        ("leading-enterprise", "龙头企业", "leading enterprise")
    );

    private static readonly Field[] OfInstitutions =
    [
        new("kind", FieldSort.Text, "i.kind", "类别", "kind", Kinds),
        new(
            "ownership",
            FieldSort.Text,
            "i.ownership",
            "所有制",
            "ownership",
            Words(("public", "公立", "public"), ("private", "社会办", "private"))
        ),
        new("level", FieldSort.Text, "i.level", "等级", "level"),
        new("grade", FieldSort.Number, "i.grade", "等级(级)", "grade"),
        new("beds", FieldSort.Number, "i.beds", "床位数", "beds"),
        new("hall", FieldSort.Flag, "i.hall", "设中医馆(阁)", "has a TCM hall"),
        new("departments", FieldSort.Set, "i.departments", "诊疗科目", "departments"),
        new("attribute", FieldSort.Number, "coalesce((i.attributes ->> {0})::numeric, 0)", "属性", "attribute"),
    ];

    private static readonly FrozenDictionary<string, Field> InstitutionFields = OfInstitutions.ToFrozenDictionary(f => f.Name);

    private static readonly FrozenDictionary<string, Field> PractitionerFields = OfInstitutions
        .Select(f => f with { Name = "institution." + f.Name, Zh = "机构" + f.Zh, En = "institution's " + f.En })
        .Concat([
            new(
                "category",
                FieldSort.Text,
                "p.category",
                "人员类别",
                "category",
                Words(
                    ("physician", "医师", "physician"),
                    ("pharmacist", "药师", "pharmacist"),
                    ("dispenser", "调剂员", "dispenser"),
                    ("decoction-worker", "煎药员", "decoction worker")
                )
            ),
            new(
                "discipline",
                FieldSort.Text,
                "p.discipline",
                "医师类别",
                "discipline",
                Words(
                    ("", "未登记", "unknown"),
                    ("tcm", "中医", "TCM"),
                    ("clinical", "临床", "clinical"),
                    ("dental", "口腔", "dental"),
                    ("public-health", "公共卫生", "public health")
                )
            ),
            new("general_practice", FieldSort.Flag, "p.general_practice", "全科", "in general practice"),
            new(
                "grade",
                FieldSort.Text,
                "p.grade",
                "名医级别",
                "grade",
                Words(
                    ("", "无", "none"),
                    ("national-master", "国医大师", "national master"),
                    ("national", "全国名中医", "national"),
                    ("provincial", "省名中医", "provincial"),
                    ("city", "市名中医", "city"),
                    ("county", "基层名中医", "county")
                )
            ),
            new Field("title", FieldSort.Text, "p.title", "职称", "title"),
        ])
        .ToFrozenDictionary(f => f.Name);

    private static readonly Lazy<FrozenDictionary<string, string[]>> Counted = new(TypesByMetric);

    public static FrozenDictionary<string, Field>? FieldsOf(string register) =>
        register switch
        {
            Institutions => InstitutionFields,
            Practitioners => PractitionerFields,
            _ => null,
        };

    public static bool IsMetric(string metric) => Counted.Value.ContainsKey(metric);

    public static IEnumerable<string> Metrics => Counted.Value.Keys.Order(StringComparer.Ordinal);

    /// <summary>The event types that a counter counts.</summary>
    public static string[] TypesOf(string metric) => Counted.Value[metric];

    // The definition of the counters is asked with facts of every type that say yes to everything, so that it stands in one place.
    private static FrozenDictionary<string, string[]> TypesByMetric()
    {
        var found = new Dictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var type in Contracts.Topology.EventTypes.Select(t => t.Name))
        {
            foreach (var detail in (string[])["block", "pharmacist", "packing", "double_sign", ""])
            {
                foreach (var flag in (bool[])[true, false])
                {
                    var sink = new Names(found, type);
                    Folding.Metrics.Count(
                        new Fact
                        {
                            MessageId = Guid.Empty,
                            Type = type,
                            AggregateId = Guid.Empty,
                            Version = 1,
                            OccurredAt = DateTimeOffset.UnixEpoch,
                            Detail = detail,
                            Amount = 1,
                            Quantity = 1,
                            Items = 1,
                            Flag = flag,
                        },
                        ref sink
                    );
                }
            }
        }

        return found.ToFrozenDictionary(f => f.Key, f => f.Value.ToArray(), StringComparer.Ordinal);
    }

    private static FrozenDictionary<string, (string Zh, string En)> Words(params (string Code, string Zh, string En)[] words) =>
        words.ToFrozenDictionary(w => w.Code, w => (w.Zh, w.En), StringComparer.Ordinal);

    private readonly struct Names(Dictionary<string, SortedSet<string>> found, string type) : IMetricSink
    {
        public void Add(string metric, long value)
        {
            if (!found.TryGetValue(metric, out var types))
            {
                found.Add(metric, types = new(StringComparer.Ordinal));
            }

            types.Add(type);
        }
    }
}
