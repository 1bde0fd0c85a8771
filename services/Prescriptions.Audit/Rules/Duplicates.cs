using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>
/// The same piece in two lines, also under two names; a piece beside its powder, its granule or a compound that holds it; and two
/// processed forms of one material, which may be meant.
/// </summary>
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
                if (items[i].IsGranule != items[j].IsGranule)
                {
                    if (SameMaterial(context, in items[i], in items[j]))
                    {
                        Report(context, "duplicate.granule", in items[i], in items[j], "饮片与其配方颗粒", "a piece and its granule");
                    }
                }
                else if (items[i].Herb == items[j].Herb && !items[i].IsMember && !items[j].IsMember)
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
                else if (IsOtherForm(context, in items[i], in items[j]))
                {
                    Report(
                        context,
                        "duplicate.base",
                        in items[i],
                        in items[j],
                        "同一药材的不同炮制品，请确认是否有意同用",
                        "two forms of the same material: please confirm that both are meant"
                    );
                }
            }
        }
    }

    private static bool SameMaterial(AuditContext context, in AuditItem a, in AuditItem b) =>
        context.Catalogue.Material(a.Herb) == context.Catalogue.Material(b.Herb);

    private static bool IsOtherForm(AuditContext context, in AuditItem a, in AuditItem b) =>
        !a.IsMember && !b.IsMember && context.Herb(a).Base == context.Herb(b).Base;

    private static bool IsDerived(AuditContext context, in AuditItem a, in AuditItem b) =>
        a.IsMember != b.IsMember
            ? a.Herb == b.Herb
            : !a.IsMember
                && context.Herb(a).Base == context.Herb(b).Base
                && (context.Herb(a).Type == PieceType.Powder) != (context.Herb(b).Type == PieceType.Powder);

    /// <summary>Names come in the order of the pieces and without line numbers: the words do not depend on the order of the lines.</summary>
    private static void Report(AuditContext context, string rule, in AuditItem a, in AuditItem b, string zh, string en) =>
        context.Report(
            rule,
            a.Line < b.Line ? [a.Line, b.Line] : [b.Line, a.Line],
            $"{context.NameOf(a)}与{context.NameOf(b)}是{zh}。",
            $"{context.EnglishNameOf(a)} and {context.EnglishNameOf(b)} are {en}."
        );
}
