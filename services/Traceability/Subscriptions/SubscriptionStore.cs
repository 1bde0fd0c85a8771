using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Traceability.Queries;

namespace TcmBrain.Traceability.Subscriptions;

/// <summary>A webhook subscription as it is told (EPCIS 2.0 OpenAPI, AbstractQuerySubscriptionResponse). Its secret never is.</summary>
/// <param name="MinRecordTime">Everything recorded before was delivered or did not match.</param>
public sealed record SubscriptionView(
    string SubscriptionID,
    string QueryName,
    string Dest,
    DateTimeOffset CreatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? LastNotifiedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? InitialRecordTime,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? MinRecordTime,
    bool ReportIfEmpty,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Stream,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Schedule,
    string EpcFormat
);

/// <summary>One that is to be served now.</summary>
internal sealed record DueSubscription(
    Guid Id,
    string Owner,
    string QueryName,
    string Query,
    string Dest,
    byte[]? SealedToken,
    string? Schedule,
    bool ReportIfEmpty,
    string EpcFormat,
    ReadScope Scope,
    long Position,
    long AttemptTo,
    int Failures
);

/// <summary>The table of subscriptions.</summary>
internal sealed class SubscriptionStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>How long one delivery may take before another replica may try.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private const string View = """
        select s.id, s.query_name, s.dest, s.created_at, s.last_notified_at, s.initial_record_time, s.last_executed_at, s.report_if_empty,
               s.schedule, s.epc_format
        from traceability.subscription s where s.owner = $1 and s.query_name = $2
        """;

    /// <param name="from">From which record time on events are told; null: from now on.</param>
    public async Task<SubscriptionView> CreateAsync(
        string owner,
        string queryName,
        string dest,
        byte[]? sealedToken,
        QuerySchedule? schedule,
        bool reportIfEmpty,
        DateTimeOffset? from,
        string epcFormat,
        ReadScope scope,
        CancellationToken cancellationToken
    )
    {
        var id = Guid.CreateVersion7();
        var now = time.GetUtcNow().ToUniversalTime();
        await using var command = Command(
            $"""
            insert into traceability.subscription (id, owner, query_name, dest, signature_token, schedule, report_if_empty, epc_format, created_at,
                initial_record_time, everything, institution, region_pattern, position, due_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, {PositionOf("$10")}, $14)
            """,
            id,
            owner,
            queryName,
            dest,
            Bytes(sealedToken),
            Text(schedule?.Json),
            reportIfEmpty,
            epcFormat,
            now,
            Time(from),
            scope.Everything,
            scope.Institution,
            Text(scope.RegionPattern),
            schedule?.Next(now) ?? now
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
        return (await FindAsync(owner, queryName, id, cancellationToken))!;
    }

    /// <summary>The first leaf that was recorded at or after a time; the end of the log when that is null or still to come.</summary>
    public async Task<long> PositionAsync(DateTimeOffset? from, CancellationToken cancellationToken)
    {
        await using var command = Command($"select {PositionOf("$1")}", Time(from));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<SubscriptionView?> FindAsync(string owner, string queryName, Guid id, CancellationToken cancellationToken) =>
        (await ReadAsync(View + " and s.id = $3", cancellationToken, owner, queryName, id)).SingleOrDefault();

    public Task<List<SubscriptionView>> AfterAsync(
        string owner,
        string queryName,
        Guid after,
        int limit,
        CancellationToken cancellationToken
    ) => ReadAsync(View + " and s.id > $3 order by s.id limit $4", cancellationToken, owner, queryName, after, limit);

    public async Task<bool> DeleteAsync(string owner, string queryName, Guid id, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "delete from traceability.subscription where owner = $1 and query_name = $2 and id = $3",
            owner,
            queryName,
            id
        );
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Takes one that is due for the length of the lease, so that replicas do not both serve it; null when there is none.</summary>
    public async Task<DueSubscription?> TakeAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUniversalTime();
        await using var command = Command(
            """
            with log as (select size from traceability.log),
            next as (
                select id from traceability.subscription, log
                where due_at <= $1 and (leased_until is null or leased_until < $1) and (schedule is not null or position < log.size)
                order by due_at limit 1 for update of subscription skip locked)
            update traceability.subscription s set leased_until = $2, attempt_to = coalesce(s.attempt_to, log.size)
            from next, log, traceability.named_query q
            where s.id = next.id and q.owner = s.owner and q.name = s.query_name
            returning s.id, s.owner, s.query_name, q.query, s.dest, s.signature_token, s.schedule, s.report_if_empty, s.epc_format, s.everything,
                      s.institution, s.region_pattern, s.position, s.attempt_to, s.failures
            """,
            now,
            now + Lease
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new DueSubscription(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetString(3),
                reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetFieldValue<byte[]>(5),
                reader.IsDBNull(6) ? null : reader.GetString(6),
                reader.GetBoolean(7),
                reader.GetString(8),
                new ReadScope(reader.GetBoolean(9), reader.GetString(10), reader.IsDBNull(11) ? null : reader.GetString(11)),
                reader.GetInt64(12),
                reader.GetInt64(13),
                reader.GetInt32(14)
            )
            : null;
    }

    /// <summary>A delivery was taken, or there was nothing to deliver.</summary>
    /// <param name="position">Where the next one begins.</param>
    /// <param name="more">Whether there is more up to where this attempt was to end.</param>
    public async Task AdvanceAsync(
        DueSubscription subscription,
        long position,
        bool notified,
        bool more,
        DateTimeOffset due,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow().ToUniversalTime();
        await using var command = Command(
            """
            update traceability.subscription set position = $2, attempt_to = case when $3 then attempt_to end, due_at = $4, leased_until = null,
                failures = 0, last_executed_at = $5, last_notified_at = case when $6 then $5 else last_notified_at end
            where id = $1 and position = $7
            """,
            subscription.Id,
            position,
            more,
            due.ToUniversalTime(),
            now,
            notified,
            subscription.Position
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The delivery was not taken: the very same is tried again.</summary>
    public async Task RetryAsync(DueSubscription subscription, DateTimeOffset due, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "update traceability.subscription set failures = failures + 1, due_at = $2, leased_until = null where id = $1",
            subscription.Id,
            due.ToUniversalTime()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string PositionOf(string time) =>
        $"""
            coalesce((select e.leaf_index from traceability.event e where e.recorded_at >= {time} order by e.leaf_index limit 1),
                     (select size from traceability.log))
            """;

    private async Task<List<SubscriptionView>> ReadAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<SubscriptionView>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var schedule = reader.IsDBNull(8) ? null : reader.GetString(8);
            using var json = schedule is null ? null : JsonDocument.Parse(schedule);
            found.Add(
                new SubscriptionView(
                    reader.GetGuid(0).ToString(),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetFieldValue<DateTimeOffset>(3),
                    Time(reader, 4),
                    Time(reader, 5),
                    Time(reader, 6) ?? Time(reader, 5),
                    reader.GetBoolean(7),
                    schedule is null ? true : null,
                    json?.RootElement.Clone(),
                    reader.GetString(9)
                )
            );
        }

        return found;
    }

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    private static NpgsqlParameter Text(string? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Bytes(byte[]? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea };

    private static NpgsqlParameter Time(DateTimeOffset? value) =>
        new() { Value = (object?)value?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = database.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter as NpgsqlParameter ?? new NpgsqlParameter { Value = parameter });
        }

        return command;
    }
}
