using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>味数过多 (大处方). Counted are different pieces, so that splitting a line changes nothing.</summary>
internal sealed class ManyPieces : IAuditRule
{
    public Traits Concerns => Traits.None;

    public void Apply(AuditContext context)
    {
        var limit = context.Policy.ManyPieces;
        if (context.Request.Lines.Length <= limit && context.Items.Length <= limit)
        {
            return;
        }
        var pieces = new HashSet<string>(StringComparer.Ordinal);
        foreach (ref readonly var item in context.Items)
        {
            if (!item.IsMember)
            {
                pieces.Add(context.Herb(item).Name);
            }
        }
        var names = context.Names;
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Kind is NameKind.Unknown or NameKind.Ambiguous or NameKind.AmbiguousCombined)
            {
                pieces.Add(context.Request.Lines.Span[i].Name ?? "");
            }
        }
        if (pieces.Count > limit)
        {
            context.Report(
                "quantity.many_pieces",
                [],
                $"处方 {pieces.Count} 味，超过 {limit} 味，请确认是否均属必要。",
                $"{pieces.Count} pieces are more than {limit}: please confirm that each is needed."
            );
        }
    }
}
