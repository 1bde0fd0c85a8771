using Npgsql;
using NpgsqlTypes;

namespace TcmBrain.Quality.Reviews.Sampling;

/// <summary>Which prescriptions a draw chooses from: the same for the same question at any later time.</summary>
/// <param name="Cutoff">The register's last number that belongs to it.</param>
/// <param name="Sequence">Draws of this plan and period before this one have taken theirs.</param>
/// <param name="Pieces">What the topic's pieces were when it was drawn.</param>
internal sealed record PopulationQuestion(
    SamplingPlan Plan,
    DateOnly From,
    DateOnly Until,
    long Cutoff,
    int Sequence,
    string[]? Pieces,
    string? InstitutionCode = null
);

internal sealed class InstitutionPopulation(string regionCode)
{
    public string RegionCode { get; } = regionCode;

    public List<Candidate> Candidates { get; } = [];
}

internal static class Population
{
    // prescription_register answers by month; what a topic asks for is looked for among the month's rows.
    private const string Sql = """
        select p.prescription_id, p.institution_code, p.region_code, coalesce(p.department_name, ''), coalesce(p.prescriber_code, ''),
               coalesce(p.prescriber_name, ''),
               p.prescription_id in (
                   select s.prescription_id from quality.review_sample s join quality.review_run r using (run_id)
                   where r.plan_id = @plan and r.period_from = @from and r.period_until = @until and r.sequence < @sequence)
        from quality.prescription p
        where p.month >= @from and p.month < @until
          and p.noted <= @cutoff and (p.withdrawn is null or p.withdrawn > @cutoff)
          and p.region_code like any(@regions)
        """;

    /// <summary>By institution, in the order of their codes.</summary>
    public static async Task<SortedDictionary<string, InstitutionPopulation>> ReadAsync(
        NpgsqlConnection connection,
        PopulationQuestion question,
        CancellationToken cancellationToken
    )
    {
        await using var command = Ask(connection, question);
        var institutions = new SortedDictionary<string, InstitutionPopulation>(StringComparer.Ordinal);
        // A department's or prescriber's name comes once with each prescription; one copy of it is enough.
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var code = Word(reader.GetString(1));
            if (!institutions.TryGetValue(code, out var institution))
            {
                institutions.Add(code, institution = new InstitutionPopulation(reader.GetString(2)));
            }

            institution.Candidates.Add(
                new Candidate(
                    reader.GetGuid(0),
                    Word(reader.GetString(3)),
                    Word(reader.GetString(4)),
                    Word(reader.GetString(5)),
                    reader.GetBoolean(6)
                )
            );
        }

        return institutions;

        string Word(string text)
        {
            if (!words.TryGetValue(text, out var known))
            {
                words.Add(text, known = text);
            }

            return known;
        }
    }

    private static NpgsqlCommand Ask(NpgsqlConnection connection, PopulationQuestion question)
    {
        var command = new NpgsqlCommand { Connection = connection, CommandTimeout = 120 };
        var sql = new System.Text.StringBuilder(Sql);
        command.Parameters.AddWithValue("plan", question.Plan.PlanId);
        command.Parameters.AddWithValue("from", question.From);
        command.Parameters.AddWithValue("until", question.Until);
        command.Parameters.AddWithValue("sequence", question.Sequence);
        command.Parameters.AddWithValue("cutoff", question.Cutoff);
        command.Parameters.AddWithValue("regions", question.Plan.Regions.Select(r => r + "%").ToArray());
        // Before visits were told every prescription was an outpatient's.
        And(question.Plan.Setting == "inpatient", "p.visit_kind = 'inpatient'");
        And(question.Plan.Setting == "outpatient", "coalesce(p.visit_kind, '') <> 'inpatient'");
        With("institution", question.InstitutionCode, "p.institution_code = @institution");
        var topic = question.Plan.Topic ?? new Topic();
        With("topic_institution", topic.InstitutionCode, "p.institution_code = @topic_institution");
        With("department", topic.DepartmentName, "p.department_name = @department");
        With("prescriber", topic.PrescriberCode, "p.prescriber_code = @prescriber");
        With("syndrome", topic.SyndromeCode, "starts_with(p.syndrome_code, @syndrome)");
        With("fee", topic.MinFeeFen, "p.fee_fen >= @fee");
        With("max_years", topic.MaxYears, "p.patient_years <= @max_years");
        With("min_years", topic.MinYears, "p.patient_years >= @min_years");
        With("days", topic.MinDays, "p.days >= @days");
        With("lines", topic.MinLines, "p.line_count >= @lines");
        With("rule", topic.RulePrefix, "exists (select from jsonb_array_elements(p.findings) f where starts_with(f ->> 'ruleId', @rule))");
        With("pieces", question.Pieces, "exists (select from jsonb_array_elements(p.lines) l where l ->> 'piece' = any(@pieces))");
        command.CommandText = sql.ToString();
        return command;

        void And(bool asked, string condition)
        {
            if (asked)
            {
                sql.Append(" and ").Append(condition);
            }
        }

        void With(string name, object? value, string condition)
        {
            if (value is null or "")
            {
                return;
            }

            if (value is string[])
            {
                command.Parameters.AddWithValue(name, NpgsqlDbType.Array | NpgsqlDbType.Text, value);
            }
            else
            {
                command.Parameters.AddWithValue(name, value);
            }

            And(true, condition);
        }
    }
}
