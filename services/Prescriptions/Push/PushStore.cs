using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;

namespace TcmBrain.Prescriptions.Push;

/// <summary>The SQL of a push.</summary>
internal static class PushStore
{
    /// <summary>Stores prescriptions and the first entry of each one's history, and tells their events. Fails as a whole on a known key.</summary>
    public static async Task InsertAsync(Work work, IReadOnlyList<AcceptedPrescription> accepted, CancellationToken cancellationToken)
    {
        const string prescriptions = """
            copy prescriptions.prescriptions (id, institution_code, region_code, his_number, revision, content_sha256, document, identity,
                audit, accepted_state, state, version, urgent, received_at, traceparent) from stdin (format binary)
            """;
        await using (var copy = await work.Connection.BeginBinaryImportAsync(prescriptions, cancellationToken))
        {
            foreach (var p in accepted)
            {
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(p.Id, NpgsqlDbType.Uuid, cancellationToken);
                await copy.WriteAsync(p.InstitutionCode, NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(p.RegionCode, NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(p.HisNumber, NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(p.Revision, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(p.ContentSha256, NpgsqlDbType.Bytea, cancellationToken);
                await copy.WriteAsync(p.Document, NpgsqlDbType.Bytea, cancellationToken);
                await copy.WriteAsync(p.Identity, NpgsqlDbType.Bytea, cancellationToken);
                await copy.WriteAsync(p.Audit.ToByteArray(), NpgsqlDbType.Bytea, cancellationToken);
                await copy.WriteAsync((short)p.State, NpgsqlDbType.Smallint, cancellationToken);
                await copy.WriteAsync((short)p.State, NpgsqlDbType.Smallint, cancellationToken);
                await copy.WriteAsync(p.Events.Count, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(p.Urgent, NpgsqlDbType.Boolean, cancellationToken);
                await copy.WriteAsync(p.ReceivedAt.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
                await (
                    p.TraceParent is { } trace
                        ? copy.WriteAsync(trace, NpgsqlDbType.Text, cancellationToken)
                        : copy.WriteNullAsync(cancellationToken)
                );
            }

            await copy.CompleteAsync(cancellationToken);
        }

        const string history = """
            copy prescriptions.history (prescription_id, institution_code, state, actor, reason, occurred_at) from stdin (format binary)
            """;
        await using (var copy = await work.Connection.BeginBinaryImportAsync(history, cancellationToken))
        {
            foreach (var p in accepted)
            {
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(p.Id, NpgsqlDbType.Uuid, cancellationToken);
                await copy.WriteAsync(p.InstitutionCode, NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync((short)p.State, NpgsqlDbType.Smallint, cancellationToken);
                await copy.WriteAsync("system", NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync("", NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(p.ReceivedAt.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        foreach (var p in accepted)
        {
            foreach (var e in p.Events)
            {
                work.Publish(e, p.TraceParent);
            }
        }
    }

    /// <summary>What stands under the keys already, by key.</summary>
    public static async Task<Dictionary<(string Institution, string HisNumber, int Revision), StoredPush>> FindAsync(
        NpgsqlDataSource database,
        IReadOnlyList<AcceptedPrescription> keys,
        CancellationToken cancellationToken
    )
    {
        const string sql = """
            select p.institution_code, p.his_number, p.revision, p.id, p.content_sha256, p.audit, p.accepted_state, p.received_at
            from unnest($1, $2, $3) as k (institution_code, his_number, revision)
            join prescriptions.prescriptions p using (institution_code, his_number, revision)
            """;
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = keys.Select(k => k.InstitutionCode).ToArray() });
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
internal sealed record StoredPush(byte[] ContentSha256, PushReply Reply);
