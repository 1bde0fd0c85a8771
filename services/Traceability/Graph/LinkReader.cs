using Npgsql;
using TcmBrain.Traceability.Access;

namespace TcmBrain.Traceability.Graph;

/// <param name="Container">For a thing put into or taken out of something: of what.</param>
/// <param name="Own">The event is the viewer's own.</param>
internal sealed record LinkRow(
    Link Link,
    string? Container,
    long LeafIndex,
    string CapturedBy,
    Guid? PrescriptionId,
    DateTimeOffset EventTime,
    bool Own
);

/// <param name="Steps">All inputs and outputs of the steps that made (up) or used (down) the things asked for.</param>
/// <param name="Containers">Where the things were put into and taken out of.</param>
/// <param name="Contents">What was put into and taken out of the things.</param>
/// <param name="Transactions">Transactions of the things; asked by a transaction, its things.</param>
internal sealed record Level(List<LinkRow> Steps, List<LinkRow> Containers, List<LinkRow> Contents, List<LinkRow> Transactions);

/// <summary>Reads the graph a level at a time: one round trip however many things the level has.</summary>
internal sealed class LinkReader(NpgsqlConnection connection, Viewer viewer, int most)
{
    private const string Columns =
        $"l.thing, l.role, l.step, l.quantity, l.unit, l.leaf_index, e.captured_by, e.prescription_id, e.event_time, {Viewer.Own}";

    /// <param name="expanded">Things whose steps and contents are wanted.</param>
    /// <param name="all">These, and containers whose own containers are wanted.</param>
    public async Task<Level> ReadAsync(string[] expanded, string[] all, bool up, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        Add(
            batch,
            $"""
            select {Columns}, null from (
                select distinct l.step from unnest($5::text[]) as f (thing) join traceability.link l on l.thing = f.thing
                where l.role = {(short)(up ? LinkRole.Output : LinkRole.Input)}) hit
            join traceability.link l on l.step = hit.step and l.role in (1, 2)
            join traceability.event e on e.leaf_index = l.leaf_index limit $6
            """,
            expanded
        );
        Add(
            batch,
            $"""
            select {Columns}, p.thing from unnest($5::text[]) as f (thing)
            join traceability.link l on l.thing = f.thing and l.role in (3, 4)
            join traceability.link p on p.step = l.step and p.role = 5 and p.leaf_index = l.leaf_index
            join traceability.event e on e.leaf_index = l.leaf_index limit $6
            """,
            all
        );
        Add(
            batch,
            $"""
            select {Columns}, hit.thing from (
                select distinct l.step, l.thing from unnest($5::text[]) as f (thing) join traceability.link l on l.thing = f.thing
                where l.role = 5) hit
            join traceability.link l on l.step = hit.step and l.role in (3, 4)
            join traceability.event e on e.leaf_index = l.leaf_index limit $6
            """,
            [.. expanded.Where(t => ThingKinds.Of(t) is not (ThingKind.Lot or ThingKind.Class))]
        );
        Add(
            batch,
            $"""
            select {Columns}, p.thing from unnest($5::text[]) as f (thing)
            join traceability.link h on h.thing = f.thing and h.role in (7, 8)
            join traceability.link l on l.step = h.step and l.role = 7 and (h.role = 8 or l.thing = f.thing)
            join traceability.link p on p.step = l.step and p.role = 8 and p.leaf_index = l.leaf_index
            join traceability.event e on e.leaf_index = l.leaf_index limit $6
            """,
            expanded
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var steps = await RowsAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var containers = await RowsAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var contents = await RowsAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return new Level(steps, containers, contents, await RowsAsync(reader, cancellationToken));
    }

    /// <summary>Of these pairs, the ones where the thing, or what it lay in, was sent by the one to the other.</summary>
    public async Task<HashSet<(string Thing, string Sender, string Recipient)>> HandoversAsync(
        IReadOnlyCollection<(string Thing, string Sender, string Recipient)> asked,
        CancellationToken cancellationToken
    )
    {
        if (asked.Count == 0)
        {
            return [];
        }

        await using var command = new NpgsqlCommand(
            """
            select a.thing, a.sender, a.recipient from unnest($1::text[], $2::text[], $3::text[]) as a (thing, sender, recipient)
            where exists (select from traceability.handover h where h.thing = a.thing and h.recipient = a.recipient and h.sender = a.sender)
               or exists (select from traceability.link l
                          join traceability.event e on e.leaf_index = l.leaf_index and e.captured_by = a.sender
                          join traceability.link p on p.step = l.step and p.role = 5 and p.leaf_index = l.leaf_index
                          join traceability.handover h on h.thing = p.thing and h.recipient = a.recipient and h.sender = a.sender
                          where l.thing = a.thing and l.role = 3)
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = asked.Select(a => a.Thing).ToArray() },
                new() { Value = asked.Select(a => a.Sender).ToArray() },
                new() { Value = asked.Select(a => a.Recipient).ToArray() },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new HashSet<(string, string, string)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        }

        return found;
    }

    /// <summary>
    /// How the viewer comes to the thing: through an event that is its own beyond having said so itself, only by its own saying, or (null) not
    /// at all. Saying that one saw another's lot opens nothing but one's own words.
    /// </summary>
    public async Task<RootAccess?> RootAsync(string thing, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select bool_or({Queries.ReadScope.Visible} and e.captured_by <> $2 or e.prescription_id = $4), bool_or({Viewer.Own})
            from (select leaf_index from traceability.event_item where traceability.same_thing(item, $5)
                  union select leaf_index from traceability.link where thing = $5 limit 100000) i
            join traceability.event e on e.leaf_index = i.leaf_index
            """,
            connection
        );
        command.Parameters.AddRange(viewer.Parameters());
        command.Parameters.Add(new NpgsqlParameter { Value = thing });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return viewer.Everything && !reader.IsDBNull(0) || !reader.IsDBNull(0) && reader.GetBoolean(0) ? RootAccess.Entitled
            : !reader.IsDBNull(1) && reader.GetBoolean(1) ? RootAccess.OwnWords
            : null;
    }

    private void Add(NpgsqlBatch batch, string sql, string[] things)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddRange(viewer.Parameters());
        command.Parameters.Add(new NpgsqlParameter { Value = things });
        command.Parameters.Add(new NpgsqlParameter { Value = most });
        batch.BatchCommands.Add(command);
    }

    private static async Task<List<LinkRow>> RowsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var rows = new List<LinkRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(
                new LinkRow(
                    new Link(
                        reader.GetString(0),
                        (LinkRole)reader.GetInt16(1),
                        reader.GetGuid(2),
                        reader.IsDBNull(3) ? null : reader.GetDecimal(3),
                        reader.IsDBNull(4) ? null : reader.GetString(4)
                    ),
                    reader.IsDBNull(10) ? null : reader.GetString(10),
                    reader.GetInt64(5),
                    reader.GetString(6),
                    reader.IsDBNull(7) ? null : reader.GetGuid(7),
                    reader.GetFieldValue<DateTimeOffset>(8),
                    !reader.IsDBNull(9) && reader.GetBoolean(9)
                )
            );
        }

        return rows;
    }
}

internal enum RootAccess
{
    Entitled,
    OwnWords,
}
