using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>哺乳期用药. 麦芽 is right when the aim is to end lactation.</summary>
internal sealed class Lactation : IAuditRule
{
    public Traits Concerns => Traits.Lactation;

    public void Apply(AuditContext context)
    {
        if (context.Request.BreastFeeding != Answer.Yes)
        {
            return;
        }
        foreach (ref readonly var item in context.Items)
        {
            var use = context.Herb(item).Lactation;
            if (use == LactationUse.None || (context.Request.Weaning && (context.Catalogue.Lists(item.Herb) & PieceLists.Weaning) != 0))
            {
                continue;
            }
            var avoid = use == LactationUse.Avoid;
            context.Report(
                avoid ? "lactation.avoid" : "lactation.caution",
                item,
                $"{context.NameOf(item)}哺乳期{(avoid ? "避免使用" : "慎用")}。",
                $"{context.EnglishNameOf(item)} is {(avoid ? "avoided" : "used with caution")} while breast-feeding."
            );
        }
    }
}
