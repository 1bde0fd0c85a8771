using System.Text.Json;
using Npgsql;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Queries;

/// <summary>A stored event with all that its leaf says.</summary>
public sealed record StoredEvent(
    long LeafIndex,
    byte[] Hash,
    bool ErrorDeclaration,
    DateTimeOffset RecordedAt,
    string CapturedBy,
    EventScope Scope,
    string Body
)
{
    public string LeafText() => Leaf.Text(Hash, ErrorDeclaration, Body, CapturedBy, RecordedAt, Scope);
}

/// <summary>Guarded reads: the scope is in the WHERE, so not there and not yours are the same.</summary>
public sealed class TraceReader(NpgsqlDataSource database)
{
    private const string Columns =
        "e.leaf_index, e.event_hash, e.error_declaration, e.recorded_at, e.captured_by, e.prescription_id, e.institution_code, e.centre_code, e.region_code, e.body";

    /// <summary>A prescription's own events, by their own time, then as they were logged. Empty: none, or none to be seen.</summary>
    public Task<List<StoredEvent>> OfPrescriptionAsync(Guid prescriptionId, ReadScope scope, CancellationToken cancellationToken) =>
        QueryAsync(
            $"""
            select {Columns} from traceability.event e
            where e.prescription_id = $4 and {ReadScope.Owned}
            order by e.event_time, e.leaf_index
            """,
            scope,
            cancellationToken,
            prescriptionId
        );

    /// <summary>What is known of the lots that went into a prescription which the caller may see.</summary>
    public Task<List<StoredEvent>> OfLotsAsync(Guid prescriptionId, CancellationToken cancellationToken) =>
        QueryAsync(
            $"""
            select {Columns} from traceability.event e
            where e.prescription_id is null and e.leaf_index in (
                select lot.leaf_index from traceability.event p
                join traceability.event_item used on used.leaf_index = p.leaf_index and used.role = 'input'
                join traceability.event_item lot on traceability.same_thing(lot.item, used.item)
                where p.prescription_id = $4)
            order by e.event_time, e.leaf_index
            """,
            new ReadScope(true, "", null),
            cancellationToken,
            prescriptionId
        );

    /// <summary>
    /// The event of that hash, or its error declaration, the first captured; null when there is none that the caller may see. The hash need
    /// not be the event's id.
    /// </summary>
    public async Task<StoredEvent?> FindAsync(byte[] hash, bool errorDeclaration, ReadScope scope, CancellationToken cancellationToken)
    {
        var key = EventIdentity.Of(EventHash.Text(hash));
        var found = await QueryAsync(
            $"""
            select {Columns} from traceability.event e
            where (e.event_key >= $4 and e.event_key < $5 or e.event_id is not null and e.event_hash = $6)
              and e.error_declaration = {(errorDeclaration ? "true" : "false")} and {ReadScope.Visible}
            order by e.leaf_index limit 1
            """,
            scope,
            cancellationToken,
            key,
            EventIdentity.After(key),
            hash
        );
        return found.SingleOrDefault();
    }

    /// <summary>Whether the event is the caller's own, not only on the way of something that is.</summary>
    public async Task<bool> OwnsAsync(long leafIndex, ReadScope scope, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select exists (select from traceability.event e where e.leaf_index = $4 and {ReadScope.Owned})"
        );
        command.Parameters.AddRange(scope.Parameters());
        command.Parameters.Add(new NpgsqlParameter { Value = leafIndex });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public static JsonElement Json(StoredEvent stored)
    {
        using var json = JsonDocument.Parse(stored.Body);
        return json.RootElement.Clone();
    }

    private async Task<List<StoredEvent>> QueryAsync(string sql, ReadScope scope, CancellationToken cancellationToken, params object[] keys)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(scope.Parameters());
        command.Parameters.AddRange(keys.Select(key => new NpgsqlParameter { Value = key }).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<StoredEvent>();
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(
                new StoredEvent(
                    reader.GetInt64(0),
                    reader.GetFieldValue<byte[]>(1),
                    reader.GetBoolean(2),
                    reader.GetFieldValue<DateTimeOffset>(3),
                    reader.GetString(4),
                    new EventScope(reader.IsDBNull(5) ? null : reader.GetGuid(5), Null(reader, 6), Null(reader, 7), Null(reader, 8)),
                    reader.GetString(9)
                )
            );
        }

        return events;
    }

    private static string? Null(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
