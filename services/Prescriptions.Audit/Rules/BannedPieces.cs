using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>Pieces without legal use. No substitute is ever put in their place by the system.</summary>
internal sealed class BannedPieces : IAuditRule
{
    public Traits Concerns => Traits.Banned;

    public void Apply(AuditContext context)
    {
        foreach (ref readonly var item in context.Items)
        {
            var (rule, zh, en) = context.Herb(item).Regulation switch
            {
                Regulation.BannedAristolochic => (
                    "banned.aristolochic",
                    "含马兜铃酸，已取消药用标准",
                    "contains aristolochic acid and lost its standard"
                ),
                Regulation.BannedWildlife => ("banned.wildlife", "属禁用的野生动物药材", "is a banned wildlife piece"),
                Regulation.Withdrawn => ("banned.withdrawn", "已无国家药品标准", "no longer has a national standard"),
                _ => (null, "", ""),
            };
            if (rule is not null)
            {
                context.Report(
                    rule,
                    item,
                    $"{context.NameOf(item)}{zh}，不得调配，系统不自动替换。",
                    $"{context.EnglishNameOf(item)} {en}; it may not be dispensed and is never replaced automatically."
                );
            }
        }
    }
}
