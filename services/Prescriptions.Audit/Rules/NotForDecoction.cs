using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>Pieces for pills and powders (宜入丸散), and mercury and arsenic, boiled with the rest.</summary>
internal sealed class NotForDecoction : IAuditRule
{
    public Traits Concerns => Traits.NotForDecoction;

    public void Apply(AuditContext context)
    {
        if (context.Request.Route != Route.Oral || context.Request.Form != DosageForm.Decoction)
        {
            return;
        }
        foreach (ref readonly var item in context.Items)
        {
            var lists = context.Catalogue.Lists(item.Herb);
            if ((item.Traits & Traits.NotForDecoction) == 0 || item.IsGranule || (item.Written & Handling.TakenDirectly) != 0)
            {
                continue;
            }
            if ((lists & PieceLists.MercuryArsenic) != 0)
            {
                context.Report(
                    "form.mercury_arsenic",
                    item,
                    $"{context.NameOf(item)}含汞或砷，不宜入煎剂。",
                    $"{context.EnglishNameOf(item)} holds mercury or arsenic and is not boiled."
                );
            }
            else if ((item.Written & (context.Herb(item).RequiredHandling | context.Herb(item).AlternativeHandling)) == 0)
            {
                context.Report(
                    "form.pills_powders",
                    item,
                    $"{context.NameOf(item)}宜入丸散，不宜直接入煎剂。",
                    $"{context.EnglishNameOf(item)} is for pills and powders rather than a decoction."
                );
            }
        }
    }
}
