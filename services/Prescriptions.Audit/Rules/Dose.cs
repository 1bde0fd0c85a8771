using System.Collections.Immutable;
using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>
/// Oral daily dose against the pharmacopoeia's range, by age and, for a very light patient, by weight. A blank dose is
/// "no limit known" and shown as such. External use is not compared with oral doses.
/// </summary>
internal sealed class Dose : IAuditRule
{
    public Traits Concerns => Traits.None;

    public void Apply(AuditContext context)
    {
        if (context.Request.Route != Route.Oral)
        {
            return;
        }
        var fraction = DoseFraction.Of(context);
        var items = context.Items;
        var tables = context.Tables;
        for (var i = 0; i < items.Length; i++)
        {
            ref readonly var item = ref items[i];
            if (item.First != i)
            {
                continue;
            }
            var max = tables.MaxMilligrams[item.Herb.Value];
            if (max == 0)
            {
                NoLimitKnown(context, i);
            }
            else if (item.GroupDaily > fraction.Limit(max))
            {
                Over(context, i, max, fraction);
            }
            else if (fraction.IsBelow(item.GroupDaily, tables.MinMilligrams[item.Herb.Value]))
            {
                Under(context, i, fraction);
            }
        }
    }

    private static void Over(AuditContext context, int first, long max, DoseFraction fraction)
    {
        var item = context.Items[first];
        if ((item.Traits & (Traits.Narcotic | Traits.Banned)) != 0)
        {
            return;
        }
        var herb = context.Herb(item);
        var daily = item.GroupDaily;
        var beyond = daily * 1000 > fraction.Limit(max * context.Policy.OverdosePermille);
        var aged = !fraction.IsFull;
        if ((item.Traits & Traits.Toxic) != 0)
        {
            if (daily > max)
            {
                Report(context, "dose.toxic_over", first, max, fraction.Adult);
            }
            // Between the age's limit and the adult's, the age rule for toxic pieces speaks.
            return;
        }
        if (beyond)
        {
            Report(context, aged ? "age.dose_over_k" : "dose.over_k", first, max, fraction);
        }
        else if (herb.Regulation == Regulation.EphedrineControl && daily > max)
        {
            Report(context, "dose.ephedrine_over", first, max, fraction.Adult);
        }
        else if (herb.Toxicity == Toxicity.Small && daily > max)
        {
            Report(context, "dose.small_toxic_over", first, max, fraction.Adult);
        }
        else
        {
            Report(context, aged ? "age.dose_over" : "dose.over", first, max, fraction);
        }
    }

    private static void Report(AuditContext context, string rule, int first, long max, DoseFraction fraction)
    {
        var item = context.Items[first];
        var limit = fraction.Limit(max);
        context.Report(
            rule,
            context.GroupLines(first),
            $"{context.NameOf(item)}每日 {Grams.Of(item.GroupDaily)}，超过{fraction.Zh}上限 {Grams.Of(limit)}。",
            $"{Grams.Of(item.GroupDaily)} of {context.EnglishNameOf(item)} a day exceed the {fraction.En} maximum of {Grams.Of(limit)}."
        );
    }

    private static void Under(AuditContext context, int first, DoseFraction fraction)
    {
        foreach (ref readonly var item in context.Items)
        {
            if (item.First == first && item.DoseUncertain)
            {
                return;
            }
        }
        var low = context.Items[first];
        var min = fraction.Limit(context.Tables.MinMilligrams[low.Herb.Value]);
        context.Report(
            "dose.under",
            context.GroupLines(first),
            $"{context.NameOf(low)}每日 {Grams.Of(low.GroupDaily)}，低于{fraction.Zh}下限 {Grams.Of(min)}。",
            $"{Grams.Of(low.GroupDaily)} of {context.EnglishNameOf(low)} a day are below the {fraction.En} minimum of {Grams.Of(min)}."
        );
    }

    private static void NoLimitKnown(AuditContext context, int first)
    {
        var item = context.Items[first];
        if ((item.Traits & (Traits.Controlled | Traits.Banned)) != 0)
        {
            return;
        }
        context.Report(
            "dose.no_limit_known",
            context.GroupLines(first),
            $"{context.NameOf(item)}没有已知的口服剂量限度，未作剂量审核。",
            $"No oral dose limit of {context.EnglishNameOf(item)} is known; its dose was not checked."
        );
    }
}
