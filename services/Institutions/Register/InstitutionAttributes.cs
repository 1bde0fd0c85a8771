using System.Collections.Frozen;
using System.Globalization;
using TcmBrain.Institutions.Import;

namespace TcmBrain.Institutions.Register;

/// <summary>What a plan may ask of an institution beside its licence (机构属性): a closed list of codes, each with the largest value.</summary>
internal static class InstitutionAttributes
{
    public static readonly IReadOnlyDictionary<string, int> None = FrozenDictionary<string, int>.Empty;

    private static readonly FrozenDictionary<string, (string Zh, int Most)> All = new Dictionary<string, (string, int)>
    {
        ["county-hospital"] = ("县级医院", 1),
        ["maternal-child"] = ("妇幼保健机构", 1),
        ["village-clinic"] = ("村卫生室", 1),
        ["tcm-featured"] = ("中医药特色", 1),
        ["tcm-services"] = ("可提供中医药服务", 1),
        ["internet-consultation"] = ("开展互联网诊疗", 1),
        ["emr-level"] = ("电子病历级别", 8),
        ["special-clinics"] = ("中医专病专科数", 200),
        ["featured-specialties"] = ("特色专科数", 200),
        ["key-specialties"] = ("重点专科数", 200),
        ["technique-base"] = ("中医药适宜技术推广基地", 1),
        ["leading-enterprise"] = ("龙头企业", 1),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IEnumerable<string> Codes => All.Keys;

    public static bool AreValid(IReadOnlyDictionary<string, int>? asked) =>
        asked is null || asked.All(a => All.TryGetValue(a.Key, out var known) && a.Value >= 0 && a.Value <= known.Most);

    /// <summary>Without those of 0, in the order of their codes, so that the same is stored the same; null stays null.</summary>
    public static IReadOnlyDictionary<string, int>? Standing(IReadOnlyDictionary<string, int>? asked) =>
        asked is null
            ? null
            : new SortedDictionary<string, int>(
                asked.Where(a => a.Value != 0).ToDictionary(a => a.Key, a => a.Value),
                StringComparer.Ordinal
            );

    /// <summary>emr-level=5 or 电子病历级别=5; without a number it is 1. Null where the file has no such column, or the cell is empty.</summary>
    public static IReadOnlyDictionary<string, int>? Of(Cells cells)
    {
        if (cells.Text("attributes") is null)
        {
            return null;
        }

        var read = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var part in cells.Many("attributes").Select(text => text.Split('=', 2, StringSplitOptions.TrimEntries)))
        {
            var name = All.FirstOrDefault(a => a.Value.Zh == part[0]).Key ?? part[0];
            var value = 1;
            var right = part.Length == 1 || int.TryParse(part[1], NumberStyles.None, CultureInfo.InvariantCulture, out value);
            cells.Faults.Require(right && read.TryAdd(name, value), InstitutionsFaults.WrongAttribute, "attributes");
        }

        return read;
    }
}
