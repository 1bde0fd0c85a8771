using TcmBrain.Cockpit.Indicators.Registers;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Cockpit.Folding;

/// <summary>
/// Folds events into facts, counters, rankings and stages (归集), in the transaction that remembers them. Writers take turns at the
/// position row, which they hold from the first statement to the commit; see docs/decisions/2026-11-22-cockpit-position.md.
/// </summary>
public sealed class CockpitFold : IFold
{
    public async Task FoldAsync(IReadOnlyList<TakenEvent> events, Work work, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return;
        }

        var facts = new Fact[events.Count];
        var tally = new Tally();
        for (var i = 0; i < facts.Length; i++)
        {
            facts[i] = Fact.Of(events[i].MessageId, events[i].Event);
            tally.Add(facts[i]);
        }

        var institutions = InstitutionEntry.Of(events);
        var before = await FoldStore.TakePositionAsync(work.Connection, work.Transaction, facts.Length, cancellationToken);
        await FoldStore.AppendAsync(work.Connection, before, facts, cancellationToken);
        await FoldStore.AddAsync(work.Connection, work.Transaction, tally, institutions, "", cancellationToken);
        await RegisterFold.FoldAsync(events, work, cancellationToken);
    }
}
