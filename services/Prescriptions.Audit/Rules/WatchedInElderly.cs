using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>Pieces that the elderly get with care.</summary>
internal sealed class WatchedInElderly : IAuditRule
{
    public Traits Concerns => Traits.WatchedInElderly;

    public void Apply(AuditContext context)
    {
        if (!context.IsElderly)
        {
            return;
        }
        var swollen = (context.Request.Conditions & PatientConditions.HypertensionOrOedema) != 0;
        long licorice = 0;
        var at = new SortedSet<int>();
        foreach (ref readonly var item in context.Items)
        {
            var lists = context.Catalogue.Lists(item.Herb);
            if ((lists & PieceLists.ElderlyAdvise) != 0)
            {
                context.Report(
                    "age.elderly_advise",
                    item,
                    $"{context.NameOf(item)}老年人慎用。",
                    $"{context.EnglishNameOf(item)} is used with caution in the elderly."
                );
            }
            if ((lists & PieceLists.Licorice) != 0)
            {
                licorice += item.Daily;
                at.Add(item.Line);
            }
        }
        if (swollen && licorice > context.Policy.ElderlyLicoriceMilligrams)
        {
            context.Report(
                "age.elderly_licorice",
                [.. at],
                $"甘草每日 {Grams.Of(licorice)}，老年高血压或水肿患者慎用。",
                $"{Grams.Of(licorice)} of liquorice a day: caution in an elderly patient with hypertension or oedema."
            );
        }
    }
}
