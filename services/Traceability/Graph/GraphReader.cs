using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Traceability.Access;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Graph;

/// <param name="Most">Things that the answer may have.</param>
public sealed record TraceAsk(string Id, bool Up, bool Down, int Depth, int Most)
{
    public string Direction =>
        Up && Down ? "both"
        : Up ? "up"
        : "down";
}

/// <summary>Reads the trace of a thing in one call (双向追溯).</summary>
public sealed class GraphReader(NpgsqlDataSource database, GraphIndex graph)
{
    /// <param name="stream">Hears of nodes and edges as they are found, instead of the answer having them; amounts are known only at the end.</param>
    /// <returns>Null when there is no such thing, or none that the viewer may see.</returns>
    public async Task<TraceGraph?> TraceAsync(
        TraceAsk ask,
        Viewer viewer,
        Func<TraceFind, Task>? stream,
        CancellationToken cancellationToken
    )
    {
        await graph.CatchUpAsync(cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // A level is the same four questions whatever is asked for: planning them anew for each level costs more than answering them. The pool sets
        // it back.
        await using (var generic = new NpgsqlCommand("set plan_cache_mode = force_generic_plan", connection))
        {
            await generic.ExecuteNonQueryAsync(cancellationToken);
        }

        var reader = new LinkReader(connection, viewer, stream is null ? ask.Most * 4 : int.MaxValue);
        if (await reader.RootAsync(ask.Id, cancellationToken) is not { } access)
        {
            return null;
        }

        var most = stream is null ? ask.Most : int.MaxValue;
        var walks = new List<Walk>();
        foreach (var up in (bool[])[true, false])
        {
            if (up ? ask.Up : ask.Down)
            {
                var walk = new Walk(reader, viewer, up, most);
                var find = new TraceFind(walk, up);
                await walk.RunAsync(ask.Id, access, ask.Depth, stream is null ? null : () => stream(find), cancellationToken);
                walks.Add(walk);
            }
        }

        var events = await EventsAsync(connection, walks, viewer, cancellationToken);
        var position = await PositionAsync(connection, cancellationToken);
        var (nodes, edges) = stream is null ? TraceShape.Of(ask, walks, events) : ([], []);
        return new TraceGraph(
            ask.Id,
            ask.Direction,
            ask.Depth,
            !walks.Any(w => w.Truncated),
            walks.Any(w => w.Withheld),
            position,
            nodes,
            edges,
            events
        );
    }

    private static async Task<long> PositionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select next from traceability.graph_position", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The steps' events, and what was observed of the things; by their own time, then as they were logged.</summary>
    private static async Task<List<TraceEvent>> EventsAsync(
        NpgsqlConnection connection,
        List<Walk> walks,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        var nodes = walks.SelectMany(w => w.Nodes.Values).GroupBy(n => n.Id).Select(g => g.MaxBy(n => n.IsOpen)!).ToList();
        var leaves = walks
            .SelectMany(w => w.Steps.Values.SelectMany(s => s.Rows).Concat(w.Containments).Concat(w.Transactions))
            .Select(r => r.LeafIndex)
            .ToHashSet();
        await using var command = new NpgsqlCommand(
            $"""
            with seen as materialized (
                select leaf, null::bigint as node from unnest($5::bigint[]) as leaf
                union all
                select i.leaf_index, n.place from unnest($6::text[], $7::timestamptz[], $8::timestamptz[]) with ordinality
                    as n (thing, since, until, place)
                join traceability.event_item i on traceability.same_thing(i.item, n.thing) and i.role = 'epc'
                join traceability.event t on t.leaf_index = i.leaf_index and t.event_time between n.since and n.until)
            select e.leaf_index, e.event_hash, e.error_declaration, e.captured_by, e.recorded_at, e.prescription_id, {Viewer.Own}, e.body, s.places
            from (select leaf, array_agg(node) filter (where node is not null) as places from seen group by leaf) s
            join traceability.event e on e.leaf_index = s.leaf
            order by e.event_time, e.leaf_index
            """,
            connection
        );
        command.Parameters.AddRange(viewer.Parameters());
        command.Parameters.Add(new NpgsqlParameter { Value = leaves.ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = nodes.Select(n => n.Id).ToArray() });
        command.Parameters.Add(Times(nodes.Select(n => n.From?.UtcDateTime ?? DateTime.MinValue)));
        command.Parameters.Add(Times(nodes.Select(n => n.Until?.UtcDateTime ?? DateTime.MaxValue)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<TraceEvent>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var own = viewer.Everything || !reader.IsDBNull(6) && reader.GetBoolean(6);
            var e = TraceJson.Parse(reader.GetString(7));
            var capturedBy = reader.GetString(3);
            var places = reader.IsDBNull(8) ? [] : reader.GetFieldValue<long[]>(8);
            if (
                own
                || leaves.Contains(reader.GetInt64(0))
                || reader.IsDBNull(5) && Speaks(viewer, capturedBy, places.Select(p => nodes[(int)p - 1]), e)
            )
            {
                var (shown, redacted) = own ? (e, []) : Redaction.Of(e);
                events.Add(
                    new TraceEvent(
                        EventHash.Text(reader.GetFieldValue<byte[]>(1)),
                        reader.GetInt64(0),
                        reader.GetBoolean(2),
                        capturedBy,
                        reader.GetFieldValue<DateTimeOffset>(4),
                        own,
                        redacted,
                        shown
                    )
                );
            }
        }

        return events;
    }

    private static NpgsqlParameter Times(IEnumerable<DateTime> times) =>
        new()
        {
            Value = times.Select(t => DateTime.SpecifyKind(t, DateTimeKind.Utc)).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        };

    /// <summary>
    /// Whether another party's observation is part of a story that is the viewer's to see: its maker's and users', the platform's, and whoever
    /// tested or held the thing. What a stranger says of a lot is not.
    /// </summary>
    private static bool Speaks(Viewer viewer, string capturedBy, IEnumerable<Node> nodes, JsonElement e) =>
        viewer.Supervises
        || nodes.Any(n =>
            (n.IsOpen || n.AskedBy.Contains(Walk.Anyone))
            && (
                capturedBy == TraceDraft.Platform
                || n.Parties.Contains(capturedBy)
                || Links.Word(e, "bizStep") is "inspecting" or "sampling" or "holding" or "destroying"
            )
        );
}

/// <summary>What a walk has found so far.</summary>
public sealed class TraceFind
{
    internal TraceFind(Walk walk, bool up) => (Walk, Up) = (walk, up);

    internal Walk Walk { get; }

    public bool Up { get; }
}

internal static class TraceJson
{
    public static JsonElement Parse(string body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.Clone();
    }
}
