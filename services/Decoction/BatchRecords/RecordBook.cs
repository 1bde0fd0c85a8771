using System.Text.Json;
using TcmBrain.Decoction.Jobs;
using TcmBrain.Decoction.Telemetry;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.BatchRecords;

/// <summary>
/// Closes batch records: hashed, chained to the centre's last, signed, never altered. A clean record releases itself; one with
/// deviations is released by whoever decided the last of them. What comes to light afterwards makes a further version.
/// </summary>
internal sealed class RecordBook(RecordSeal seal, TimeProvider time)
{
    /// <summary>Writes the next version of the job's record, and releases it when nothing waits for a decision.</summary>
    public async Task CloseAsync(Work work, Job job, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().Stored();
        var version = await NextVersionAsync(work, job.PrescriptionId, cancellationToken);
        var (content, curve) =
            await RecordReader.ReadAsync(work.Connection, work.Transaction, job.PrescriptionId, version, now, cancellationToken)
            ?? throw new InvalidOperationException($"No record can be made of {job.PrescriptionId}.");
        var text = JsonSerializer.Serialize(content, StoredJson.Options);
        var packed = CurveCodec.Encode([.. curve]);
        var (number, previous) = await TakeNumberAsync(work, job.CentreCode, cancellationToken);
        var sha256 = RecordHash.Of(previous, text, packed);
        await using var insert = work.Command(
            """
            with chained as (update decoction.centre set last_sha256 = $8 where code = $3)
            insert into decoction.batch_record
                (prescription_id, version, centre_code, number, made_at, content, curve, sha256, previous_sha256, signature, key_id)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """,
            job.PrescriptionId,
            version,
            job.CentreCode,
            number,
            now,
            text,
            packed,
            sha256,
            previous,
            seal.Sign(sha256),
            seal.KeyId
        );
        await insert.ExecuteNonQueryAsync(cancellationToken);
        if (job.State == JobStates.Scrapped || job.OpenHolds == 0)
        {
            await ReleaseAsync(work, job, content, now, cancellationToken);
        }
    }

    private static async Task ReleaseAsync(
        Work work,
        Job job,
        RecordContent content,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var decided = content.Deviations.Where(d => d.Holds && d.Decision is not null).ToList();
        await using var insert = work.Command(
            """
            insert into decoction.batch_release (prescription_id, version, kind, released_by, released_name, released_at)
            select $1, $2, $3, d.decided_by, d.decided_name, $4
            from (select 1) one left join lateral (
                select decided_by, decided_name from decoction.deviation
                where prescription_id = $1 and decision is not null and $3 <> 'by-itself' order by holds desc, decided_at desc limit 1) d on true
            """,
            job.PrescriptionId,
            content.Version,
            job.State == JobStates.Scrapped ? "scrapped"
                : decided.Count > 0 ? "by-person"
                : "by-itself",
            now
        );
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<int> NextVersionAsync(Work work, Guid prescriptionId, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "select coalesce(max(version), 0) + 1 from decoction.batch_record where prescription_id = $1",
            prescriptionId
        );
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The centre's chain is locked from here on: its records are numbered without gaps.</summary>
    private static async Task<(long Number, byte[]? Previous)> TakeNumberAsync(
        Work work,
        string centreCode,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            "update decoction.centre set records = records + 1 where code = $1 returning records, last_sha256",
            centreCode
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1));
    }
}

/// <summary>Puts this instance's public key on file before it signs anything.</summary>
internal sealed class PublishRecordKey(Npgsql.NpgsqlDataSource database, RecordSeal seal) : IStartupTask
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "insert into decoction.record_key (key_id, public_key) values ($1, $2) on conflict do nothing"
        );
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = seal.KeyId });
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = seal.PublicKey });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
