namespace TcmBrain.Quality.Evaluation;

/// <summary>
/// Where indicators are counted from. Of prescriptions each is a pair of whole numbers a prescription, over <c>quality.fact f</c>, so that what
/// is behind a number can be listed: rows whose denominator is above zero, missed where the numerator is below it.
/// </summary>
internal static class MeasureTable
{
    internal sealed record OfFact(string Numerator, string Denominator);

    private static readonly OfFact Traced = new("(t.prescription_id is not null)::int", "(f.checked_at is not null)::int");
    private static readonly OfFact Urgent = new(
        "(f.decocted_at <= f.received_at + interval '2 hours')::int",
        "(f.urgent and f.decocted_at is not null)::int"
    );
    private static readonly OfFact Promise = new(
        "(f.delivered_at <= f.promised_at)::int",
        "(f.delivered_at is not null and f.promised_at is not null)::int"
    );

    public static readonly IReadOnlyDictionary<(string Group, string Code), OfFact> Facts = new Dictionary<(string, string), OfFact>
    {
        [(EvaluationBook.Hospital, "audit-clean")] = new("(f.outcome in ('pass', 'advise'))::int", "(f.outcome is not null)::int"),
        [(EvaluationBook.Hospital, "over-dose")] = new("f.over_dose::int", "(f.outcome is not null)::int"),
        [(EvaluationBook.Hospital, "traced")] = Traced,
        [(EvaluationBook.Hospital, "decided-in-time")] = new(
            "(f.approved_at <= f.received_at + interval '60 minutes')::int",
            "(f.outcome in ('double_sign', 'resolve') and f.approved_at is not null)::int"
        ),
        [(EvaluationBook.Hospital, "urgent-in-time")] = Urgent,
        [(EvaluationBook.Hospital, "promise-kept")] = Promise,
        [(EvaluationBook.Hospital, "delivered")] = new("(f.delivered_at is not null)::int", "(f.approved_at is not null)::int"),
        [(EvaluationBook.Hospital, "ended-otherwise")] = new("(f.ended is not null)::int", "1"),
        [(EvaluationBook.Hospital, "few-pieces")] = new("(f.line_count <= 20)::int", "1"),
        [(EvaluationBook.Hospital, "classic")] = new("f.near_formula::int", "(f.near_formula is not null)::int"),
        [(EvaluationBook.Centre, "weighed-right")] = new("f.portions_within", "coalesce(f.portions, 0)"),
        [(EvaluationBook.Centre, "no-deviation")] = new("(f.deviations = 0)::int", "(f.decocted_at is not null)::int"),
        [(EvaluationBook.Centre, "traced")] = Traced,
        [(EvaluationBook.Centre, "urgent-in-time")] = Urgent,
        [(EvaluationBook.Centre, "promise-kept")] = Promise,
        [(EvaluationBook.Centre, "turned-round")] = new(
            "(f.decocted_at <= f.checked_at + interval '6 hours')::int",
            "(f.decocted_at is not null and f.checked_at is not null)::int"
        ),
        [(EvaluationBook.Centre, "delivered")] = new("(f.delivered_at is not null)::int", "(f.checked_at is not null)::int"),
        [(EvaluationBook.Centre, "spoiled")] = new(
            "(f.ended = 'returned' and f.ended_because in ('quality', 'damaged', 'lost', 'scrapped'))::int",
            "(f.checked_at is not null)::int"
        ),
    };

    /// <summary>Column of <c>quality.fact</c> that says whose a prescription is.</summary>
    public static string PlaceOf(string group) => group == EvaluationBook.Centre ? "f.centre_code" : "f.institution_code";

    /// <summary>
    /// Other sources: queries of (place, code, numerator, denominator) with <c>@from</c>, <c>@to</c> and <c>@place</c> (null: all).
    /// </summary>
    public static IEnumerable<string> Others(string group)
    {
        yield return $"""
            select {(group == EvaluationBook.Centre ? "centre_code" : "institution_code")}, q.key, sum(q.value::int)::bigint, 5 * count(*)
            from quality.satisfaction, jsonb_each_text(answers) as q
            where day >= @from and day < @to group by 1, 2
            """;
        if (group == EvaluationBook.Centre)
        {
            yield return """
                select centre_code, 'lots-passed', count(*) filter (where state in ('released', 'recalled')), count(*) from quality.lot
                where decided_at >= @from_instant and decided_at < @to_instant and state in ('released', 'rejected', 'recalled') group by 1
                """;
            yield return """
                select centre_code, 'closed', count(*) filter (where state = 'closed'), count(*) from quality.nonconformity
                where detected_at >= @from_instant and detected_at < @to_instant group by 1
                """;
            yield return """
                select institution_code, 'licensed', count(*) filter (where not suspended and coalesce(licence_expires_on >= @to - 1, true)), count(*)
                from quality.practitioner where category in ('pharmacist', 'dispenser', 'decoction-worker') group by 1
                """;
            yield break;
        }

        yield return """
            select institution_code, 'rational', count(*) filter (where final_rational), count(*) from quality.review
            where concluded_at >= @from_instant and concluded_at < @to_instant group by 1
            """;
        yield return """
            select institution_code, 'licensed', count(*) filter (where not suspended and coalesce(licence_expires_on >= @to - 1, true)), count(*)
            from quality.practitioner where category in ('physician', 'pharmacist') group by 1
            """;
        yield return """
            select institution_code, 'graded', count(*) filter (where graded), count(*) from quality.practitioner where category = 'physician' group by 1
            """;
        yield return """
            select institution_code, 'multi-site', count(*) filter (where sites > 0), count(*) from quality.practitioner
            where category = 'physician' group by 1
            """;
    }
}
