using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>Toxic pieces (大毒, 有毒, controlled) for children and the elderly.</summary>
internal sealed class ToxicAtAgeLimits : IAuditRule
{
    public Traits Concerns => Traits.Toxic | Traits.Controlled;

    public void Apply(AuditContext context)
    {
        if (context.Band.IsAdult || context.Request.Route != Route.Oral)
        {
            return;
        }
        var fraction = DoseFraction.Of(context);
        var items = context.Items;
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].First == i && (items[i].Traits & (Traits.Toxic | Traits.Controlled)) != 0)
            {
                Check(context, i, fraction);
            }
        }
    }

    private static void Check(AuditContext context, int first, DoseFraction fraction)
    {
        var item = context.Items[first];
        var band = context.Band;
        var very = false;
        foreach (ref readonly var other in context.Items)
        {
            very |= other.First == first && (context.Herb(other).Toxicity == Toxicity.Very || (other.Traits & Traits.Controlled) != 0);
        }
        var action = very ? band.VeryToxic : band.Toxic;
        var lines = context.GroupLines(first);
        if (action == ToxicAtAge.Block)
        {
            context.Report(
                "age.toxic_blocked",
                lines,
                $"{context.NameOf(item)}有毒，{band.NameZh}不得使用。",
                $"{context.EnglishNameOf(item)} is toxic and not given at {band.NameEn}."
            );
            return;
        }
        if (action == ToxicAtAge.DoubleSign)
        {
            context.Report(
                "age.toxic_double_sign",
                lines,
                $"{context.NameOf(item)}有毒，{band.NameZh}使用须双签字。",
                $"{context.EnglishNameOf(item)} is toxic: at {band.NameEn} the prescriber signs again."
            );
        }
        var max = context.Tables.MaxMilligrams[item.Herb.Value];
        var half = fraction with { Denominator = fraction.Denominator * 2 };
        if (max > 0 && item.GroupDaily > half.Limit(max))
        {
            context.Report(
                "age.toxic_over",
                lines,
                $"{context.NameOf(item)}有毒，每日 {Grams.Of(item.GroupDaily)}，超过{fraction.Zh}上限的一半 {Grams.Of(half.Limit(max))}。",
                $"{Grams.Of(item.GroupDaily)} of the toxic {context.EnglishNameOf(item)} a day exceed half of the {fraction.En} maximum, {Grams.Of(half.Limit(max))}."
            );
        }
    }
}
