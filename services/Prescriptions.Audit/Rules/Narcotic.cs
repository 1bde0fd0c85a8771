using System.Collections.Immutable;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>罂粟壳, the narcotic piece: days, daily dose, company, authority and patient are limited, without override.</summary>
internal sealed class Narcotic : IAuditRule
{
    public Traits Concerns => Traits.Narcotic;

    public void Apply(AuditContext context)
    {
        ref readonly var request = ref context.Request;
        var policy = context.Policy;
        var items = context.Items;
        var lines = new SortedSet<int>();
        var first = -1;
        var others = request.Lines.Length;
        for (var i = 0; i < items.Length; i++)
        {
            if ((items[i].Traits & Traits.Narcotic) != 0)
            {
                first = first < 0 ? i : first;
                others -= lines.Add(items[i].Line) ? 1 : 0;
            }
        }
        var item = items[first];
        var name = context.NameOf(item);
        var english = context.EnglishNameOf(item);
        ImmutableArray<int> at = [.. lines];
        var days = Math.Max(request.Days, (request.Doses + request.DosesPerDay - 1) / Math.Max(1, request.DosesPerDay));
        var max = context.Tables.MaxMilligrams[item.Herb.Value];
        var daily = items[item.First].GroupDaily;

        Report(
            days > policy.NarcoticDays,
            "narcotic.three_days",
            $"{name}处方 {days} 日，超过单张处方 {policy.NarcoticDays} 日。",
            $"{english} for {days} days exceeds the {policy.NarcoticDays} days of one prescription."
        );
        Report(
            request.NarcoticDaysBefore + days > policy.NarcoticContinuousDays,
            "narcotic.seven_days",
            $"{name}连续使用将达 {request.NarcoticDaysBefore + days} 日，超过 {policy.NarcoticContinuousDays} 日。",
            $"{english} would be taken for {request.NarcoticDaysBefore + days} days without a break; the limit is {policy.NarcoticContinuousDays}."
        );
        Report(
            request.Route == Route.Oral && max > 0 && daily > max,
            "narcotic.daily_dose",
            $"{name}每日 {Grams.Of(daily)}，超过极量 {Grams.Of(max)}。",
            $"{Grams.Of(daily)} of {english} a day exceed the maximum of {Grams.Of(max)}."
        );
        Report(others == 0, "narcotic.alone", $"{name}不得单味调配。", $"{english} is not dispensed alone.");
        Report(
            (request.Authority & PrescriberAuthority.Narcotic) == 0,
            "narcotic.authority",
            $"开方医师无麻醉药品处方权，不得开具{name}。",
            $"The prescriber has no authority for narcotics and may not prescribe {english}."
        );
        Report(
            context.IsChild || request.Pregnant == Answer.Yes || request.BreastFeeding == Answer.Yes,
            "narcotic.vulnerable",
            $"{name}禁用于儿童、孕妇和哺乳期妇女。",
            $"{english} is forbidden for children, in pregnancy and while breast-feeding."
        );

        void Report(bool when, string rule, string zh, string en)
        {
            if (when)
            {
                context.Report(rule, at, zh, en);
            }
        }
    }
}
