using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.CatalogueCopy;
using TcmBrain.Contracts.Events;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Reviews.Judging;

/// <param name="Mine">The caller holds it until <paramref name="OwnerUntil"/>.</param>
/// <param name="GivenCodes">Of the verdict given last; null before there is one.</param>
/// <param name="OwnerName">Who holds it; null: nobody, or none of the caller's business.</param>
public sealed record ReviewItem(
    Guid PrescriptionId,
    string InstitutionCode,
    string RegionCode,
    string HisNumber,
    int Revision,
    DateTimeOffset ReceivedAt,
    string DepartmentName,
    string PrescriberName,
    string? DiseaseName,
    string? SyndromeName,
    int? Doses,
    string Stage,
    DateTimeOffset DueAt,
    bool Overdue,
    bool Mine,
    bool Assigned,
    string? OwnerName,
    DateTimeOffset? OwnerUntil,
    IReadOnlyList<string> SuggestedCodes,
    string? Answer,
    bool? FinalRational,
    string[]? FinalCodes,
    DateTimeOffset? ConcludedAt,
    string[]? GivenCodes
);

public sealed record GivenVerdict(
    int Round,
    bool Rational,
    string[] Codes,
    CodeDecision[] Decisions,
    string Comment,
    string? ReviewerName,
    DateTimeOffset GivenAt
);

public sealed record ReviewAct(int Number, string Act, string? ActorName, string Text, DateTimeOffset HappenedAt);

/// <summary>A prescription with all that is known of it and all that was said of it. Nothing in it tells who the patient is.</summary>
public sealed record ReviewDetail(
    ReviewItem Review,
    string? DiseaseCode,
    string? SyndromeCode,
    string VisitKind,
    int? PatientYears,
    int? Days,
    bool? LongExplained,
    long? FeeFen,
    string? Usage,
    string? FormulaName,
    string? Outcome,
    AuditedFinding[] Findings,
    PrescriptionLine[] Lines,
    string? ApprovedBy,
    string? Dispenser,
    string? Checker,
    IReadOnlyList<SuggestedCode> Suggested,
    IReadOnlyList<GivenVerdict> Verdicts,
    IReadOnlyList<ReviewAct> History,
    string? ConflictZh,
    string? ConflictEn
);

