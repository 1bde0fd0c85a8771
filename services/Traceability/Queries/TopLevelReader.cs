using Npgsql;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Queries;

/// <summary>What the events that a caller may see speak of: the members of the top-level resources (EPCIS 2.0, 12.8).</summary>
public sealed class TopLevelReader(NpgsqlDataSource database)
{
    private static readonly Dictionary<TermKind, string> Columns = new()
    {
        [TermKind.EventType] = "event_type",
        [TermKind.BizStep] = "biz_step",
        [TermKind.Disposition] = "disposition",
        [TermKind.ReadPoint] = "read_point",
        [TermKind.BizLocation] = "biz_location",
    };

    /// <summary>Canonical values after that one, in byte order.</summary>
    public Task<List<string>> WordsAsync(TermKind kind, ReadScope scope, string after, int limit, CancellationToken cancellationToken) =>
        ReadAsync(
            $"""
            select v.value from traceability.vocabulary v
            where v.kind = $4 and v.value > $5
              and exists (select from traceability.event e where e.{Columns[kind]} = v.id and {ReadScope.Visible})
            order by v.value limit $6
            """,
            scope,
            cancellationToken,
            (short)kind,
            after,
            limit
        );

    /// <summary>Whether an event that the caller may see has the canonical value.</summary>
    public async Task<bool> KnowsAsync(TermKind kind, string value, ReadScope scope, CancellationToken cancellationToken) =>
        (
            await ReadAsync(
                $"""
                select v.value from traceability.vocabulary v
                where v.kind = $4 and v.value = $5
                  and exists (select from traceability.event e where e.{Columns[kind]} = v.id and {ReadScope.Visible})
                """,
                scope,
                cancellationToken,
                (short)kind,
                value
            )
        ).Count > 0;

    /// <summary>EPCs after that one, in the order of their index, which is no order of names; from the first when it is empty. Classes and lots are none.</summary>
    public Task<List<string>> EpcsAsync(ReadScope scope, string after, int limit, CancellationToken cancellationToken) =>
        ReadAsync(
            $"""
            select item from (
                select distinct traceability.thing_key(i.item) as key, i.item
                from traceability.event_item i join traceability.event e on e.leaf_index = i.leaf_index
                where {(after.Length == 0 ? "$4 = ''" : "(traceability.thing_key(i.item), i.item) > (traceability.thing_key($4), $4)")}
                  and i.item !~ '^https://id\.gs1\.org/01/\d+(/10/.*)?$' and {ReadScope.Visible}
                order by 1, 2 limit $5) found
            order by key, item
            """,
            scope,
            cancellationToken,
            after,
            limit
        );

    /// <summary>Whether an event that the caller may see is about the thing.</summary>
    public async Task<bool> KnowsAsync(string item, ReadScope scope, CancellationToken cancellationToken) =>
        (
            await ReadAsync(
                $"""
                select i.item from traceability.event_item i join traceability.event e on e.leaf_index = i.leaf_index
                where traceability.same_thing(i.item, $4) and {ReadScope.Visible} limit 1
                """,
                scope,
                cancellationToken,
                item
            )
        ).Count > 0;

    private async Task<List<string>> ReadAsync(string sql, ReadScope scope, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(scope.Parameters());
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }
}
