using System.Text.Json;
using Npgsql;
using TcmBrain.Traceability.Access;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Graph;

/// <summary>Reads how a thing stands now (物品当前状态).</summary>
public sealed class ItemReader(NpgsqlDataSource database, GraphIndex graph)
{
    private const int DeepestBoxes = 8;

    /// <returns>Null when there is no such thing, or none that the viewer may see.</returns>
    public async Task<ItemState?> ReadAsync(string id, Viewer viewer, CancellationToken cancellationToken)
    {
        await graph.CatchUpAsync(cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await new LinkReader(connection, viewer, 1).RootAsync(id, cancellationToken) is not { } access)
        {
            return null;
        }

        // Whoever comes to it by its own words alone has nothing but these.
        var open = access == RootAccess.Entitled;
        var containers = await ContainersAsync(connection, id, open ? null : viewer.Party, cancellationToken);
        var events = await EventsAsync(connection, [id, .. containers], open, viewer, cancellationToken);
        var own = events.Where(e => e.Items.Contains(id)).ToList();
        if (own.Count == 0)
        {
            return null;
        }

        var persistent = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var e in own)
        {
            persistent.ExceptWith(Dispositions(e.Json, "unset"));
            persistent.UnionWith(Dispositions(e.Json, "set"));
        }

        var recalls = await RecallsAsync(connection, id, cancellationToken);
        var (quantities, used) = await QuantitiesAsync(connection, id, own, viewer, cancellationToken);
        var gone = own.Any(e => e.Role == "epc" && Links.Text(e.Json, "action") == "DELETE") && (quantities?.Left ?? 0) <= 0;
        var kind = ThingKinds.Of(id);
        return new ItemState(
            id,
            TraceShape.Kind(id),
            gone && kind is not (ThingKind.Lot or ThingKind.Class) || quantities?.Left == 0 && gone ? "gone"
                : used && (kind == ThingKind.Instance || quantities?.Left <= 0) ? "used"
                : "active",
            events.Select(e => Links.Word(e.Json, "disposition")).LastOrDefault(d => d is not null),
            [.. persistent],
            persistent.Contains("recalled") || recalls.Count > 0,
            recalls,
            PlaceOf(events),
            containers,
            quantities,
            own[0].EventTime,
            events[^1].EventTime
        );
    }

    private sealed record Seen(long Leaf, string Role, string[] Items, DateTimeOffset EventTime, bool Own, JsonElement Json);

    private static async Task<List<string>> ContainersAsync(
        NpgsqlConnection connection,
        string id,
        string? party,
        CancellationToken cancellationToken
    )
    {
        var all = new List<string>();
        string[] inner = [id];
        for (var depth = 0; depth < DeepestBoxes && inner.Length > 0; depth++)
        {
            await using var command = new NpgsqlCommand(
                """
                select container from (
                    select distinct on (l.thing, p.thing) l.thing, p.thing as container, l.role, l.step, e.event_time
                    from traceability.link l
                    join traceability.link p on p.step = l.step and p.role = 5 and p.leaf_index = l.leaf_index
                    join traceability.event e on e.leaf_index = l.leaf_index
                    where l.thing = any($1) and l.role in (3, 4) and ($2::text is null or e.captured_by = $2)
                    order by l.thing, p.thing, e.event_time desc, l.leaf_index desc) newest
                where role = 3 and not exists (
                    select from traceability.link x join traceability.event t on t.leaf_index = x.leaf_index
                    where x.step = newest.step and x.role = 6 and t.event_time >= newest.event_time)
                order by event_time desc limit 50
                """,
                connection
            )
            {
                Parameters =
                {
                    new() { Value = inner },
                    new() { Value = (object?)party ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                },
            };
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var outer = new List<string>();
            while (await reader.ReadAsync(cancellationToken))
            {
                outer.Add(reader.GetString(0));
            }

            // One thing lies in one box, the last it was put into; a lot may lie in many.
            inner = [.. (ThingKinds.Of(inner[0]) is ThingKind.Lot or ThingKind.Class ? outer : outer.Take(1)).Except(all)];
            all.AddRange(inner);
        }

        return all;
    }

    /// <summary>The newest events of the thing and its containers, oldest first, without those that their own party withdrew.</summary>
    private static async Task<List<Seen>> EventsAsync(
        NpgsqlConnection connection,
        string[] things,
        bool open,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            select e.leaf_index, min(i.role), array_agg(i.item), e.event_time, {Viewer.Own}, e.body
            from (select distinct thing from unnest($5) as thing) t
            join traceability.event_item i on traceability.same_thing(i.item, t.thing)
            join traceability.event e on e.leaf_index = i.leaf_index
            where i.role <> 'input' and not e.error_declaration
              and ({(viewer.Everything ? "true" : Viewer.Own)}{(open ? " or e.prescription_id is null" : "")})
              and not exists (select from traceability.withdrawn w where w.leaf_index = e.leaf_index)
            group by e.leaf_index order by e.event_time desc, e.leaf_index desc limit 500
            """,
            connection
        );
        command.Parameters.AddRange(viewer.Parameters());
        command.Parameters.Add(new NpgsqlParameter { Value = things });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<Seen>();
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(
                new Seen(
                    reader.GetInt64(0),
                    reader.GetString(1),
                    reader.GetFieldValue<string[]>(2),
                    reader.GetFieldValue<DateTimeOffset>(3),
                    !reader.IsDBNull(4) && reader.GetBoolean(4),
                    TraceJson.Parse(reader.GetString(5))
                )
            );
        }

        events.Reverse();
        return events;
    }

    private static async Task<List<Guid>> RecallsAsync(NpgsqlConnection connection, string id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select distinct r.id from traceability.recall r join traceability.recall_item i on i.recall_id = r.id
            where r.closed_at is null and (i.item = $1 or i.prescription_id in (
                select e.prescription_id from traceability.event_item x join traceability.event e on e.leaf_index = x.leaf_index
                where traceability.same_thing(x.item, $1) and x.role <> 'input' and e.prescription_id is not null))
            """,
            connection
        )
        {
            Parameters = { new() { Value = id } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var recalls = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            recalls.Add(reader.GetGuid(0));
        }

        return recalls;
    }

    private static async Task<(ItemQuantities? Quantities, bool Used)> QuantitiesAsync(
        NpgsqlConnection connection,
        string id,
        List<Seen> own,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            select l.role, l.unit, sum(l.quantity), bool_and(coalesce({Viewer.Own}, false)), bool_and(l.quantity is not null)
            from traceability.link l join traceability.event e on e.leaf_index = l.leaf_index
            where l.thing = $5 and l.role in (1, 2) group by l.role, l.unit
            """,
            connection
        );
        command.Parameters.AddRange(viewer.Parameters());
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        Amount? made = null;
        Amount? used = new Amount(0, "KGM");
        var (any, open) = (false, true);
        while (await reader.ReadAsync(cancellationToken))
        {
            var input = reader.GetInt16(0) == (short)LinkRole.Input;
            any |= input;
            open &= (viewer.Everything || viewer.Supervises || reader.GetBoolean(3)) && reader.GetBoolean(4);
            if (reader.IsDBNull(2))
            {
                continue;
            }

            Amount? sum = new Amount(reader.GetDecimal(2), reader.GetString(1)).Base;
            if (input)
            {
                used = used is { Value: 0 } ? sum : used + sum;
            }
            else
            {
                made = made is null ? sum : made + sum;
            }
        }

        if (!open || ThingKinds.Of(id) is not ThingKind.Lot || made is null && !any)
        {
            return (null, any);
        }

        var unit = (made ?? used)!.Value.Unit;
        var removed = Removed(own, id, unit);
        decimal? left = made is { } m && used is { } u && (u.Value == 0 || u.Unit == unit) ? m.Value - u.Value - removed : null;
        return (new ItemQuantities(Plain(made?.Value), Plain(used?.Value) ?? 0, removed, Plain(left), unit), any);
    }

    private static decimal? Plain(decimal? value) => value / 1.000000000000000000000m;

    private static decimal Removed(List<Seen> own, string id, string unit)
    {
        decimal sum = 0;
        foreach (
            var quantity in own.Where(e => Links.Text(e.Json, "action") == "DELETE").SelectMany(e => Links.Elements(e.Json, "quantityList"))
        )
        {
            var same = Links.Text(quantity, "epcClass") is { } thing && Identifiers.DigitalLink.CanonicalOrSame(thing) == id;
            if (same && quantity.TryGetProperty("quantity", out var value) && value.TryGetDecimal(out var amount))
            {
                var part = new Amount(amount, Links.Text(quantity, "uom") ?? "H87").Base;
                sum += part.Unit == unit ? part.Value : 0;
            }
        }

        return sum;
    }

    private static ItemPlace? PlaceOf(List<Seen> events)
    {
        for (var i = events.Count - 1; i >= 0; i--)
        {
            var (location, point) = (IdOf(events[i].Json, "bizLocation"), IdOf(events[i].Json, "readPoint"));
            if (location is not null || point is not null)
            {
                return new ItemPlace(location, point, events[i].EventTime);
            }
        }

        return null;
    }

    private static string? IdOf(JsonElement e, string name) =>
        e.TryGetProperty(name, out var place) && place.ValueKind == JsonValueKind.Object ? Links.Text(place, "id") : null;

    private static IEnumerable<string> Dispositions(JsonElement e, string name) =>
        e.TryGetProperty("persistentDisposition", out var persistent) && persistent.ValueKind == JsonValueKind.Object
            ? Links.Elements(persistent, name).Where(d => d.ValueKind == JsonValueKind.String).Select(d => Links.Bare(d.GetString()!))
            : [];
}
