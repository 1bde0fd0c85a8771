using System.Globalization;
using TcmBrain.Cockpit.Indicators.Plans;

namespace TcmBrain.Cockpit.Indicators.Transfer;

/// <summary>A row of a file of plans: the plan that it names, and one indicator of it.</summary>
internal sealed record PlanRow(
    int Number,
    string Code,
    string RegionCode,
    string? NameZh,
    string? NameEn,
    string? Source,
    Indicator Indicator
);

/// <summary>The columns of a file of plans (规划文件): what is exported is what can be imported.</summary>
internal static class PlanFile
{
    public static readonly IReadOnlyList<Column> Columns =
    [
        new("plan", "规划代码", Required: true),
        new("plan_name_zh", "规划名称"),
        new("plan_name_en", "规划英文名称"),
        new("plan_source", "来源文件"),
        new("level", "层级"),
        new("region_code", "行政区划代码", Required: true),
        new("seq", "序号", Required: true),
        new("group_zh", "类别"),
        new("name_zh", "指标名称", Required: true),
        new("name_en", "指标英文名称"),
        new("unit", "单位"),
        new("baseline_year", "基期年"),
        new("baseline", "基期值"),
        new("target_year", "目标年", Required: true),
        new("target_min", "目标值", Required: true),
        new("target_max", "目标上限"),
        new("interim", "分年度目标"),
        new("kind", "指标性质", Required: true),
        new("direction", "方向"),
        new("owner_zh", "责任单位"),
        new("computable_from", "数据来源"),
        new("numerator", "分子"),
        new("denominator", "分母"),
        new("scale", "系数"),
        new("definition_zh", "指标解释"),
    ];

    private static readonly (string Code, string Zh)[] Kinds =
    [
        ("level", "水平"),
        ("ratio", "比例"),
        ("count", "数量"),
        ("amount", "金额"),
        (IndicatorKinds.Growth, "增长率"),
        (IndicatorKinds.Added, "增加量"),
        (IndicatorKinds.PerInstitution, "每家机构"),
    ];

    /// <summary>Reads a row; what is wrong with it stands in the cells' faults and in those of the rules.</summary>
    public static PlanRow Read(int number, Cells cells)
    {
        var interim = new SortedDictionary<int, decimal>();
        var kindOf = cells.Text("kind") is { } kind ? Kinds.FirstOrDefault(k => k.Zh == kind).Code ?? kind : "";
        var percent = IndicatorKinds.IsPercent(kindOf, cells.Text("unit"));
        foreach (
            var part in cells.Text("interim")?.Split([';', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                ?? []
        )
        {
            var pair = part.Split('=', 2, StringSplitOptions.TrimEntries);
            var year = 0;
            var right =
                pair.Length == 2
                && int.TryParse(pair[0], NumberStyles.None, CultureInfo.InvariantCulture, out year)
                && Cells.NumberOf(pair[1]) is { } value
                && interim.TryAdd(year, value);
            cells.Faults.Require(right, CockpitFaults.BadInterim, "interim", part.Length <= 20 ? part : part[..20]);
        }

        var indicator = new Indicator
        {
            Seq = cells.Whole("seq") ?? 0,
            GroupZh = cells.Text("group_zh") ?? "",
            NameZh = cells.Text("name_zh") ?? "",
            NameEn = cells.Text("name_en") ?? cells.Text("name_zh") ?? "",
            Unit = cells.Text("unit") ?? "",
            Kind = kindOf,
            Direction = cells.Text("direction") switch
            {
                null or "不低于" => "up",
                "不高于" => "down",
                var other => other,
            },
            OwnerZh = cells.Text("owner_zh") ?? "",
            DefinitionZh = cells.Text("definition_zh") ?? "",
            BaselineYear = cells.Whole("baseline_year"),
            Baseline = cells.Number("baseline", cells.Text("unit") == "%"),
            TargetYear = cells.Whole("target_year") ?? 0,
            TargetMin = cells.Number("target_min", percent) ?? 0,
            TargetMax = cells.Number("target_max", percent),
            Numerator = cells.Text("numerator"),
            Denominator = cells.Text("denominator"),
            Scale = cells.Number("scale") ?? 1,
            Interim = interim,
        };
        cells.Faults.Require(cells.Text("target_min") is not null, CockpitFaults.NotNumber, "target_min");
        return new(
            number,
            cells.Text("plan") ?? "",
            cells.Text("region_code") ?? "",
            cells.Text("plan_name_zh"),
            cells.Text("plan_name_en"),
            cells.Text("plan_source"),
            indicator
        );
    }

    /// <summary>The titles, then one row an indicator.</summary>
    public static IEnumerable<object?[]> Write(IEnumerable<Plan> plans, bool zh)
    {
        yield return [.. Columns.Select(c => (object?)(zh ? c.Zh : c.Name))];
        foreach (var plan in plans)
        {
            foreach (var i in plan.Indicators)
            {
                yield return
                [
                    plan.Code,
                    plan.NameZh,
                    plan.NameEn,
                    plan.Source,
                    LevelOf(plan.RegionCode),
                    plan.RegionCode,
                    i.Seq,
                    i.GroupZh,
                    i.NameZh,
                    i.NameEn,
                    i.Unit,
                    i.BaselineYear,
                    i.Baseline,
                    i.TargetYear,
                    i.TargetMin,
                    i.TargetMax,
                    string.Join(';', i.Interim.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key}={p.Value}"))),
                    zh ? Kinds.First(k => k.Code == i.Kind).Zh : i.Kind,
                    zh ? (i.Direction == "up" ? "不低于" : "不高于") : i.Direction,
                    i.OwnerZh,
                    i.Computed ? "register" : "reported",
                    i.Numerator,
                    i.Denominator,
                    i.Scale,
                    i.DefinitionZh,
                ];
            }
        }
    }

    /// <summary>province, city or county, as the digits say.</summary>
    private static string LevelOf(string region) =>
        region.EndsWith("0000", StringComparison.Ordinal) ? "province"
        : region.EndsWith("00", StringComparison.Ordinal) ? "city"
        : "county";

    /// <summary>The file's name of a field of <see cref="Indicator"/>: targetMin stands in target_min.</summary>
    public static string ColumnOf(string field) =>
        field == "code"
            ? "plan"
            : string.Concat(field.Split('.')[^1].Select(c => char.IsAsciiLetterUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{c}"));
}
