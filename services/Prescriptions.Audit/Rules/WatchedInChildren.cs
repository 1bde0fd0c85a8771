using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>Pieces that children do not get, or get with care.</summary>
internal sealed class WatchedInChildren : IAuditRule
{
    public Traits Concerns => Traits.WatchedInChildren;

    public void Apply(AuditContext context)
    {
        if (!context.IsChild)
        {
            return;
        }
        var fraction = DoseFraction.Of(context);
        var items = context.Items;
        for (var i = 0; i < items.Length; i++)
        {
            ref readonly var item = ref items[i];
            var lists = context.Catalogue.Lists(item.Herb);
            if ((lists & PieceLists.ChildBlocked) != 0)
            {
                context.Report(
                    "age.child_blocked",
                    item,
                    $"{context.NameOf(item)}不得用于{context.Policy.ChildBelowYears}岁以下儿童。",
                    $"{context.EnglishNameOf(item)} is not given to children under {context.Policy.ChildBelowYears}."
                );
            }
            if ((lists & PieceLists.ChildAdvise) != 0)
            {
                context.Report(
                    "age.child_advise",
                    item,
                    $"{context.NameOf(item)}儿童慎用。",
                    $"{context.EnglishNameOf(item)} is used with caution in children."
                );
            }
            // Toxic pieces on this list have their own limit by age.
            var max = context.Tables.MaxMilligrams[item.Herb.Value];
            if (
                (lists & PieceLists.ChildDoubleSign) != 0
                && item.First == i
                && (item.Traits & Traits.Toxic) == 0
                && context.Request.Route == Route.Oral
                && max > 0
                && item.GroupDaily > fraction.Limit(max)
            )
            {
                context.Report(
                    "age.child_double_sign",
                    context.GroupLines(i),
                    $"{context.NameOf(item)}每日 {Grams.Of(item.GroupDaily)}，超过{fraction.Zh}上限 {Grams.Of(fraction.Limit(max))}，儿童须双签字。",
                    $"{Grams.Of(item.GroupDaily)} of {context.EnglishNameOf(item)} a day exceed the {fraction.En} maximum of {Grams.Of(fraction.Limit(max))}: for a child the prescriber signs again."
                );
            }
        }
    }
}