internal sealed class ReviewReading(
    NpgsqlDataSource database,
    ReviewCodes codes,
    CurrentCatalogue catalogue,
    IOptions<ReviewSettings> settings,
    TimeProvider time
)
{
    private const string Columns = """
        v.prescription_id, v.institution_code, v.region_code, p.his_number, p.revision, v.received_at, v.department_name,
        v.prescriber_name, p.disease_name, p.syndrome_name, p.doses, v.stage, v.due_at, v.overdue_at is not null,
        v.owner, v.assigned, v.owner_name, v.owner_until, v.answer, v.final_rational, v.final_codes, v.concluded_at,
        p.findings, p.lines, p.usage, p.visit_kind, p.prescriber_code, p.days, p.long_explained, p.fee_fen, p.approved_by,
        p.dispenser, p.checker, p.formula_name, p.disease_code, p.syndrome_code, p.patient_years, p.outcome,
        (select g.codes from quality.review_verdict g where g.prescription_id = v.prescription_id order by g.round desc limit 1)
        """;

    /// <param name="conditions">Over <c>quality.review v</c> and <c>quality.prescription p</c>, each beginning with <c>and</c>.</param>
    public async Task<List<ReviewItem>> ListAsync(
        NpgsqlCommand command,
        ReviewSight sight,
        string conditions,
        string order,
        CancellationToken cancellationToken
    )
    {
        command.CommandText = $"""
            select {Columns} from quality.review v join quality.prescription p using (prescription_id)
            where {ReviewSight.Where} {conditions}
            order by {order}, v.prescription_id limit @limit
            """;
        sight.Guard(command);
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        var items = new List<ReviewItem>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            items.Add(Item(reader, Suggest(Facts(reader)), sight));
        }

        return items;
    }

    public async Task<ReviewDetail> ReadAsync(Guid prescriptionId, ReviewSight sight, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var verdicts = await VerdictsAsync(connection, prescriptionId, sight, cancellationToken);
        var history = await HistoryAsync(connection, prescriptionId, sight, cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            select {Columns}, {ReviewSight.Unbiased} from quality.review v join quality.prescription p using (prescription_id)
            where v.prescription_id = @id and {ReviewSight.Where}
            """,
            connection
        );
        command.Parameters.AddWithValue("id", prescriptionId);
        sight.Guard(command);
        await using var r = await command.ExecuteReaderAsync(cancellationToken);
        if (!await r.ReadAsync(cancellationToken))
        {
            throw QualityFaults.ReviewNotFound.Exception("prescriptionId");
        }

        var facts = Facts(r);
        var suggested = Suggest(facts);
        var own = r.GetString(1) == sight.Person.InstitutionCode;
        var biased = !own && !r.GetBoolean(39) && r.GetString(11) != "concluded";
        return new ReviewDetail(
            Item(r, suggested, sight),
            r.TextAt(34),
            r.TextAt(35),
            facts.VisitKind,
            r.IsDBNull(36) ? null : r.GetInt32(36),
            r.IsDBNull(27) ? null : r.GetInt32(27),
            r.IsDBNull(28) ? null : r.GetBoolean(28),
            r.IsDBNull(29) ? null : r.GetInt64(29),
            facts.Usage,
            facts.FormulaName,
            r.TextAt(37),
            facts.Findings,
            facts.Lines,
            facts.ApprovedBy,
            facts.Dispenser,
            facts.Checker,
            suggested,
            verdicts,
            history,
            biased ? QualityFaults.Conflict.Zh : null,
            biased ? QualityFaults.Conflict.En : null
        );
    }

    /// <summary>What is pre-filled for a prescription that is locked by the caller.</summary>
    public async Task<IReadOnlyList<SuggestedCode>> SuggestedAsync(
        NpgsqlConnection connection,
        Guid prescriptionId,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            $"select {Columns} from quality.review v join quality.prescription p using (prescription_id) where v.prescription_id = $1",
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = prescriptionId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return Suggest(Facts(reader));
    }

    private IReadOnlyList<SuggestedCode> Suggest(PrescriptionFacts facts) =>
        CodeHints.Of(facts, codes, catalogue.Value, settings.Value.HighFeeFenPerDose);

    private ReviewItem Item(NpgsqlDataReader r, IReadOnlyList<SuggestedCode> suggested, ReviewSight sight)
    {
        var held = r.MomentAt(17) is { } until && until > time.GetUtcNow();
        // Who reviews is not told to whom is reviewed.
        var own = r.GetString(1) == sight.Person.InstitutionCode;
        return new ReviewItem(
            r.GetGuid(0),
            r.GetString(1),
            r.GetString(2),
            r.GetString(3),
            r.GetInt32(4),
            r.GetFieldValue<DateTimeOffset>(5),
            r.GetString(6),
            r.GetString(7),
            r.TextAt(8),
            r.TextAt(9),
            r.IsDBNull(10) ? null : r.GetInt32(10),
            r.GetString(11),
            r.GetFieldValue<DateTimeOffset>(12),
            r.GetBoolean(13),
            held && r.TextAt(14) == sight.Person.Subject,
            r.GetBoolean(15),
            held && !own ? r.TextAt(16) : null,
            held && !own ? r.MomentAt(17) : null,
            codes.Ordered(suggested.Where(s => s.MustBeDecided).Select(s => s.Code)),
            r.TextAt(18),
            r.IsDBNull(19) ? null : r.GetBoolean(19),
            r.IsDBNull(20) ? null : r.GetFieldValue<string[]>(20),
            r.MomentAt(21),
            r.IsDBNull(38) ? null : r.GetFieldValue<string[]>(38)
        );
    }

    private static PrescriptionFacts Facts(NpgsqlDataReader r) =>
        new()
        {
            Findings = r.TextAt(22) is { } findings ? StoredJson.Read<AuditedFinding[]>(findings) : [],
            Lines = r.TextAt(23) is { } lines ? StoredJson.Read<PrescriptionLine[]>(lines) : [],
            DepartmentName = r.GetString(6),
            VisitKind = r.TextAt(25) ?? "",
            PrescriberCode = r.TextAt(26) ?? "",
            PrescriberName = r.GetString(7),
            Diagnosis = (r.TextAt(8) ?? "") + (r.TextAt(34) ?? ""),
            Syndrome = r.TextAt(9) ?? "",
            Usage = r.TextAt(24),
            Days = r.IsDBNull(27) ? 0 : r.GetInt32(27),
            LongExplained = !r.IsDBNull(28) && r.GetBoolean(28),
            Doses = r.IsDBNull(10) ? 0 : r.GetInt32(10),
            FeeFen = r.IsDBNull(29) ? 0 : r.GetInt64(29),
            ApprovedBy = r.TextAt(30),
            Dispenser = r.TextAt(31),
            Checker = r.TextAt(32),
            FormulaName = r.TextAt(33),
        };

    private static async Task<List<GivenVerdict>> VerdictsAsync(
        NpgsqlConnection connection,
        Guid prescriptionId,
        ReviewSight sight,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            """
            select round, rational, codes, decisions, comment, case when v.institution_code = $2 then null else reviewer_name end, given_at
            from quality.review_verdict g join quality.review v using (prescription_id) where prescription_id = $1 order by round
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = prescriptionId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = sight.Person.InstitutionCode });
        var verdicts = new List<GivenVerdict>();
        await using var r = await command.ExecuteReaderAsync(cancellationToken);
        while (await r.ReadAsync(cancellationToken))
        {
            verdicts.Add(
                new GivenVerdict(
                    r.GetInt32(0),
                    r.GetBoolean(1),
                    r.GetFieldValue<string[]>(2),
                    StoredJson.Read<CodeDecision[]>(r.GetString(3)),
                    r.GetString(4),
                    r.TextAt(5),
                    r.GetFieldValue<DateTimeOffset>(6)
                )
            );
        }

        return verdicts;
    }

    private static async Task<List<ReviewAct>> HistoryAsync(
        NpgsqlConnection connection,
        Guid prescriptionId,
        ReviewSight sight,
        CancellationToken cancellationToken
    )
    {
        // The institution sees what it did itself and what was told to it, without the reviewers' names.
        await using var command = new NpgsqlCommand(
            """
            select h.number, h.act, case when v.institution_code = $2 and h.actor_code <> $2 then null else h.actor_name end, h.text, h.happened_at
            from quality.review_history h join quality.review v using (prescription_id)
            where prescription_id = $1 and (v.institution_code <> $2 or h.act not in ('claimed', 'released', 'lapsed', 'assigned', 'recused'))
            order by h.number
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = prescriptionId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = sight.Person.InstitutionCode });
        var acts = new List<ReviewAct>();
        await using var r = await command.ExecuteReaderAsync(cancellationToken);
        while (await r.ReadAsync(cancellationToken))
        {
            acts.Add(new ReviewAct(r.GetInt32(0), r.GetString(1), r.TextAt(2), r.GetString(3), r.GetFieldValue<DateTimeOffset>(4)));
        }

        return acts;
    }
}
