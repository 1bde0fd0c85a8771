using System.Text;
using Npgsql;

namespace TcmBrain.Quality.Reviews;

/// <summary>What lists and rates are cut by: the same for both, so that a number and the prescriptions behind it agree.</summary>
internal sealed class ReviewFilter
{
    public string? Region { get; init; }

    public string? Institution { get; init; }

    public string? Department { get; init; }

    /// <summary>The prescriber's code within its institution.</summary>
    public string? Prescriber { get; init; }

    /// <summary>A national code, or its kind: <c>1</c>, <c>2</c>, <c>3</c>.</summary>
    public string? Code { get; init; }

    /// <summary>yyyy-MM.</summary>
    public string? From { get; init; }

    /// <summary>yyyy-MM, inclusive.</summary>
    public string? Until { get; init; }

    public Guid? Plan { get; init; }

    public Guid? Run { get; init; }

    public bool? Rational { get; init; }

    /// <summary>The conditions over <c>quality.review v</c>, each beginning with <c>and</c>.</summary>
    public string Bind(NpgsqlCommand command)
    {
        var sql = new StringBuilder();
        With(
            "f_region",
            Region is { Length: > 0 } region ? Contracts.RegionCode.SubtreePrefix(region) : null,
            "starts_with(v.region_code, @f_region)"
        );
        With("f_institution", Institution, "v.institution_code = @f_institution");
        With("f_department", Department, "v.department_name = @f_department");
        With("f_prescriber", Prescriber, "v.prescriber_code = @f_prescriber");
        With("f_code", Code, "exists (select from unnest(v.final_codes) c where c = @f_code or starts_with(c, @f_code || '-'))");
        With("f_from", Month(From), "v.month >= @f_from");
        With("f_until", Month(Until), "v.month <= @f_until");
        With("f_rational", Rational, "v.final_rational = @f_rational");
        With(
            "f_run",
            Run,
            "exists (select from quality.review_sample s where s.prescription_id = v.prescription_id and s.run_id = @f_run)"
        );
        With(
            "f_plan",
            Plan,
            """
            exists (select from quality.review_sample s join quality.review_run r using (run_id)
                    where s.prescription_id = v.prescription_id and r.plan_id = @f_plan)
            """
        );
        return sql.ToString();

        void With(string name, object? value, string condition)
        {
            if (value is not (null or ""))
            {
                command.Parameters.AddWithValue(name, value);
                sql.Append("\n  and ").Append(condition);
            }
        }
    }

    private static object? Month(string? month) =>
        string.IsNullOrEmpty(month) ? null : Months.Parse(month) ?? throw QualityFaults.BadPeriod.Exception("month");
}

/// <summary>The filter as it stands in the address.</summary>
internal readonly record struct ReviewQuery(
    string? Region,
    string? Institution,
    string? Department,
    string? Prescriber,
    string? Code,
    string? From,
    string? Until,
    Guid? Plan,
    Guid? Run,
    bool? Rational
)
{
    public ReviewFilter Filter =>
        new()
        {
            Region =
                Region is { Length: > 0 } region && !Contracts.RegionCode.IsWellFormed(region)
                    ? throw QualityFaults.NotAChoice.Exception("region", region)
                    : Region,
            Institution = Institution,
            Department = Department,
            Prescriber = Prescriber,
            Code = Code,
            From = From,
            Until = Until,
            Plan = Plan,
            Run = Run,
            Rational = Rational,
        };
}
