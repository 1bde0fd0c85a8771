using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>
/// The 28 controlled toxic items (毒性中药管理品种): no more than two days' maximum on one prescription, no oral use
/// without an oral dose. Runs on what a piece counts as (raw_equivalent), not on the spelling of its name.
/// </summary>
internal sealed class ControlledToxic : IAuditRule
{
    public Traits Concerns => Traits.Controlled;

    public void Apply(AuditContext context)
    {
        var items = context.Items;
        for (var i = 0; i < items.Length; i++)
        {
            if ((items[i].Traits & Traits.Controlled) != 0 && IsFirst(context, i))
            {
                Check(context, i);
            }
        }
    }

    private static bool IsFirst(AuditContext context, int index)
    {
        for (var i = 0; i < index; i++)
        {
            if (Same(context, i, index))
            {
                return false;
            }
        }
        return true;
    }

    private static bool Same(AuditContext context, int a, int b) =>
        context.Herb(context.Items[a]).RawEquivalent is { } equivalent && equivalent == context.Herb(context.Items[b]).RawEquivalent;

    private static void Check(AuditContext context, int first)
    {
        var items = context.Items;
        var lines = new SortedSet<int>();
        long total = 0;
        long? max = null;
        var noDose = -1;
        for (var i = first; i < items.Length; i++)
        {
            if (!Same(context, i, first))
            {
                continue;
            }
            lines.Add(items[i].Line);
            total += items[i].Total;
            if (OralMaximum(context, in items[i]) is not { } own)
            {
                noDose = noDose < 0 ? i : noDose;
            }
            else if (own > 0)
            {
                max = Math.Min(max ?? own, own);
            }
        }
        Report(context, first, [.. lines], total, max, noDose);
        if ((context.Request.Authority & PrescriberAuthority.Toxic) == 0)
        {
            context.Report(
                "toxic.authority",
                [.. lines],
                $"{context.NameOf(items[first])}属毒性管理品种，开方医师无毒性药品处方权。",
                $"{context.EnglishNameOf(items[first])} is a controlled toxic piece and the prescriber has no authority for it."
            );
        }
    }

    /// <summary>
    /// Milligrams a day; null: no oral use. 0: an undecided bare name of which one reading has an oral dose, so that
    /// blocking would prejudge the choice.
    /// </summary>
    private static long? OralMaximum(AuditContext context, in AuditItem item)
    {
        var herb = context.Herb(item);
        return herb.MaxMilligrams is { } max ? max
            : item.Undecided && herb.DispenseAs.Any(x => context.Catalogue[x].MaxMilligrams.HasValue) ? 0
            : null;
    }

    private static void Report(
        AuditContext context,
        int first,
        System.Collections.Immutable.ImmutableArray<int> lines,
        long total,
        long? max,
        int noDose
    )
    {
        var item = context.Items[first];
        var days = context.Policy.ControlledToxicDays;
        if (context.Request.Route == Route.Oral && noDose >= 0)
        {
            context.Report(
                "toxic.no_oral_dose",
                lines,
                $"{context.NameOf(context.Items[noDose])}属毒性管理品种，无口服剂量，不得内服。",
                $"{context.EnglishNameOf(context.Items[noDose])} is a controlled toxic piece without an oral dose; it may not be taken by mouth."
            );
        }
        else if (context.Request.Route == Route.Oral && max is { } limit && total > limit * days)
        {
            context.Report(
                "toxic.two_day_limit",
                lines,
                $"{context.NameOf(item)}处方总量 {Grams.Of(total)}，超过{days}日极量 {Grams.Of(limit * days)}。",
                $"{Grams.Of(total)} of {context.EnglishNameOf(item)} on the prescription exceed the {days}-day maximum of {Grams.Of(limit * days)}."
            );
        }
        else if (!item.Undecided)
        {
            context.Report(
                "toxic.controlled",
                lines,
                $"{context.NameOf(item)}属毒性管理品种（{context.Herb(item).RawEquivalent}），须第二名药师复核，处方保存2年。",
                $"{context.EnglishNameOf(item)} is a controlled toxic piece: a second pharmacist checks, and the prescription is kept two years."
            );
        }
    }
}
