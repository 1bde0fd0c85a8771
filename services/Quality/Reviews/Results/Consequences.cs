using Npgsql;

namespace TcmBrain.Quality.Reviews.Results;

/// <summary>What the regulation attaches to how often something was found (Data/review_consequences.csv). A hint for people; nothing acts on it.</summary>
/// <param name="Counts">abnormal (超常) or irrational (不合理).</param>
/// <param name="Months">Back from the month asked for, it included.</param>
public sealed record ConsequenceRule(
    string Code,
    string Counts,
    int Threshold,
    int Months,
    string Zh,
    string En,
    string Source,
    string Article,
    string Evidence
)
{
    public static IReadOnlyList<ConsequenceRule> Load() => EmbeddedTable.Read<ConsequenceRule>("review_consequences.csv");
}

/// <param name="Count">Concluded reviews that count; the list of reviews with the same cuts shows them.</param>
public sealed record ConsequenceHint(
    string RuleCode,
    string InstitutionCode,
    string RegionCode,
    string DepartmentName,
    string PrescriberCode,
    string PrescriberName,
    long Count,
    string From,
    string Until
);

internal static class Consequences
{
    public static async Task<IReadOnlyList<ConsequenceHint>> ReadAsync(
        NpgsqlDataSource database,
        IReadOnlyList<ConsequenceRule> rules,
        DateOnly month,
        ReviewSight sight,
        CancellationToken cancellationToken
    )
    {
        var hints = new List<ConsequenceHint>();
        foreach (var rule in rules)
        {
            var from = month.AddMonths(1 - rule.Months);
            var counted =
                rule.Counts == "abnormal"
                    ? "exists (select from unnest(v.final_codes) c where starts_with(c, '3-'))"
                    : "not v.final_rational";
            await using var command = database.CreateCommand(
                $"""
                select v.institution_code, max(v.region_code), max(v.department_name), v.prescriber_code, max(v.prescriber_name), count(*)
                from quality.review v
                where v.stage = 'concluded' and {counted} and v.month between @from and @until and v.prescriber_code <> ''
                  and {ReviewSight.Where}
                group by v.institution_code, v.prescriber_code having count(*) >= @threshold
                order by count(*) desc, v.institution_code, v.prescriber_code limit 500
                """
            );
            command.Parameters.AddWithValue("from", from);
            command.Parameters.AddWithValue("until", month);
            command.Parameters.AddWithValue("threshold", rule.Threshold);
            sight.Guard(command);
            await using var r = await command.ExecuteReaderAsync(cancellationToken);
            while (await r.ReadAsync(cancellationToken))
            {
                hints.Add(
                    new ConsequenceHint(
                        rule.Code,
                        r.GetString(0),
                        r.GetString(1),
                        r.GetString(2),
                        r.GetString(3),
                        r.GetString(4),
                        r.GetInt64(5),
                        Months.Text(from),
                        Months.Text(month)
                    )
                );
            }
        }

        return hints;
    }
}
