using System.Text.Json;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Parcels;

/// <summary>The parcels' SQL.</summary>
internal static class ParcelStore
{
    /// <summary>A parcel that waits to leave. A prescription has one at most.</summary>
    public static async Task AddAsync(
        Work work,
        Guid prescriptionId,
        string companyPrefix,
        DateTimeOffset readyAt,
        CancellationToken cancellationToken
    )
    {
        await using var next = work.Command("select nextval('decoction.parcel_number')");
        var number = (long)(await next.ExecuteScalarAsync(cancellationToken))!;
        await using var insert = work.Command(
            """
            insert into decoction.parcel (prescription_id, parcel_id, sscc, ready_at, since, holder_code)
            select $1, $2, $3, $4, $4, centre_code from decoction.job where prescription_id = $1
            """,
            prescriptionId,
            Guid.CreateVersion7(),
            Gs1.Sscc(companyPrefix, number),
            readyAt
        );
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Locked until the work ends. For the house that packed it, that has it now, or whose counter it is meant for; not there and not theirs
    /// is null alike.
    /// </summary>
    public static async Task<ParcelRow?> LockAsync(
        Work work,
        Guid prescriptionId,
        string institutionCode,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            $"""
            {Select} where j.prescription_id = $1 and $2 in (j.centre_code, p.holder_code, j.pick_up_institution) for update of j, p
            """,
            prescriptionId,
            institutionCode
        );
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>By the number on the parcel, for the firm that has it or the centre that packed it; locked.</summary>
    public static async Task<ParcelRow?> LockAsync(Work work, string sscc, string institutionCode, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            $"""
            {Select}
            where p.sscc = $1
              and ($2 in (j.centre_code, p.holder_code, j.pick_up_institution)
                   or exists (select from decoction.parcel_entry e where e.prescription_id = p.prescription_id and e.by_institution = $2
                              or e.prescription_id = p.prescription_id and e.detail ->> 'firmCode' = $2))
            for update of j, p
            """,
            sscc,
            institutionCode
        );
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Null: it is new. Otherwise how the same report stands already.</summary>
    public static async Task<string?> StandingAsync(Work work, Guid prescriptionId, string key, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "select standing from decoction.parcel_entry where prescription_id = $1 and report_key = $2",
            prescriptionId,
            key
        );
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    public static async Task EnterAsync(
        Work work,
        Guid prescriptionId,
        ParcelReport report,
        string standing,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            insert into decoction.parcel_entry
                (prescription_id, report_key, action, happened_at, by_subject, by_name, by_institution, reason, detail, standing)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10)
            """,
            prescriptionId,
            report.Key,
            report.Action.Name(),
            report.At,
            report.By.Subject,
            report.By.Name,
            report.By.InstitutionCode,
            report.Reason,
            JsonSerializer.Serialize(EntryDetail.Of(report), StoredJson.Options),
            standing
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What was told before its time, the earliest in front.</summary>
    public static async Task<List<ParcelReport>> WaitingAsync(Work work, Guid prescriptionId, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select action, happened_at, report_key, by_subject, by_name, by_institution, reason, detail
            from decoction.parcel_entry where prescription_id = $1 and standing = 'waiting' order by happened_at, entry_id
            """,
            prescriptionId
        );
        var waiting = new List<ParcelReport>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            waiting.Add(
                StoredJson
                    .Read<EntryDetail>(row.GetString(7))
                    .Put(
                        new ParcelReport
                        {
                            Action = ParcelTable.ActionOf(row.GetString(0))!.Value,
                            At = row.GetFieldValue<DateTimeOffset>(1),
                            Key = row.GetString(2),
                            By = new Reporter(row.GetString(3), row.GetString(4), row.GetString(5)),
                            Reason = row.TextAt(6),
                        }
                    )
            );
        }

        return waiting;
    }

    public static async Task SettleAsync(Work work, Guid prescriptionId, string key, string standing, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "update decoction.parcel_entry set standing = $3 where prescription_id = $1 and report_key = $2",
            prescriptionId,
            key,
            standing
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Writes where it is now, with the reporter of what was shipped or delivered.</summary>
    public static async Task SaveAsync(Work work, ParcelRow parcel, Reporter by, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            update decoction.parcel
            set state = $2, holder_code = $3, courier_id = $4, courier_name = $5, expected_by = $6, attempts = $7, cold_chain = $8,
                shipped_by = case when shipped_at is null and $9::timestamptz is not null then $13 else shipped_by end,
                shipped_name = case when shipped_at is null and $9::timestamptz is not null then $14 else shipped_name end,
                shipped_at = $9,
                delivered_by = case when delivered_at is null and $10::timestamptz is not null then $13 else delivered_by end,
                delivered_name = case when delivered_at is null and $10::timestamptz is not null then $14 else delivered_name end,
                delivered_at = $10, outcome = $11, ended_at = $12, since = $15
            where prescription_id = $1
            """,
            parcel.PrescriptionId,
            parcel.State,
            parcel.Holder,
            parcel.CourierId,
            parcel.CourierName,
            parcel.ExpectedBy,
            parcel.Attempts,
            parcel.ColdChain,
            parcel.ShippedAt,
            parcel.DeliveredAt,
            parcel.Outcome,
            parcel.EndedAt,
            by.Subject,
            by.Name,
            parcel.Since
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
        await using var job = work.Command(
            "update decoction.job set state = $2, told = $3 where prescription_id = $1",
            parcel.PrescriptionId,
            parcel.JobState,
            parcel.Told
        );
        await job.ExecuteNonQueryAsync(cancellationToken);
    }

    private const string Select = """
        select j.prescription_id, p.parcel_id, p.sscc, j.institution_code, j.region_code, j.his_number, j.revision, j.centre_code,
               j.delivery_region_code, j.public_code, j.traceparent, j.decoct, j.pick_up_institution, j.pick_up_from, j.pick_up_until,
               p.ready_at,
               array(select b.serial from decoction.bag b where b.prescription_id = j.prescription_id
                     and not exists (select from decoction.packing_check c where c.prescription_id = b.prescription_id and b.serial = any (c.lost))
                     order by b.number),
               j.state, j.told, p.state, p.holder_code, p.courier_id, p.courier_name, p.expected_by, p.attempts, p.cold_chain,
               p.shipped_at, p.delivered_at, p.recalled_reason, p.outcome, p.ended_at, p.since
        from decoction.job j join decoction.parcel p using (prescription_id)
        """;

    private static async Task<ParcelRow?> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return null;
        }

        return new ParcelRow
        {
            PrescriptionId = row.GetGuid(0),
            ParcelId = row.GetGuid(1),
            Sscc = row.GetString(2),
            InstitutionCode = row.GetString(3),
            RegionCode = row.GetString(4),
            HisNumber = row.GetString(5),
            Revision = row.GetInt32(6),
            CentreCode = row.GetString(7),
            DeliveryRegionCode = row.GetString(8),
            PublicCode = row.GetString(9),
            TraceParent = row.TextAt(10),
            Decoct = row.GetBoolean(11),
            PickUp = row.IsDBNull(12)
                ? null
                : new PickUp(row.GetString(12), row.GetFieldValue<DateTimeOffset>(13), row.GetFieldValue<DateTimeOffset>(14)),
            ReadyAt = row.GetFieldValue<DateTimeOffset>(15),
            BagSerials = row.GetFieldValue<string[]>(16),
            JobState = row.GetString(17),
            Told = row.GetInt32(18),
            State = row.GetString(19),
            Holder = row.TextAt(20),
            CourierId = row.TextAt(21),
            CourierName = row.TextAt(22),
            ExpectedBy = row.MomentAt(23),
            Attempts = row.GetInt32(24),
            ColdChain = row.GetBoolean(25),
            ShippedAt = row.MomentAt(26),
            DeliveredAt = row.MomentAt(27),
            RecalledReason = row.TextAt(28),
            Outcome = row.TextAt(29),
            EndedAt = row.MomentAt(30),
            Since = row.GetFieldValue<DateTimeOffset>(31),
        };
    }
}

/// <summary>What an entry keeps of a report beside its columns.</summary>
internal sealed record EntryDetail(
    string? FirmCode,
    string? CourierId,
    string? CourierName,
    DateTimeOffset? ExpectedBy,
    bool ColdChain,
    Receipt? Receipt,
    string? Cause
)
{
    public static EntryDetail Of(ParcelReport r) =>
        new(r.FirmCode, r.CourierId, r.CourierName, r.ExpectedBy, r.ColdChain, r.Receipt, r.Cause);

    public ParcelReport Put(ParcelReport report) =>
        report with
        {
            FirmCode = FirmCode,
            CourierId = CourierId,
            CourierName = CourierName,
            ExpectedBy = ExpectedBy,
            ColdChain = ColdChain,
            Receipt = Receipt,
            Cause = Cause,
        };
}
