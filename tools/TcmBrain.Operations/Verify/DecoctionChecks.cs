using Npgsql;
using TcmBrain.Decoction.BatchRecords;

namespace TcmBrain.Operations.Verify;

/// <summary>
/// The decoction room audits itself: each bag from one vessel run, one run one prescription, every job ended or owned, nothing left the
/// house unreleased, and batch records unaltered: every hash is computed again along each centre's chain, every signature checked.
/// </summary>
internal static class DecoctionChecks
{
    // Each counts what breaks the rule.
    private static readonly (string Name, string Sql)[] Violations =
    [
        (
            "decoction.bag-from-one-run",
            """
            select count(*) from decoction.bag b left join decoction.occupation o using (prescription_id, run_no)
            where o.ended_as is distinct from 'packed'
            """
        ),
        (
            "decoction.one-run-one-prescription",
            """
            select count(*) from decoction.occupation a join decoction.occupation b
                on a.vessel_id = b.vessel_id and a.period && b.period and (a.prescription_id, a.run_no) < (b.prescription_id, b.run_no)
            """
        ),
        (
            "decoction.job-ended-or-owned",
            """
            select count(*) from decoction.job j where j.decoct and case
                when j.state = 'waiting' then false
                when j.state in ('soaking', 'decocting', 'packing') then
                    not exists (select from decoction.occupation o where o.prescription_id = j.prescription_id and o.ended_as is null)
                    and not exists (select from decoction.step s where s.prescription_id = j.prescription_id and s.superseded_by is not null)
                when j.state = 'scrapped' then exists (
                    select from decoction.occupation o where o.prescription_id = j.prescription_id and o.ended_as is null)
                else exists (select from decoction.occupation o where o.prescription_id = j.prescription_id and o.ended_as is null)
                     -- What was packed before there were records has none.
                     or (not exists (select from decoction.batch_record r where r.prescription_id = j.prescription_id)
                         and exists (select from decoction.step s where s.prescription_id = j.prescription_id and s.step = 'packing'
                                     and s.recorded_at > (select min(since) from decoction.record_key))) end
            """
        ),
        (
            "decoction.record-released-or-waiting",
            """
            select count(*) from decoction.batch_record r
            where r.version = (select max(version) from decoction.batch_record m where m.prescription_id = r.prescription_id)
              and not exists (select from decoction.batch_release b where b.prescription_id = r.prescription_id)
              and not exists (select from decoction.deviation d where d.prescription_id = r.prescription_id and d.holds and d.decision is null)
            """
        ),
        (
            "decoction.nothing-left-unreleased",
            """
            select count(*) from decoction.parcel p join decoction.job j using (prescription_id)
            where p.shipped_at is not null and j.decoct
              and not exists (select from decoction.batch_release b where b.prescription_id = p.prescription_id and b.kind <> 'scrapped')
              and exists (select from decoction.batch_record r where r.prescription_id = p.prescription_id)
            """
        ),
        (
            // 另煎, 烊化: what a recipe joins before packing was joined, or a named person let it go.
            "decoction.joined-before-packing",
            """
            select count(*) from decoction.job j, lateral jsonb_array_elements(j.recipe -> 'moments') m
            where m ->> 'handling' in ('另煎', '烊化') and (m -> 'mustConfirm')::boolean
              and exists (select from decoction.step s where s.prescription_id = j.prescription_id and s.step = 'packing' and s.superseded_by is null)
              and not exists (
                  select from decoction.step_action a where a.prescription_id = j.prescription_id
                  and a.handling = m ->> 'handling' and a.done_at is not null and a.superseded_by is null)
              and not exists (
                  select from decoction.deviation d where d.prescription_id = j.prescription_id and d.decision = 'accept'
                  and d.rule_id = case m ->> 'handling' when '另煎' then 'decoct-separately.missed' else 'melt-in.missed' end)
            """
        ),
        (
            // A boil that nobody measured was told of while it lasted.
            "decoction.long-gap-raised",
            """
            select count(*) from decoction.curve_gap g where g.raised_at is not null and not exists (
                select from decoction.deviation d
                where (d.prescription_id, d.step, d.attempt) = (g.prescription_id, g.step, g.attempt) and d.rule_id = 'curve.gap')
            """
        ),
    ];

    public static async Task<IReadOnlyList<Check>> RunAsync(NpgsqlDataSource decoction, CancellationToken cancellationToken)
    {
        await using var connection = await decoction.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var checks = new List<Check>();
        foreach (var (name, sql) in Violations)
        {
            await using var command = new NpgsqlCommand(sql, connection, snapshot);
            checks.Add(Check.None(name, (long)(await command.ExecuteScalarAsync(cancellationToken))!));
        }

        checks.Add(await RecordsAsync(connection, snapshot, cancellationToken));
        return checks;
    }

    private static async Task<Check> RecordsAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction snapshot,
        CancellationToken cancellationToken
    )
    {
        var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        await using (var command = new NpgsqlCommand("select key_id, public_key from decoction.record_key", connection, snapshot))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                keys.Add(reader.GetString(0), reader.GetFieldValue<byte[]>(1));
            }
        }

        await using var records = new NpgsqlCommand(
            """
            select r.centre_code, r.number, r.content, r.curve, r.sha256, r.signature, r.key_id, r.prescription_id, c.records, c.last_sha256
            from decoction.centre c join decoction.batch_record r on r.centre_code = c.code order by r.centre_code, r.number
            """,
            connection,
            snapshot
        );
        long told = 0;
        long sound = 0;
        var wrong = new List<string>();
        var (centre, expected, previous, atEnd) = ("", 1L, (byte[]?)null, (byte[]?)null);
        await using var rows = await records.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            if (rows.GetString(0) != centre)
            {
                Close();
                (centre, expected, previous) = (rows.GetString(0), 1, null);
                told += rows.GetInt64(8);
                atEnd = rows.GetFieldValue<byte[]>(9);
            }

            var stored = rows.GetFieldValue<byte[]>(4);
            var computed = RecordHash.Of(previous, rows.GetString(2), rows.GetFieldValue<byte[]>(3));
            var fits =
                rows.GetInt64(1) == expected
                && computed.AsSpan().SequenceEqual(stored)
                && keys.TryGetValue(rows.GetString(6), out var key)
                && RecordHash.Verifies(key, stored, rows.GetFieldValue<byte[]>(5));
            sound += fits ? 1 : 0;
            if (!fits && wrong.Count < 3)
            {
                wrong.Add($"{rows.GetGuid(7)} ({centre} {rows.GetInt64(1)})");
            }

            (previous, expected) = (stored, rows.GetInt64(1) + 1);
        }

        Close();
        return Check.Equal("decoction.records-unaltered", told, sound, string.Join(", ", wrong));

        // The centre's own word of its last record: what is cut off the end of a chain is missed too.
        void Close()
        {
            if (centre.Length > 0 && atEnd is not null && (previous is null || !atEnd.AsSpan().SequenceEqual(previous)) && wrong.Count < 3)
            {
                wrong.Add($"{centre}: the chain's end");
                sound--;
            }
        }
    }
}
