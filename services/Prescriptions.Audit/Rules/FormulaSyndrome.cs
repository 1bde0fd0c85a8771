namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>
/// 方证不符: the prescription is clearly one classic formula, and the syndrome written is none that formulas of its category (治法)
/// are for. A syndrome above or below one of those in the standard's tree fits; one that the catalogue does not hold is not judged.
/// </summary>
internal sealed class FormulaSyndrome : IAuditRule
{
    public Traits Concerns => Traits.None;

    public void Apply(AuditContext context)
    {
        var written = context.Request.SyndromeCode;
        if (
            string.IsNullOrEmpty(written)
            || context.Catalogue.Recognition.Closest(context.Pieces(), (int)context.Policy.FormulaMismatchPermille) is not { } closest
        )
        {
            return;
        }
        foreach (var code in context.Tables.SyndromesOf[closest.Formula])
        {
            if (IsRelated(code, written))
            {
                return;
            }
        }
        if (context.Catalogue.FindTerm(written) is { } term)
        {
            var formula = context.Catalogue.Formulas[closest.Formula];
            context.Report(
                "match.formula_syndrome",
                [],
                $"处方近似{formula.Name}（{formula.SyndromeName}），证型为{term.Name}，请核对方证是否相符。",
                $"The prescription is close to {formula.Name}, which is for {formula.SyndromeName}; the syndrome written is {term.Name}: please check that they fit."
            );
        }
    }

    private static bool IsRelated(string a, string b) => IsAtOrBelow(a, b) || IsAtOrBelow(b, a);

    private static bool IsAtOrBelow(string code, string above) =>
        code.StartsWith(above, StringComparison.Ordinal) && (code.Length == above.Length || code[above.Length] == '.');
}
