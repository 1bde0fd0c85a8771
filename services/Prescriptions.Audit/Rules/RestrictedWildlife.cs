using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>Wildlife pieces that may be used only from a permitted source.</summary>
internal sealed class RestrictedWildlife : IAuditRule
{
    public Traits Concerns => Traits.RestrictedWildlife;

    public void Apply(AuditContext context)
    {
        foreach (ref readonly var item in context.Items)
        {
            if (context.Herb(item).Regulation == Regulation.RestrictedWildlife)
            {
                context.Report(
                    "restricted.wildlife",
                    item,
                    $"{context.NameOf(item)}属限制使用的野生动物药材，须有合法来源。",
                    $"{context.EnglishNameOf(item)} is a restricted wildlife piece: stock must come from a permitted source."
                );
            }
        }
    }
}
