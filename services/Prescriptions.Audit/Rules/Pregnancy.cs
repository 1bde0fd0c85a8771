using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>妊娠禁忌: 禁用, 忌用, 慎用; and a reminder to ask a woman of childbearing age.</summary>
internal sealed class Pregnancy : IAuditRule
{
    public Traits Concerns => Traits.PregnancyForbidOrAvoid | Traits.PregnancyCaution;

    public void Apply(AuditContext context)
    {
        ref readonly var request = ref context.Request;
        if (request.Pregnant == Answer.Yes)
        {
            Pregnant(context);
        }
        else if (
            request.Pregnant == Answer.Unknown
            && request.Sex != Sex.Male
            && request.Age is { } age
            && age.Years >= context.Policy.PregnancyFromYears
            && age.Years <= context.Policy.PregnancyToYears
        )
        {
            Unknown(context);
        }
    }

    private static void Pregnant(AuditContext context)
    {
        foreach (ref readonly var item in context.Items)
        {
            var (rule, zh, en) = context.Herb(item).Pregnancy switch
            {
                PregnancyUse.Forbid => ("pregnancy.forbid", "孕妇禁用", "is forbidden in pregnancy"),
                PregnancyUse.Avoid => ("pregnancy.avoid", "孕妇忌用", "is avoided in pregnancy"),
                PregnancyUse.Caution => ("pregnancy.caution", "孕妇慎用", "is used with caution in pregnancy"),
                _ => (null, "", ""),
            };
            if (rule is not null)
            {
                context.Report(rule, item, $"{context.NameOf(item)}{zh}。", $"{context.EnglishNameOf(item)} {en}.");
            }
        }
    }

    private static void Unknown(AuditContext context)
    {
        foreach (ref readonly var item in context.Items)
        {
            if ((item.Traits & Traits.PregnancyForbidOrAvoid) != 0)
            {
                context.Report(
                    "pregnancy.unknown",
                    item,
                    $"{context.NameOf(item)}孕妇不宜，患者为育龄妇女而妊娠情况不详，请询问。",
                    $"{context.EnglishNameOf(item)} is not for pregnancy, and whether this patient is pregnant is not known: please ask."
                );
            }
        }
    }
}
