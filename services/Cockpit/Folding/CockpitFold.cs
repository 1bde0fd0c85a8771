using TcmBrain.Cockpit.Indicators.Registers;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Cockpit.Folding;

/// <summary>
/// Folds events into facts, journeys and everything that is counted (归集), in the transaction that remembers them. Writers take turns at the position
/// row, which they hold from the first statement to the commit; see docs/decisions/2026-11-22-cockpit-position.md.
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

        var (before, known) = await FoldStore.TakePositionAsync(
            work.Connection,
            work.Transaction,
            facts.Length,
            tally.Journeys.Keys,
            cancellationToken
        );
        var contributions = Advance(tally, known);
        await FactStore.AppendAsync(work.Connection, before, facts, Touched.Beyond(facts, tally, contributions), cancellationToken);
        await FoldStore.AddAsync(
            work.Connection,
            work.Transaction,
            tally,
            contributions,
            tally.Journeys,
            InstitutionEntry.Of(events),
            "",
            cancellationToken
        );
        await RegisterFold.FoldAsync(events, work, cancellationToken);
    }

    /// <summary>Joins what is told to what is known, and gives what that changes. The tally's journeys are whole afterwards.</summary>
    internal static Contributions Advance(Tally tally, Dictionary<Guid, Journey> known)
    {
        var contributions = new Contributions();
        foreach (var (id, told) in tally.Journeys)
        {
            if (known.TryGetValue(id, out var before))
            {
                contributions.Add(before, -1);
                told.Join(before);
            }

            contributions.Add(told, 1);
        }

        contributions.Settle();
        return contributions;
    }
}
