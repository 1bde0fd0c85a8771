using Npgsql;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Reviews.Results;

/// <summary>How many were reviewed and what came out (合理率): rational over reviewed. Kinds count prescriptions; one may have several.</summary>
/// <param name="Key">What the list of reviews is asked with for the same prescriptions.</param>
/// <param name="Name">What the key is called; empty where the key says it, or the register of institutions knows it.</param>
/// <param name="Reviewed">Concluded. By code: all of the cut, of which <paramref name="Irrational"/> have this code.</param>
/// <param name="Unstandardised">With a code of 1- (不规范).</param>
/// <param name="Unsuitable">With a code of 2- (不适宜).</param>
/// <param name="Abnormal">With a code of 3- (超常).</param>
public sealed record RateRow(
    string Key,
    string Name,
    string? InstitutionCode,
    long Reviewed,
    long Rational,
    long Irrational,
    long Unstandardised,
    long Unsuitable,
    long Abnormal
);

public sealed record RateTable(string By, RateRow Total, IReadOnlyList<RateRow> Items);

internal static class Rates
{
    private const string Counts = """
        count(*), count(*) filter (where v.final_rational), count(*) filter (where not v.final_rational),
        count(*) filter (where exists (select from unnest(v.final_codes) c where starts_with(c, '1-'))),
        count(*) filter (where exists (select from unnest(v.final_codes) c where starts_with(c, '2-'))),
        count(*) filter (where exists (select from unnest(v.final_codes) c where starts_with(c, '3-')))
        """;

    private const int Most = 1_000;

    // key, name, institution
    private static readonly Dictionary<string, (string Key, string From, string Group)> Cuts = new(StringComparer.Ordinal)
    {
        ["institution"] = ("v.institution_code, '', v.institution_code", "", "v.institution_code"),
        ["region"] = ("v.region_code, '', null::text", "", "v.region_code"),
        ["department"] = ("v.department_name, v.department_name, v.institution_code", "", "v.institution_code, v.department_name"),
        ["prescriber"] = ("v.prescriber_code, max(v.prescriber_name), v.institution_code", "", "v.institution_code, v.prescriber_code"),
        ["month"] = ("to_char(v.month, 'YYYY-MM'), '', null::text", "", "v.month"),
        ["plan"] = (
            "drawn.plan_id::text, max(drawn.name_zh), null::text",
            """
            join lateral (
                select distinct r.plan_id, p.name_zh from quality.review_sample s join quality.review_run r using (run_id)
                join quality.review_plan p on p.plan_id = r.plan_id and p.current
                where s.prescription_id = v.prescription_id) drawn on true
            """,
            "drawn.plan_id"
        ),
        ["code"] = ("code, '', null::text", "join lateral unnest(v.final_codes) code on true", "code"),
    };

    public static bool Knows(string by) => Cuts.ContainsKey(by);

    public static async Task<RateTable> ReadAsync(
        NpgsqlDataSource database,
        string by,
        ReviewFilter filter,
        ReviewSight sight,
        CancellationToken cancellationToken
    )
    {
        var total = (await RowsAsync(database, "'', '', null::text", "", "", filter, sight, cancellationToken))[0];
        var (key, from, group) = Cuts[by];
        var tail = $"group by {group} order by count(*) filter (where not v.final_rational) desc, 1, 3 limit {Most}";
        var items = await RowsAsync(database, key, from, tail, filter, sight, cancellationToken);
        if (by == "code")
        {
            items = [.. items.Select(i => i with { Reviewed = total.Reviewed, Rational = total.Reviewed - i.Irrational })];
        }

        return new RateTable(by, total, items);
    }

    private static async Task<List<RateRow>> RowsAsync(
        NpgsqlDataSource database,
        string key,
        string from,
        string tail,
        ReviewFilter filter,
        ReviewSight sight,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand();
        var cut = filter.Bind(command);
        command.CommandText = $"""
            select {key}, {Counts} from quality.review v {from}
            where v.stage = 'concluded' and {ReviewSight.Where} {cut}
            {tail}
            """;
        sight.Guard(command);
        var rows = new List<RateRow>();
        await using var r = await command.ExecuteReaderAsync(cancellationToken);
        while (await r.ReadAsync(cancellationToken))
        {
            rows.Add(
                new RateRow(
                    r.GetString(0),
                    r.GetString(1),
                    r.TextAt(2),
                    r.GetInt64(3),
                    r.GetInt64(4),
                    r.GetInt64(5),
                    r.GetInt64(6),
                    r.GetInt64(7),
                    r.GetInt64(8)
                )
            );
        }

        return rows;
    }
}
