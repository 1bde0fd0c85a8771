using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>十八反 and 十九畏 over all pieces of the prescription. Membership is exact; a pair used on purpose is still a pair.</summary>
internal sealed class Incompatibilities : IAuditRule
{
    public Traits Concerns => Traits.Incompatible;

    public void Apply(AuditContext context)
    {
        var catalogue = context.Catalogue;
        var items = context.Items;
        Span<ulong> seen = stackalloc ulong[catalogue.ConflictWords];
        for (var i = 0; i < items.Length; i++)
        {
            var bit = catalogue.ConflictBit(items[i].Herb);
            if (bit < 0)
            {
                continue;
            }
            var mask = catalogue.ConflictMask(items[i].Herb);
            for (var word = 0; word < seen.Length; word++)
            {
                if ((mask[word] & seen[word]) != 0)
                {
                    ReportPairs(context, i);
                    break;
                }
            }
            seen[bit >> 6] |= 1UL << (bit & 63);
        }
    }

    private static void ReportPairs(AuditContext context, int second)
    {
        var items = context.Items;
        for (var first = 0; first < second; first++)
        {
            if (context.Catalogue.FindIncompatibility(items[first].Herb, items[second].Herb) is { } pair)
            {
                Report(context, in items[first], in items[second], pair);
            }
        }
    }

    private static void Report(AuditContext context, in AuditItem first, in AuditItem second, Incompatibility pair)
    {
        var eighteen = pair.Rule == IncompatibilityRule.EighteenIncompatibilities;
        var rule = (eighteen, pair.IsExtension) switch
        {
            (true, false) => "incompatible.18fan",
            (true, true) => "incompatible.18fan_extension",
            (false, false) => "incompatible.19wei",
            (false, true) => "incompatible.19wei_extension",
        };
        // Told in the order of the rule's own table, so that the order of the lines does not change the words.
        ref readonly var a = ref first.Herb == pair.A ? ref first : ref second;
        ref readonly var b = ref first.Herb == pair.A ? ref second : ref first;
        context.Report(
            rule,
            first.Line == second.Line ? [first.Line] : [Math.Min(first.Line, second.Line), Math.Max(first.Line, second.Line)],
            $"{context.NameOf(a)}与{context.NameOf(b)}同用：{(eighteen ? "十八反" : "十九畏")}（{pair.GroupA}—{pair.GroupB}；{pair.Basis}）。",
            $"{context.EnglishNameOf(a)} together with {context.EnglishNameOf(b)}: {(eighteen ? "eighteen incompatibilities" : "nineteen antagonisms")} ({pair.GroupA}—{pair.GroupB})."
        );
    }
}
