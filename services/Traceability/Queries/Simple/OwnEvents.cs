using Npgsql;

namespace TcmBrain.Traceability.Queries.Simple;

/// <summary>
/// The events that a caller can see at all, where they are few: then a query that no index narrows looks at those and not at everybody's, one by
/// one. Where they are many, going through the log finds a page of them soon.
/// </summary>
internal sealed class OwnEvents(NpgsqlDataSource database)
{
    private const int Few = 2_000;

    /// <summary>Their leaf indexes, and perhaps others; null when they are many, or everything.</summary>
    public async Task<long[]?> OfAsync(ReadScope scope, CancellationToken cancellationToken)
    {
        if (scope.Everything)
        {
            return null;
        }

        var region = scope.RegionPattern?.TrimEnd('%');
        var own = await ReadAsync(
            """
            select leaf_index from traceability.event where captured_by = $1 and captured_by <> 'platform'
            union all
            select leaf_index from traceability.event where institution_code = $1
            union all
            select leaf_index from traceability.event where centre_code = $1
            union all
            select leaf_index from traceability.event where region_code collate "C" >= $2 and region_code collate "C" < $3
            limit $4
            """,
            cancellationToken,
            scope.Institution,
            // A colon comes after every digit. Nothing is between two empty texts.
            region ?? "",
            region is null ? "" : region + ":",
            Few + 1
        );
        if (own.Count > Few)
        {
            return null;
        }

        // And what was made into a prescription of theirs (ReadScope.Visible).
        var made = await ReadAsync(
            """
            select thing.leaf_index from traceability.event by
            join traceability.event_item used on used.leaf_index = by.leaf_index and used.role = 'input'
            join traceability.event_item thing on traceability.same_thing(thing.item, used.item)
            where by.leaf_index = any($1) and by.prescription_id is not null
            limit $2
            """,
            cancellationToken,
            own.ToArray(),
            Few + 1
        );
        return made.Count > Few ? null : [.. own.Union(made)];
    }

    private async Task<List<long>> ReadAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetInt64(0));
        }

        return found;
    }
}
