using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>The same piece in two lines, also under two names; and a piece beside its powder or a compound that holds it.</summary>
internal sealed class Duplicates : IAuditRule
{
    public Traits Concerns => Traits.MayRepeat;

    public void Apply(AuditContext context)
    {
        var items = context.Items;
        for (var i = 0; i < items.Length; i++)
        {
            for (var j = i + 1; j < items.Length; j++)
            {
                if (items[i].Line == items[j].Line)
                {
                    continue;
                }
                if (items[i].Herb == items[j].Herb && !items[i].IsMember && !items[j].IsMember)
                {
                    Report(context, "duplicate.piece", in items[i], in items[j], "同一饮片", "the same piece");
                }
                else if (IsDerived(context, in items[i], in items[j]))
                {
                    Report(
                        context,
                        "duplicate.derived",
                        in items[i],
                        in items[j],
                        "饮片与其粉末或复方饮片",
                        "a piece and its powder or compound"
                    );
                }
            }
        }
    }

    private static bool IsDerived(AuditContext context, in AuditItem a, in AuditItem b) =>
        a.IsMember != b.IsMember
            ? a.Herb == b.Herb
            : !a.IsMember
                && context.Herb(a).Base == context.Herb(b).Base
                && (context.Herb(a).Type == PieceType.Powder) != (context.Herb(b).Type == PieceType.Powder);

    private static void Report(AuditContext context, string rule, in AuditItem a, in AuditItem b, string zh, string en)
    {
        ref readonly var first = ref a.Line < b.Line ? ref a : ref b;
        ref readonly var second = ref a.Line < b.Line ? ref b : ref a;
        context.Report(
            rule,
            [first.Line, second.Line],
            $"第 {first.Line + 1} 味{context.NameOf(first)}与第 {second.Line + 1} 味{context.NameOf(second)}是{zh}。",
            $"Line {first.Line + 1}, {context.EnglishNameOf(first)}, and line {second.Line + 1}, {context.EnglishNameOf(second)}, are {en}."
        );
    }
}
