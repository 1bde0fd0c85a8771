using Npgsql;

namespace TcmBrain.Quality.Nonconformities;

/// <summary>Looks into the records for whether what was done helped (效果评价建议).</summary>
internal static class EffectStudy
{
    /// <summary>So many measurements or lots without a recurrence, and it may be said to help: the longest rule of a chart looks at eight.</summary>
    public const int Enough = 8;

    public static async Task<EffectProposal?> ProposeAsync(
        NpgsqlConnection connection,
        NonconformityItem item,
        IReadOnlyList<EntryView> entries,
        CancellationToken cancellationToken
    )
    {
        var since = entries.Where(e => e.Kind is "contained" or "cause" or "action-done").Max(e => e.At);
        var sql = item.Source switch
        {
            "signal" => """
                select (select count(*) from quality.control_point where chart_id = $1 and at > $4),
                       (select count(*) from quality.control_signal where chart_id = $1 and at > $4 and standing)
                """,
            "deviation" => """
                select 0, (select count(*) from quality.nonconformity
                           where centre_code = $2 and source = 'deviation' and rule_id = $3 and detected_at > $4 and nonconformity_id <> $5)
                """,
            "lot-rejected" or "recall" => """
                select (select count(*) from quality.lot l
                        where l.piece = o.piece and l.supplier = o.supplier and l.accepted_at > $4 and l.state <> 'waiting'),
                       (select count(*) from quality.lot l
                        where l.piece = o.piece and l.supplier = o.supplier and l.accepted_at > $4 and l.state in ('rejected', 'recalled'))
                from quality.lot o where o.lot_id = $1
                """,
            _ => null,
        };
        if (sql is null)
        {
            return null;
        }

        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = item.SourceId ?? Guid.Empty });
        command.Parameters.Add(new() { Value = item.CentreCode });
        command.Parameters.Add(new() { Value = item.RuleId });
        command.Parameters.Add(new() { Value = since.ToUniversalTime() });
        command.Parameters.Add(new() { Value = item.NonconformityId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var (observed, recurred) = (Convert.ToInt64(reader.GetValue(0), null), reader.GetInt64(1));
        return new(since, observed, recurred, Verdict(item.Source, observed, recurred));
    }

    /// <summary>Once again is not dealt with. Of a deviation that did not come back nothing says how often it could have.</summary>
    internal static bool? Verdict(string source, long observed, long recurred) =>
        recurred > 0 ? false
        : source == "deviation" ? true
        : observed >= Enough ? true
        : null;
}
