using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>特殊煎服法: the footnote that a piece needs in a decoction is missing, or says something else.</summary>
internal sealed class SpecialHandling : IAuditRule
{
    public Traits Concerns => Traits.NeedsHandling;

    public void Apply(AuditContext context)
    {
        if (context.Request.Route != Route.Oral || context.Request.Form != DosageForm.Decoction)
        {
            return;
        }
        foreach (ref readonly var item in context.Items)
        {
            var herb = context.Herb(item);
            if (
                item.IsMember
                || item.IsGranule
                || herb.RequiredHandling == Handling.None
                || (item.Written & (herb.RequiredHandling | herb.AlternativeHandling)) != 0
            )
            {
                continue;
            }
            var toxic = (item.Traits & Traits.Toxic) != 0;
            var rule =
                herb.HandlingSource == HandlingSource.Custom ? "handling.custom_missing"
                : toxic ? "handling.toxic_missing"
                : "handling.missing";
            var other = item.Written & ~Handling.Raw;
            var needed = HandlingText.Format(herb.RequiredHandling | herb.AlternativeHandling);
            context.Report(
                rule,
                item,
                other == Handling.None
                    ? $"{context.NameOf(item)}须注明{needed}。"
                    : $"{context.NameOf(item)}注明{HandlingText.Format(other)}，应为{needed}。",
                other == Handling.None
                    ? $"{context.EnglishNameOf(item)} needs the footnote {needed}."
                    : $"{context.EnglishNameOf(item)} is footnoted {HandlingText.Format(other)}, but needs {needed}."
            );
        }
    }
}
