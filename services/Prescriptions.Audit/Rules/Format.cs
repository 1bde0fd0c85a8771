namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>What a prescription must say before anything else can be judged (处方规范).</summary>
internal sealed class Format : IAuditRule
{
    public Traits Concerns => Traits.None;

    public void Apply(AuditContext context)
    {
        ref readonly var request = ref context.Request;
        var policy = context.Policy;
        var lines = request.Lines.Span;
        if (lines.IsEmpty)
        {
            context.Report("format.no_lines", [], "处方没有药品。", "The prescription has no pieces.");
        }
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Milligrams <= 0 || lines[i].Milligrams > policy.LineMilligrams)
            {
                context.Report(
                    "format.dose",
                    [i],
                    $"{lines[i].Name} 的单剂重量 {lines[i].Milligrams} mg 不在 0 与 {Grams.Of(policy.LineMilligrams)} 之间。",
                    $"The weight of {lines[i].Name} in one dose, {lines[i].Milligrams} mg, is not between 0 and {Grams.Of(policy.LineMilligrams)}."
                );
            }
        }
        if (IsAbsurd(request.Days) || IsAbsurd(request.Doses) || IsAbsurd(request.DosesPerDay))
        {
            context.Report(
                "format.quantity",
                [],
                $"天数 {request.Days}、剂数 {request.Doses}、每日剂数 {request.DosesPerDay} 须在 1 与 {policy.Quantity} 之间。",
                $"Days {request.Days}, doses {request.Doses} and doses a day {request.DosesPerDay} must lie between 1 and {policy.Quantity}."
            );
        }
        if (string.IsNullOrEmpty(request.SyndromeCode))
        {
            if (string.IsNullOrEmpty(request.DiagnosisCode))
            {
                context.Report("format.diagnosis", [], "没有中医病名和证型。", "Neither a TCM disease nor a syndrome is written.");
            }
            else
            {
                context.Report("format.syndrome", [], "只有病名，没有证型。", "A disease is written, but no syndrome.");
            }
        }
        if (request.Age is null)
        {
            context.Report(
                "age.unknown",
                [],
                "年龄不详，无法核对年龄剂量；暂按成人审核。",
                "The age is unknown, so limits by age cannot be checked; adult limits were used."
            );
        }

        bool IsAbsurd(int quantity) => quantity < 1 || quantity > policy.Quantity;
    }
}
