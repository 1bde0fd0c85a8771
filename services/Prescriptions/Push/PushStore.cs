using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Storage;

namespace TcmBrain.Prescriptions.Push;

/// <summary>The SQL of a push.</summary>
internal static class PushStore
{
    /// <summary>From this many on COPY is quicker than one statement; below it the round trips count.</summary>
    internal const int CopyFrom = 48;

    /// <summary>Stores prescriptions and the first entry of each one's history, and tells their events. Fails as a whole on a known key.</summary>
    /// <param name="laidOut">the same prescriptions, laid out before the work began; null: they are few</param>
    public static async Task InsertAsync(
        Work work,
        IReadOnlyList<AcceptedPrescription> accepted,
        PushRows? laidOut,
        CancellationToken cancellationToken
    )
    {
        await (laidOut is null ? InsertFewAsync(work, accepted, cancellationToken) : laidOut.SendAsync(work.Connection, cancellationToken));
        foreach (var p in accepted)
        {
            foreach (var told in p.Events)
            {
                work.Publish(told);
            }
        }
    }

    private static async Task InsertFewAsync(Work work, IReadOnlyList<AcceptedPrescription> accepted, CancellationToken cancellationToken)
    {
        const string sql = """
            with stored as (
                insert into prescriptions.prescriptions (id, institution_code, region_code, his_number, revision, content_sha256, document,
                    identity, audit, accepted_state, state, version, urgent, received_at, traceparent, valid_until, collect_until, due_at)
                select id, institution_code, region_code, his_number, revision, content_sha256, document,
                    identity, audit, state, state, version, urgent, received_at, traceparent, valid_until, collect_until, due_at
                from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) as p (id, institution_code, region_code,
                    his_number, revision, content_sha256, document, identity, audit, state, version, urgent, received_at, traceparent,
                    valid_until, collect_until, due_at)
                returning id, institution_code, his_number, revision, state, received_at),
            known as (
                insert into prescriptions.keys (institution_code, his_number, revision, id)
                select institution_code, his_number, revision, id from stored)
            insert into prescriptions.history (prescription_id, institution_code, state, actor, reason, occurred_at)
            select id, institution_code, state, 'system', '', received_at from stored
            """;
        await using var command = new NpgsqlCommand(sql, work.Connection, work.Transaction);
        var columns = command.Parameters;
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.Uuid, p => p.Id));
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.Text, p => p.InstitutionCode));
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.Text, p => p.RegionCode));
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.Text, p => p.HisNumber));
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.Integer, p => p.Revision));
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.Bytea, p => p.ContentSha256));
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.Bytea, p => p.Document));
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.Bytea, p => p.Identity));
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.Bytea, p => p.Audit.ToByteArray()));
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.Smallint, p => (short)p.State));
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.Integer, p => p.Events.Count));
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.Boolean, p => p.Urgent));
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.TimestampTz, p => p.ReceivedAt.UtcDateTime));
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.Text, p => p.TraceParent));
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.TimestampTz, p => p.ValidUntil.UtcDateTime));
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.TimestampTz, p => p.CollectUntil?.UtcDateTime));
        columns.Add(ColumnArray.Of(accepted, NpgsqlDbType.TimestampTz, p => p.DueAt?.UtcDateTime));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What stands under the keys already, by key.</summary>
    public static async Task<Dictionary<(string Institution, string HisNumber, int Revision), StoredPush>> FindAsync(
        NpgsqlConnection connection,
        IReadOnlyList<(string Institution, string HisNumber, int Revision)> keys,
        CancellationToken cancellationToken
    )
    {
        const string sql = """
            select p.institution_code, p.his_number, p.revision, p.id, p.content_sha256, p.audit, p.accepted_state, p.received_at
            from unnest($1, $2, $3) as w (institution_code, his_number, revision)
            join prescriptions.keys k using (institution_code, his_number, revision)
            join prescriptions.prescriptions p on p.id = k.id
            """;
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = keys.Select(k => k.Institution).ToArray() });
        command.Parameters.Add(new() { Value = keys.Select(k => k.HisNumber).ToArray() });
        command.Parameters.Add(new() { Value = keys.Select(k => k.Revision).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<(string, string, int), StoredPush>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var hash = reader.GetFieldValue<byte[]>(4);
            found[(reader.GetString(0), reader.GetString(1), reader.GetInt32(2))] = new StoredPush(
                hash,
                new PushReply
                {
                    PrescriptionId = reader.GetGuid(3).ToString(),
                    HisNumber = reader.GetString(1),
                    Revision = reader.GetInt32(2),
                    State = (State)reader.GetInt16(6),
                    Audit = AuditOutcome.Parser.ParseFrom(reader.GetFieldValue<byte[]>(5)),
                    ContentSha256 = Convert.ToHexStringLower(hash),
                    ReceivedAt = Timestamp.FromDateTimeOffset(reader.GetFieldValue<DateTimeOffset>(7)),
                }
            );
        }

        return found;
    }
}

/// <summary>An earlier push with the reply it got.</summary>
internal sealed record StoredPush(byte[] ContentSha256, PushReply Reply)
{
    /// <exception cref="ServiceDefaults.Faults.FaultException">What is sent under its key now is something else.</exception>
    public void Demand(byte[] sent)
    {
        if (!ContentSha256.AsSpan().SequenceEqual(sent))
        {
            throw PrescriptionsFaults.OtherContent.Exception(
                "his_number",
                Convert.ToHexStringLower(ContentSha256),
                Convert.ToHexStringLower(sent)
            );
        }
    }
}
