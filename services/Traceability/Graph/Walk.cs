using TcmBrain.Traceability.Access;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Graph;

/// <summary>A thing that the walk came to.</summary>
internal sealed class Node(string id, int level, bool isContext)
{
    public string Id { get; } = id;

    /// <summary>Transformations from the start: negative before it, positive after.</summary>
    public int Level { get; } = level;

    /// <summary>A container that something lay in: where it went matters, its other contents do not.</summary>
    public bool IsContext { get; private set; } = isContext;

    /// <summary>Parties whose events led here. The platform among them, or nobody in particular, opens what is before.</summary>
    public HashSet<string> AskedBy { get; } = [];

    /// <summary>Parties whose words about the thing count: who made it, who used it.</summary>
    public HashSet<string> Parties { get; } = [];

    /// <summary>The viewer may see its whole story, not only its own words of it.</summary>
    public bool IsOpen { get; set; }

    public DateTimeOffset? From { get; set; }

    public DateTimeOffset? Until { get; set; }

    public void Expand() => IsContext = false;
}

/// <summary>Several events of one transformation are one step.</summary>
internal sealed class Step(Guid id)
{
    public Guid Id { get; } = id;

    public List<LinkRow> Rows { get; } = [];

    public HashSet<(long, string, LinkRole)> Seen { get; } = [];
}

/// <summary>
/// Walks one way through transformations and containers, level by level. A thing is expanded once, so cycles end; a thing that is input and
/// output of the same step is not its own origin. What the viewer may not see is left out, and <see cref="Withheld"/> says that there was some.
/// </summary>
internal sealed class Walk(LinkReader reader, Viewer viewer, bool up, int most)
{
    /// <summary>In place of a party: whoever asks from here is entitled.</summary>
    public const string Anyone = "*";

    public Dictionary<string, Node> Nodes { get; } = new(StringComparer.Ordinal);

    public Dictionary<Guid, Step> Steps { get; } = [];

    public List<LinkRow> Containments { get; } = [];

    public List<LinkRow> Transactions { get; } = [];

    public bool IsUp => up;

    public bool Withheld { get; private set; }

    /// <summary>The walk ended for its size, not because there was no more.</summary>
    public bool Truncated { get; private set; }

    /// <param name="found">Called after each level with what was new in it; may stop the walk by throwing.</param>
    public async Task RunAsync(string root, RootAccess access, int depth, Func<Task>? found, CancellationToken cancellationToken)
    {
        var start = new Node(root, 0, isContext: false);
        start.AskedBy.Add(access == RootAccess.Entitled ? Anyone : viewer.Party);
        start.Parties.Add(viewer.Party);
        Nodes.Add(root, start);
        List<Node> frontier = [start];
        for (var level = 1; frontier.Count > 0; level++)
        {
            // Beyond the last level only containers are asked for, which are of their content's level.
            Node[] expanded = level > depth ? [] : [.. frontier.Where(n => !n.IsContext)];
            var next = new List<Node>();
            var read = await reader.ReadAsync([.. expanded.Select(n => n.Id)], [.. frontier.Select(n => n.Id)], up, cancellationToken);
            await TakeStepsAsync(read.Steps, expanded, level, next, cancellationToken);
            TakeContainers(read.Containers, next);
            TakeContents(read.Contents, next);
            TakeTransactions(read.Transactions, root, level, next);
            if (found is not null)
            {
                await found();
            }

            Truncated |= new[] { read.Steps, read.Containers, read.Contents, read.Transactions }.Any(r => r.Count >= most);
            if (Nodes.Count >= most)
            {
                Truncated = true;
                return;
            }

            if (level > depth && next.Count == 0)
            {
                return;
            }

            frontier = next;
        }
    }

    private async Task TakeStepsAsync(List<LinkRow> rows, Node[] expanded, int level, List<Node> next, CancellationToken cancellationToken)
    {
        var (here, there) = up ? (LinkRole.Output, LinkRole.Input) : (LinkRole.Input, LinkRole.Output);
        var sent = up ? await HandoversAsync(rows, expanded, cancellationToken) : [];
        foreach (var group in rows.GroupBy(r => r.Link.Step))
        {
            var at = group.Where(r => r.Link.Role == here && Nodes.TryGetValue(r.Link.Thing, out var n) && !n.IsContext).ToList();
            var opened = at.Where(r => up && IsOpen(Nodes[r.Link.Thing], r.CapturedBy, sent)).ToList();
            opened.ForEach(r => Nodes[r.Link.Thing].IsOpen = true);
            var open = !up || opened.Count > 0;
            var visible = group.Where(r => IsVisible(r, open)).ToList();
            Withheld |= visible.Count < group.Count();
            if (!visible.Any(r => r.Link.Role == here && Nodes.ContainsKey(r.Link.Thing)) || !open)
            {
                continue;
            }

            var step = Steps.TryGetValue(group.Key, out var known) ? known : Steps[group.Key] = new Step(group.Key);
            foreach (var row in visible.Where(r => step.Seen.Add((r.LeafIndex, r.Link.Thing, r.Link.Role))))
            {
                step.Rows.Add(row);
                // Of the other things made (up) or used (down) with it only the step tells.
                if (row.Link.Role == there)
                {
                    var node = Reach(row.Link.Thing, up ? -level : level, isContext: false, next);
                    node.AskedBy.Add(row.CapturedBy == TraceDraft.Platform ? Anyone : row.CapturedBy);
                    node.Parties.Add(row.CapturedBy);
                }
                else if (Nodes.TryGetValue(row.Link.Thing, out var node))
                {
                    node.Parties.Add(row.CapturedBy);
                }
            }
        }
    }

