using Npgsql;

namespace TcmBrain.Operations.Verify;

/// <summary>
/// Quality control audits itself: whatever is held has somebody who owns it, every signal of a chart its nonconformity, and what was signed or filed is as it
/// was: hashes are computed again from what is stored.
/// </summary>
internal static class QualityChecks
{
    // Each counts what breaks the rule.
    private static readonly (string Name, string Sql)[] Violations =
    [
        (
            "quality.signals-dealt-with",
            """
            select count(*) from quality.control_signal s left join quality.nonconformity n using (nonconformity_id)
            where n.source is distinct from 'signal' or n.source_id <> s.chart_id or n.owner = ''
            """
        ),
        (
            "quality.one-open-case-a-chart",
            """
            select count(*) from (select source_id from quality.nonconformity where source = 'signal' and state <> 'closed'
                                  group by source_id having count(*) > 1) as twice
            """
        ),
        (
            "quality.cases-are-their-history",
            """
            select count(*) from quality.nonconformity n
            where n.version <> (select count(*) from quality.nonconformity_entry e where e.nonconformity_id = n.nonconformity_id)
               or n.version <> (select max(number) from quality.nonconformity_entry e where e.nonconformity_id = n.nonconformity_id)
               or (n.state = 'closed') <> exists (select from quality.nonconformity_entry e
                                                  where e.nonconformity_id = n.nonconformity_id and e.kind = 'found-effective')
            """
        ),
        (
            "quality.closed-by-another",
            """
            select count(*) from quality.nonconformity_entry c join quality.nonconformity_entry d using (nonconformity_id, by)
            where c.kind = 'found-effective' and d.kind in ('contained', 'cause', 'action-done')
            """
        ),
        (
            "quality.limits-as-signed",
            """
            select count(*) from quality.control_baseline b
            left join quality.control_baseline p on p.chart_id = b.chart_id and p.number = b.number - 1
            where b.number > 0
              and (b.sha256 <> sha256(convert_to(b.content, 'UTF8'))
                   or (b.content::jsonb ->> 'centre')::float8 <> b.centre
                   or (b.content::jsonb ->> 'sigma')::float8 <> b.sigma
                   or (b.content::jsonb ->> 'previous') is distinct from encode(p.sha256, 'hex'))
            """
        ),
        (
            "quality.certificates-as-filed",
            "select count(*) from quality.certificate where sha256 <> sha256(content) or size <> octet_length(content)"
        ),
        (
            "quality.rejected-and-recalled-have-a-case",
            """
            select count(*) from quality.lot l
            where l.state in ('rejected', 'recalled')
              and not exists (select from quality.nonconformity n where n.source in ('lot-rejected', 'recall') and n.source_id = l.lot_id)
              -- Decided before there were such.
              and l.decided_at > (select min(opened_at) from quality.nonconformity where source <> 'deviation')
            """
        ),
    ];

    public static async Task<IReadOnlyList<Check>> RunAsync(
        NpgsqlDataSource quality,
        NpgsqlDataSource decoction,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await quality.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var checks = new List<Check>();
        foreach (var (name, sql) in Violations)
        {
            await using var command = new NpgsqlCommand(sql, connection, snapshot);
            checks.Add(Check.None(name, (long)(await command.ExecuteScalarAsync(cancellationToken))!));
        }

        checks.Add(await HoldsAsync(connection, snapshot, decoction, cancellationToken));
        return checks;
    }

    /// <summary>What holds a decoction and nobody has decided yet: each with a nonconformity that somebody owns.</summary>
    private static async Task<Check> HoldsAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction snapshot,
        NpgsqlDataSource decoction,
        CancellationToken cancellationToken
    )
    {
        var (prescriptions, rules) = (new List<Guid>(), new List<string>());
        await using (
            var command = decoction.CreateCommand(
                "select prescription_id, rule_id from decoction.deviation where holds and decision is null and detected_at < now() - interval '1 minute'"
            )
        )
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                prescriptions.Add(reader.GetGuid(0));
                rules.Add(reader.GetString(1));
            }
        }

        await using var owned = new NpgsqlCommand(
            """
            select count(*) from unnest($1, $2) as h (prescription_id, rule_id)
            where exists (select from quality.nonconformity n
                          where n.prescription_id = h.prescription_id and n.rule_id = h.rule_id and n.owner <> '')
            """,
            connection,
            snapshot
        );
        owned.Parameters.Add(new() { Value = prescriptions.ToArray() });
        owned.Parameters.Add(new() { Value = rules.ToArray() });
        return Check.Equal(
            "quality.holds-owned",
            (long)prescriptions.Count,
            (long)(await owned.ExecuteScalarAsync(cancellationToken))!,
            ""
        );
    }
}
