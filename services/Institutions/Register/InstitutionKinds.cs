using System.Collections.Frozen;

namespace TcmBrain.Institutions.Register;

/// <summary>What may be said of an institution of a kind (机构类别).</summary>
/// <param name="Medical">has departments of the national list</param>
/// <param name="Graded">is a hospital with a grade (医院等级)</param>
/// <param name="Beds">may have beds</param>
/// <param name="Hall">may have a 中医馆 or 中医阁</param>
/// <param name="OperatorOnly">only the platform's operator registers it</param>
internal sealed record InstitutionKind(
    string Name,
    string NameZh,
    bool Medical = false,
    bool Graded = false,
    bool Beds = false,
    bool Hall = false,
    bool OperatorOnly = false
);

internal static class InstitutionKinds
{
    private static readonly FrozenDictionary<string, InstitutionKind> All = new InstitutionKind[]
    {
        new("hospital", "综合医院", Medical: true, Graded: true, Beds: true),
        new("tcm-hospital", "中医医院", Medical: true, Graded: true, Beds: true),
        new("community", "社区卫生服务中心(乡镇卫生院)", Medical: true, Beds: true, Hall: true),
        new("station", "社区卫生服务站(村卫生室)", Medical: true, Hall: true),
        new("clinic", "诊所、门诊部", Medical: true),
        new("pharmacy", "共享中药房"),
        new("decoction", "煎药中心"),
        new("quality", "质控中心"),
        new("manufacturer", "饮片生产企业"),
        new("planting", "种植基地"),
        new("venue", "中医药文化场馆"),
        new("tourism", "中医药文化旅游基地"),
        new("regulator", "监管机构", OperatorOnly: true),
        new("operator", "平台运营机构", OperatorOnly: true),
    }.ToFrozenDictionary(kind => kind.Name, StringComparer.Ordinal);

    /// <summary>医院分级管理办法: three grades of three classes; 未定级 before the first review.</summary>
    private static readonly FrozenSet<string> Levels = new[] { "一级", "二级", "三级" }
        .SelectMany(grade => new[] { "甲等", "乙等", "丙等", "" }.Select(rank => grade + rank))
        .Append("三级特等")
        .Append("未定级")
        .ToFrozenSet(StringComparer.Ordinal);

    public static readonly FrozenSet<string> Ownerships = FrozenSet.ToFrozenSet(["public", "private"], StringComparer.Ordinal);

    public static InstitutionKind? Find(string? name) => name is null ? null : All.GetValueOrDefault(name);

    /// <summary>The kind's name when it is given in Chinese; anything else as it is.</summary>
    public static string? NameOf(string? text) => All.Values.FirstOrDefault(kind => kind.NameZh == text)?.Name ?? text;

    public static bool IsLevelOf(InstitutionKind kind, string level) => level.Length == 0 || kind.Graded && Levels.Contains(level);
}
