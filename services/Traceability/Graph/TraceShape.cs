using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Graph;

/// <summary>Makes nodes and edges of what the walks found. A transformation of many inputs and outputs is one node, so edges stay few.</summary>
internal static class TraceShape
{
    public static (List<TraceNode> Nodes, List<TraceEdge> Edges) Of(
        TraceAsk ask,
        IReadOnlyList<Walk> walks,
        IReadOnlyList<TraceEvent> events
    )
    {
        var json = events.ToDictionary(e => e.LeafIndex);
        var nodes = new Dictionary<string, TraceNode>(StringComparer.Ordinal);
        var edges = new Dictionary<(string, string, string), TraceEdge>();
        foreach (var walk in walks)
        {
            var amounts = Apportioning.Of(ask.Id, walk.Steps.Values, up: walk.IsUp);
            foreach (var node in walk.Nodes.Values)
            {
                var amount = node.IsContext ? null : TraceAmount.Of(amounts.GetValueOrDefault(node.Id));
                nodes.TryAdd(node.Id, new TraceNode(node.Id, Kind(node.Id), node.Level, amount));
            }

            foreach (var step in walk.Steps.Values)
            {
                AddStep(walk, step, json, nodes, edges);
            }

            foreach (var edge in Others(walk))
            {
                edges.TryAdd((edge.Source, edge.Target, edge.Kind), edge);
            }
        }

        foreach (var transaction in walks.SelectMany(w => w.Transactions).Select(r => r.Container!))
        {
            nodes.TryAdd(transaction, new TraceNode(transaction, "transaction", 0, null));
        }

        return ([.. nodes.Values.OrderBy(n => n.Level).ThenBy(n => n.Id, StringComparer.Ordinal)], [.. edges.Values]);
    }

    public static string StepId(Step step) => $"urn:uuid:{step.Id:D}";

    public static IEnumerable<TraceEdge> EdgesOf(Walk walk, Step step)
    {
        foreach (var group in step.Rows.Where(r => walk.Nodes.ContainsKey(r.Link.Thing)).GroupBy(r => (r.Link.Thing, r.Link.Role)))
        {
            var quantity = group
                .Select(r => r.Link.Quantity is { } q ? new Amount(q, r.Link.Unit!) : (Amount?)null)
                .Aggregate((a, b) => a + b);
            var input = group.Key.Role == LinkRole.Input;
            yield return new TraceEdge(
                input ? group.Key.Thing : StepId(step),
                input ? StepId(step) : group.Key.Thing,
                input ? "input" : "output",
                quantity?.Value,
                quantity?.Unit,
                group.Min(r => r.EventTime),
                null,
                [.. group.Select(r => r.LeafIndex).Distinct().Order()]
            );
        }
    }

    public static string Kind(string thing) =>
        ThingKinds.Of(thing) switch
        {
            ThingKind.Lot => "lot",
            ThingKind.Instance => "instance",
            ThingKind.Container => "container",
            ThingKind.Class => "class",
            _ => "other",
        };

    private static void AddStep(
        Walk walk,
        Step step,
        Dictionary<long, TraceEvent> events,
        Dictionary<string, TraceNode> nodes,
        Dictionary<(string, string, string), TraceEdge> edges
    )
    {
        var levels = step.Rows.Where(r => walk.Nodes.ContainsKey(r.Link.Thing)).Select(r => walk.Nodes[r.Link.Thing].Level);
        var last = step.Rows.Where(r => events.ContainsKey(r.LeafIndex)).MaxBy(r => r.EventTime);
        var what = last is null ? null : Links.Word(events[last.LeafIndex].Event, "bizStep");
        nodes.TryAdd(StepId(step), new TraceNode(StepId(step), "transformation", walk.IsUp ? levels.Min() : levels.Max(), null, what));
        foreach (var edge in EdgesOf(walk, step))
        {
            edges.TryAdd((edge.Source, edge.Target, edge.Kind), edge);
        }
    }

    public static IEnumerable<TraceEdge> Others(Walk walk)
    {
        foreach (var group in walk.Containments.GroupBy(r => (r.Link.Thing, Container: r.Container!)))
        {
            var put = group.Where(r => r.Link.Role == LinkRole.PutInto).ToList();
            var taken = group.Where(r => r.Link.Role == LinkRole.TakenOut).Select(r => (DateTimeOffset?)r.EventTime).Max();
            var quantity = put.Select(r => r.Link.Quantity is { } q ? new Amount(q, r.Link.Unit!) : (Amount?)null).FirstOrDefault();
            yield return new TraceEdge(
                group.Key.Thing,
                group.Key.Container,
                "contained",
                quantity?.Value,
                quantity?.Unit,
                group.Min(r => r.EventTime),
                taken,
                [.. group.Select(r => r.LeafIndex).Distinct().Order()]
            );
        }

        foreach (var group in walk.Transactions.GroupBy(r => (r.Link.Thing, Transaction: r.Container!)))
        {
            yield return new TraceEdge(
                group.Key.Thing,
                group.Key.Transaction,
                "transaction",
                null,
                null,
                group.Min(r => r.EventTime),
                null,
                [.. group.Select(r => r.LeafIndex).Distinct().Order()]
            );
        }
    }

    /// <summary>An id as people give it: a URN, a Digital Link of any resolver, or the Digital Link's path alone.</summary>
    public static string IdOf(string text)
    {
        var id = Uri.UnescapeDataString(text).Trim();
        // A proxy may have made one slash of two.
        id =
            id.StartsWith("https:/", StringComparison.Ordinal) && !id.StartsWith("https://", StringComparison.Ordinal)
                ? "https://" + id[7..]
                : id;
        return DigitalLink.Canonical(id) ?? DigitalLink.Canonical("https://id.gs1.org/" + id) ?? id;
    }
}
