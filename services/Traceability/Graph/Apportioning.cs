namespace TcmBrain.Traceability.Graph;

/// <summary>
/// How much of what (分摊). Going up: how much of a thing went into the start. Going down: how much of the start is in a thing, in the start's
/// unit. Outputs share a step's inputs by mass, volume or number where all of them say it in one dimension, else in equal parts. Unknown stays
/// unknown: nothing is guessed, and what lies on a cycle has no amount.
/// </summary>
internal static class Apportioning
{
    /// <returns>Amounts of the things for which they can be known; the start itself is among them.</returns>
    public static Dictionary<string, Amount?> Of(string root, IReadOnlyCollection<Step> steps, bool up)
    {
        var flows = steps.Select(s => Flow.Of(s.Rows.Select(r => r.Link))).ToList();
        var made = Total(flows.SelectMany(f => f.Outputs));
        var used = Total(flows.SelectMany(f => f.Inputs));
        var whole =
            made.GetValueOrDefault(root)
            ?? (up ? null : used.GetValueOrDefault(root))
            ?? Amount.Of(new Link(root, default, default, null, null));
        var amounts = new Dictionary<string, Amount?>(StringComparer.Ordinal) { [root] = whole };
        // Of a lot of which it is not known how much there is, one unit is asked for: shares are then of that.
        var order = Ordered(flows, up);
        var share = new Dictionary<string, decimal?>(StringComparer.Ordinal) { [root] = 1 };
        foreach (var flow in order)
        {
            if (up)
            {
                GoUp(flow, made, share, amounts, root);
            }
            else
            {
                GoDown(flow, made, amounts, root);
            }
        }

        foreach (var cyclic in flows.Except(order).SelectMany(f => up ? f.Inputs : f.Outputs).Where(p => p.Thing != root))
        {
            amounts[cyclic.Thing] = null;
        }

        return amounts;
    }

    /// <summary>Share of a step's outputs that is needed, by weight of each output, times each input.</summary>
    private static void GoUp(
        Flow flow,
        Dictionary<string, Amount?> made,
        Dictionary<string, decimal?> share,
        Dictionary<string, Amount?> amounts,
        string root
    )
    {
        decimal? fraction = 0;
        for (var i = 0; i < flow.Outputs.Count; i++)
        {
            var output = flow.Outputs[i];
            if (share.TryGetValue(output.Thing, out var needed))
            {
                // A lot made in several steps is needed from each by the same share.
                fraction += needed * flow.Weights[i];
            }
        }

        foreach (var input in flow.Inputs.Where(i => i.Thing != root))
        {
            var amount = Scale(input.Amount, fraction);
            amounts[input.Thing] = amounts.TryGetValue(input.Thing, out var before) ? before + amount : amount;
            var total =
                made.GetValueOrDefault(input.Thing) ?? (ThingKinds.Of(input.Thing) == ThingKind.Instance ? new Amount(1, "H87") : null);
            var part = Ratio(amounts[input.Thing], total);
            share[input.Thing] = part;
        }
    }

    private static void GoDown(Flow flow, Dictionary<string, Amount?> made, Dictionary<string, Amount?> amounts, string root)
    {
        Amount? sum = null;
        var known = true;
        foreach (var input in flow.Inputs)
        {
            if (!amounts.TryGetValue(input.Thing, out var contained))
            {
                continue;
            }

            var part =
                input.Thing == root
                    ? input.Amount
                    : Scale(contained, Ratio(input.Amount, made.GetValueOrDefault(input.Thing) ?? input.Amount));
            known &= part is not null;
            sum = sum is null ? part : sum + part;
        }

        for (var i = 0; i < flow.Outputs.Count; i++)
        {
            var output = flow.Outputs[i];
            if (output.Thing != root)
            {
                var amount = known ? Scale(sum, flow.Weights[i]) : null;
                amounts[output.Thing] = amounts.TryGetValue(output.Thing, out var before) ? before + amount : amount;
            }
        }
    }

    private static Amount? Scale(Amount? amount, decimal? by) => amount is { } a && by is { } b ? a with { Value = a.Value * b } : null;

    private static decimal? Ratio(Amount? part, Amount? whole) =>
        part is { } p && whole is { } w && p.Base.Unit == w.Base.Unit && w.Base.Value > 0 ? p.Base.Value / w.Base.Value : null;

    private static Dictionary<string, Amount?> Total(IEnumerable<Part> parts) =>
        parts
            .GroupBy(p => p.Thing, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Select(p => p.Amount).Aggregate((a, b) => a + b), StringComparer.Ordinal);

    /// <summary>Steps after those they depend on; what is left out lies on a cycle or behind one.</summary>
    private static List<Flow> Ordered(List<Flow> flows, bool up)
    {
        var waiting = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var thing in flows.SelectMany(f => (up ? f.Inputs : f.Outputs).Select(p => p.Thing)))
        {
            waiting[thing] = waiting.GetValueOrDefault(thing) + 1;
        }

        var open = flows.ToDictionary(f => f, f => (up ? f.Outputs : f.Inputs).Count(p => waiting.ContainsKey(p.Thing)));
        var users = flows
            .SelectMany(f => (up ? f.Outputs : f.Inputs).Select(p => (p.Thing, Flow: f)))
            .ToLookup(p => p.Thing, p => p.Flow, StringComparer.Ordinal);
        var ready = new Queue<Flow>(open.Where(o => o.Value == 0).Select(o => o.Key));
        var order = new List<Flow>();
        while (ready.TryDequeue(out var flow))
        {
            order.Add(flow);
            foreach (var part in up ? flow.Inputs : flow.Outputs)
            {
                if (--waiting[part.Thing] == 0)
                {
                    foreach (var user in users[part.Thing].Where(user => --open[user] == 0))
                    {
                        ready.Enqueue(user);
                    }
                }
            }
        }

        return order;
    }

    private readonly record struct Part(string Thing, Amount? Amount);

    /// <summary>One step without what is on both of its sides.</summary>
    private sealed class Flow
    {
        public required List<Part> Inputs { get; init; }
        public required List<Part> Outputs { get; init; }
        public required decimal[] Weights { get; init; }

        public static Flow Of(IEnumerable<Link> links)
        {
            var all = links.ToList();
            var inputs = Parts(all, LinkRole.Input);
            var outputs = Parts(all, LinkRole.Output);
            var both = inputs
                .Select(i => i.Thing)
                .Intersect(outputs.Select(o => o.Thing), StringComparer.Ordinal)
                .ToHashSet(StringComparer.Ordinal);
            inputs.RemoveAll(p => both.Contains(p.Thing));
            outputs.RemoveAll(p => both.Contains(p.Thing));
            var sum = outputs.Count == 0 ? null : outputs.Select(o => o.Amount).Aggregate((a, b) => a + b);
            return new Flow
            {
                Inputs = inputs,
                Outputs = outputs,
                Weights =
                [
                    .. outputs.Select(o =>
                        sum is { Base.Value: > 0 } total ? o.Amount!.Value.Base.Value / total.Base.Value : 1m / outputs.Count
                    ),
                ],
            };
        }

        private static List<Part> Parts(List<Link> links, LinkRole role) =>
            [
                .. links
                    .Where(l => l.Role == role)
                    .GroupBy(l => l.Thing, StringComparer.Ordinal)
                    .Select(g => new Part(g.Key, g.Select(Amount.Of).Aggregate((a, b) => a + b))),
            ];
    }
}