    /// <summary>
    /// Whether the maker's side of a thing is open: to operators and supervisors; where one party both made and used it; where the maker sent
    /// it to who used it. Using a competitor's lot number in an event of one's own opens nothing.
    /// </summary>
    private bool IsOpen(Node node, string maker, HashSet<(string, string, string)> sent) =>
        viewer.Everything
        || viewer.Supervises
        || maker == TraceDraft.Platform
        || node.AskedBy.Contains(Anyone)
        || node.AskedBy.Contains(maker)
        || node.AskedBy.Any(party => sent.Contains((node.Id, maker, party)));

    private async Task<HashSet<(string, string, string)>> HandoversAsync(
        List<LinkRow> rows,
        Node[] expanded,
        CancellationToken cancellationToken
    )
    {
        if (viewer.Everything || viewer.Supervises)
        {
            return [];
        }

        var makers = rows.Where(r => r.Link.Role == LinkRole.Output && r.CapturedBy != TraceDraft.Platform)
            .ToLookup(r => r.Link.Thing, r => r.CapturedBy, StringComparer.Ordinal);
        return await reader.HandoversAsync(
            [
                .. expanded
                    .Where(n => !n.AskedBy.Contains(Anyone))
                    .SelectMany(n => makers[n.Id].Distinct().SelectMany(m => n.AskedBy.Where(p => p != m).Select(p => (n.Id, m, p)))),
            ],
            cancellationToken
        );
    }

    private bool IsVisible(LinkRow row, bool open) =>
        viewer.Everything || row.Own || row.PrescriptionId is null && (viewer.Supervises || up && open);

    private void TakeContainers(List<LinkRow> rows, List<Node> next)
    {
        foreach (var row in Visible(rows))
        {
            var thing = Nodes[row.Link.Thing];
            Containments.Add(row);
            if (row.Container is { } container && container != row.Link.Thing)
            {
                var node = Reach(container, thing.Level, isContext: true, next);
                node.Parties.UnionWith(thing.Parties);
                node.Parties.Add(row.CapturedBy);
                node.AskedBy.UnionWith(thing.AskedBy);
                node.IsOpen |= thing.IsOpen;
                Widen(node, row);
            }
        }
    }

    private void TakeContents(List<LinkRow> rows, List<Node> next)
    {
        foreach (var row in Visible(rows))
        {
            var container = Nodes[row.Container!];
            Containments.Add(row);
            var node = Reach(row.Link.Thing, container.Level, isContext: false, next);
            node.AskedBy.UnionWith(container.AskedBy);
            node.Parties.UnionWith(container.Parties);
        }
    }

    private void TakeTransactions(List<LinkRow> rows, string root, int level, List<Node> next)
    {
        foreach (var row in Visible(rows))
        {
            Transactions.Add(row);
            if (row.Container == root && level == 1)
            {
                Reach(row.Link.Thing, 0, isContext: false, next).AskedBy.UnionWith(Nodes[root].AskedBy);
            }
        }
    }

    private IEnumerable<LinkRow> Visible(List<LinkRow> rows)
    {
        foreach (var row in rows)
        {
            var thing = Nodes.GetValueOrDefault(row.Container ?? "") ?? Nodes.GetValueOrDefault(row.Link.Thing);
            if (IsVisible(row, open: thing?.Parties.Contains(row.CapturedBy) == true || row.CapturedBy == TraceDraft.Platform))
            {
                yield return row;
            }
            else
            {
                Withheld = true;
            }
        }
    }

    private Node Reach(string thing, int level, bool isContext, List<Node> next)
    {
        if (!Nodes.TryGetValue(thing, out var node))
        {
            Nodes.Add(thing, node = new Node(thing, level, isContext));
            next.Add(node);
        }
        else if (node.IsContext && !isContext)
        {
            node.Expand();
            next.Add(node);
        }

        return node;
    }

    /// <summary>A container is followed from when the thing was put into it until it was taken out.</summary>
    private static void Widen(Node container, LinkRow row)
    {
        if (row.Link.Role == LinkRole.PutInto)
        {
            container.From = container.From is { } from && from <= row.EventTime ? from : row.EventTime;
        }
        else
        {
            container.Until = container.Until is { } until && until >= row.EventTime ? until : row.EventTime;
        }
    }
}
