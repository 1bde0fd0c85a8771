namespace TcmBrain.Pharmacy.Purchasing;

/// <summary>What was found when one point of a delivered lot was looked at.</summary>
/// <param name="Note">What is wrong, when it does not pass.</param>
internal sealed record Finding(bool Ok, string? Note = null);

/// <summary>
/// The points of acceptance (验收), 《医院中药饮片管理规范》 国中医药发〔2007〕11号 第十六–十九条: name, specification, origin, grade, batch number, day of
/// production, certificate, test report and packaging are looked at, each of every lot.
/// </summary>
internal sealed record Findings(
    Finding? Name,
    Finding? Spec,
    Finding? Origin,
    Finding? Grade,
    Finding? Batch,
    Finding? Production,
    Finding? Certificate,
    Finding? TestReport,
    Finding? Packaging
)
{
    /// <summary>Each point with its field name and its names for people.</summary>
    public IEnumerable<(string Field, string Zh, string En, Finding? Finding)> All() =>
        [
            ("name", "品名", "the name", Name),
            ("spec", "规格", "the specification", Spec),
            ("origin", "产地", "the origin", Origin),
            ("grade", "等级", "the grade", Grade),
            ("batch", "批号", "the batch number", Batch),
            ("production", "生产日期", "the day of production", Production),
            ("certificate", "合格证", "the certificate", Certificate),
            ("testReport", "检验报告", "the test report", TestReport),
            ("packaging", "包装", "the packaging", Packaging),
        ];

    public bool Pass() => All().All(f => f.Finding is { Ok: true });

    /// <summary>What does not pass, in a sentence.</summary>
    public string Reason() => string.Join(";", All().Where(f => f.Finding is { Ok: false }).Select(f => $"{f.Zh}:{f.Finding!.Note}"));
}
