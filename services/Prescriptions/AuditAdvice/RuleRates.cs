using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.Prescriptions.Reading;
using TcmBrain.Prescriptions.Releases;

namespace TcmBrain.Prescriptions.AuditAdvice;

/// <summary>A rule of the release that answers, with its use in a period.</summary>
/// <param name="Severity">refuse, block, resolve, double_sign or advise.</param>
/// <param name="MayLowerTo">How far an institution may lower it; equal to the severity when not at all.</param>
/// <param name="Evidence">C read in a public source or computed, C* read second-hand, M expert knowledge not yet checked.</param>
/// <param name="Hits">Prescriptions on which it spoke.</param>
/// <param name="HitsPerHundred">The same a hundred prescriptions; null when there was none.</param>
/// <param name="Overridden">Of these, approved by a pharmacist after the second signature.</param>
/// <param name="Upheld">Of these, rejected.</param>
/// <param name="OverrideRate">Overridden of all decided, 0…1; null when none is decided.</param>
/// <param name="Advised">Cards shown while an order was written (CDS Hooks); cards are kept for ninety days.</param>
/// <param name="AdviceAccepted">Of these, accepted by the prescriber.</param>
/// <param name="AdviceOverridden">Of these, overridden.</param>
public sealed record RuleRate(
    string RuleId,
    int Version,
    string Family,
    string Severity,
    string MayLowerTo,
    string Edition,
    string Source,
    string Evidence,
    string TitleZh,
    string TitleEn,
    long Hits,
    double? HitsPerHundred,
    long Overridden,
    long Upheld,
    double? OverrideRate,
    long Advised,
    long AdviceAccepted,
    long AdviceOverridden
);

/// <param name="From">First day, in the region's time.</param>
/// <param name="To">Last day.</param>
/// <param name="Prescriptions">Audited in the period, within the caller's scope.</param>
/// <param name="CountedAt">What happened after is not yet counted.</param>
public sealed record RuleRateList(
    string Release,
    DateOnly From,
    DateOnly To,
    long Prescriptions,
    DateTimeOffset CountedAt,
    IReadOnlyList<RuleRate> Items,
    string? Next,
    long Total
);

/// <summary>Hits and overrides by rule: a rule that is overridden again and again is a rule to look at.</summary>
internal sealed class RuleRates(NpgsqlDataSource database, CurrentRelease current)
{
    public async Task<RuleRateList> ReadAsync(Scope scope, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        var uses = new Dictionary<string, (long Hits, long Overridden, long Upheld)>(StringComparer.Ordinal);
        await using (
            var command = database.CreateCommand(
                $"""
                select rule_id, sum(hits)::bigint, sum(overridden)::bigint, sum(upheld)::bigint from prescriptions.rule_use
                where {scope.Sql} and day between {scope.Next(1)} and {scope.Next(2)} group by rule_id
                """
            )
        )
        {
            foreach (var value in (object[])[.. scope.Parameters, from, to])
            {
                command.Parameters.Add(new() { Value = value });
            }

            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                uses[reader.GetString(0)] = (reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
            }
        }

        var advice = await AdviceAsync(scope, from, to, cancellationToken);
        await using var place = database.CreateCommand("select counted_at from prescriptions.rule_use_position");
        var countedAt = new DateTimeOffset((DateTime)(await place.ExecuteScalarAsync(cancellationToken))!, TimeSpan.Zero);
        var release = current.Value;
        var prescriptions = uses.GetValueOrDefault("").Hits;
        var items = release
            .Policy.Rules.Select(x => Of(x, uses.GetValueOrDefault(x.Id), prescriptions, advice.GetValueOrDefault(x.Id)))
            .ToList();
        return new(release.Name, from, to, prescriptions, countedAt, items, null, items.Count);
    }

    /// <summary>Ids of cards are UUIDv7: the days are a range of the primary key.</summary>
    private async Task<Dictionary<string, (long Shown, long Accepted, long Overridden)>> AdviceAsync(
        Scope scope,
        DateOnly from,
        DateOnly to,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            select c.rule_id, count(*), count(*) filter (where f.outcome = 'accepted'), count(*) filter (where f.outcome = 'overridden')
            from (
                select id, rule_id from prescriptions.cds_cards
                where {scope.Sql} and id >= prescriptions.first_id({scope.Next(1)}) and id < prescriptions.first_id({scope.Next(2)})) c
            left join prescriptions.cds_feedback f on f.card_id = c.id group by c.rule_id
            """
        );
        foreach (var value in (object[])[.. scope.Parameters, RegionTime.StartOf(from), RegionTime.StartOf(to.AddDays(1))])
        {
            command.Parameters.Add(new() { Value = value is DateTimeOffset at ? at.ToUniversalTime() : value });
        }

        var advice = new Dictionary<string, (long Shown, long Accepted, long Overridden)>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            advice[reader.GetString(0)] = (reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
        }

        return advice;
    }

    private static RuleRate Of(
        RuleRow rule,
        (long Hits, long Overridden, long Upheld) use,
        long prescriptions,
        (long Shown, long Accepted, long Overridden) advice
    )
    {
        var decided = use.Overridden + use.Upheld;
        return new(
            rule.Id,
            rule.Version,
            rule.Family,
            SeverityWords.Of(rule.Severity),
            SeverityWords.Of(rule.MayLowerTo),
            rule.Edition,
            rule.Source,
            rule.Mark.Text(),
            rule.TitleZh,
            rule.TitleEn,
            use.Hits,
            prescriptions == 0 ? null : Math.Round(use.Hits * 100.0 / prescriptions, 3),
            use.Overridden,
            use.Upheld,
            decided == 0 ? null : Math.Round((double)use.Overridden / decided, 4),
            advice.Shown,
            advice.Accepted,
            advice.Overridden
        );
    }
}

/// <summary>Severities as they are written in tables, events and answers.</summary>
internal static class SeverityWords
{
    public static string Of(Severity severity) =>
        severity switch
        {
            Severity.Refuse => "refuse",
            Severity.Block => "block",
            Severity.Resolve => "resolve",
            Severity.DoubleSign => "double_sign",
            Severity.Advise => "advise",
            _ => "pass",
        };

    /// <exception cref="FormatException">It is none of these words.</exception>
    public static Severity Parse(string word) =>
        Enum.GetValues<Severity>().Where(x => Of(x) == word).Select(x => (Severity?)x).FirstOrDefault()
        ?? throw new FormatException($"{word} is no severity.");
}
