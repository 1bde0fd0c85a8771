using System.Security.Claims;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Reviews;

/// <summary>处方点评: the queue of sampled prescriptions, and the reviewer's verdict.</summary>
internal static class ReviewEndpoints
{
    private const string Waiting = "waiting";
    private const string Done = "done";

    internal sealed record VerdictRequest(bool? Rational, IReadOnlyList<string>? Codes);

    private sealed record Verdict(bool Rational, IReadOnlyList<string> Codes, string Reviewer, DateTimeOffset ReviewedAt);

    private sealed record ReviewItem(
        Guid PrescriptionId,
        string InstitutionCode,
        string RegionCode,
        string HisNumber,
        int Revision,
        DateTimeOffset ReceivedAt,
        string? DepartmentName,
        string? DiseaseCode,
        string? SyndromeName,
        int? Doses,
        string? SampledBecause,
        string? Outcome,
        JsonElement? Findings,
        IReadOnlyList<string> SuggestedCodes,
        string? ApprovedBy,
        JsonElement? Lines,
        string? Dispenser,
        string? Checker,
        Verdict? Verdict
    );

    private sealed record ReviewAnswer(Guid PrescriptionId, bool Rational, IReadOnlyList<string> Codes, bool Recorded);

    private sealed record Sampled(
        string InstitutionCode,
        string RegionCode,
        string HisNumber,
        int Revision,
        int Told,
        string? TraceParent,
        string? Reviewer,
        string? ReviewerName,
        bool? Rational,
        string[]? Codes
    );

    public static void MapReviews(this IEndpointRouteBuilder app)
    {
        var reviews = app.MapGroup("/api/quality/reviews").RequireRole(Roles.Quality);
        reviews.MapGet("", ListAsync);
        reviews.MapGet("/codes", (ReviewCodes codes) => TypedResults.Ok(new { items = codes.All, next = (string?)null }));
        reviews.MapPost("/{prescriptionId:guid}", ReviewAsync);
    }

    /// <summary>Sampled prescriptions in sight but for those of the reviewer's own institution, received first in front.</summary>
    private static async Task<IResult> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        ReviewCodes codes,
        IOptions<SupervisionSettings> supervision,
        string? state,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        if (state is not (null or Waiting or Done))
        {
            throw QualityFaults.UnknownState.Exception("state", state);
        }

        var page = Page.Of(next, limit, QualityFaults.BadPage);
        var reviewed = state switch
        {
            Waiting => "and reviewed_at is null",
            Done => "and reviewed_at is not null",
            _ => "",
        };
        await using var command = database.CreateCommand(
            $"""
            select prescription_id, institution_code, region_code, his_number, revision, received_at, department_name, disease_code,
                   syndrome_name, doses, sampled_because, outcome, findings, approved_by, lines, dispenser, checker,
                   rational, codes, reviewer_name, reviewed_at
            from quality.prescription
            where sampled {reviewed} and (received_at, prescription_id) > (@after_time, @after_id)
              and institution_code <> @institution and {Sight.Region}
            order by received_at, prescription_id limit @limit
            """
        );
        Sight.Of(caller, supervision.Value).Guard(command);
        page.Bind(command);
        var items = new List<ReviewItem>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var findings = reader.TextAt(12);
            items.Add(
                new ReviewItem(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetInt32(4),
                    reader.GetFieldValue<DateTimeOffset>(5),
                    reader.TextAt(6),
                    reader.TextAt(7),
                    reader.TextAt(8),
                    reader.IsDBNull(9) ? null : reader.GetInt32(9),
                    reader.TextAt(10),
                    reader.TextAt(11),
                    findings is null ? null : StoredJson.Read<JsonElement>(findings),
                    findings is null ? [] : codes.Suggest(StoredJson.Read<AuditedFinding[]>(findings).Select(f => f.RuleId)),
                    reader.TextAt(13),
                    reader.TextAt(14) is { } lines ? StoredJson.Read<JsonElement>(lines) : null,
                    reader.TextAt(15),
                    reader.TextAt(16),
                    reader.IsDBNull(17)
                        ? null
                        : new Verdict(
                            reader.GetBoolean(17),
                            reader.GetFieldValue<string[]>(18),
                            reader.GetString(19),
                            reader.GetFieldValue<DateTimeOffset>(20)
                        )
                )
            );
        }

        return TypedResults.Ok(new { items, next = page.Next(items.Count, () => (items[^1].ReceivedAt, items[^1].PrescriptionId)) });
    }

    /// <summary>One verdict a prescription. The same reviewer may repeat the same verdict; anything else is refused.</summary>
    private static async Task<IResult> ReviewAsync(
        Guid prescriptionId,
        VerdictRequest request,
        ReviewCodes codes,
        EventExchange exchange,
        IOptions<SupervisionSettings> supervision,
        TimeProvider time,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var (rational, chosen) = VerdictRule.Check(request.Rational, request.Codes, codes);
        await using var work = await exchange.BeginAsync(cancellationToken);
        var sampled = await LockAsync(work, prescriptionId, Sight.Of(caller, supervision.Value), cancellationToken);
        if (sampled.InstitutionCode == caller.InstitutionCode())
        {
            throw QualityFaults.OwnInstitution.Exception("prescriptionId");
        }

        if (sampled.Rational is { } before)
        {
            return before == rational && sampled.Reviewer == caller.Subject() && sampled.Codes!.SequenceEqual(chosen)
                ? TypedResults.Ok(new ReviewAnswer(prescriptionId, rational, chosen, Recorded: false))
                : throw QualityFaults.AlreadyReviewed.Exception("prescriptionId", sampled.ReviewerName ?? "");
        }

        var now = time.GetUtcNow();
        await using var update = work.Command(
            """
            update quality.prescription set reviewed_at = $2, reviewer = $3, reviewer_name = $4, reviewer_code = $5, rational = $6,
                codes = $7, told = told + 1
            where prescription_id = $1
            """,
            prescriptionId,
            now,
            caller.Subject(),
            caller.DisplayName(),
            caller.InstitutionCode(),
            rational,
            chosen
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
        work.Publish(
            new ReviewCompleted
            {
                AggregateId = prescriptionId,
                Version = sampled.Told + 1,
                OccurredAt = now,
                InstitutionCode = sampled.InstitutionCode,
                RegionCode = sampled.RegionCode,
                HisNumber = sampled.HisNumber,
                Revision = sampled.Revision,
                Rational = rational,
                Codes = chosen,
                Reviewer = caller.DisplayName(),
            },
            sampled.TraceParent
        );
        await work.CommitAsync(cancellationToken);
        return TypedResults.Ok(new ReviewAnswer(prescriptionId, rational, chosen, Recorded: true));
    }

    private static async Task<Sampled> LockAsync(Work work, Guid prescriptionId, Sight sight, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select institution_code, region_code, his_number, revision, told, traceparent, reviewer, reviewer_name, rational, codes
            from quality.prescription
            where prescription_id = @id and sampled and (institution_code = @institution or {Sight.Region}) for update
            """,
            work.Connection,
            work.Transaction
        );
        command.Parameters.AddWithValue("id", prescriptionId);
        sight.Guard(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Sampled(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetInt32(3),
                reader.GetInt32(4),
                reader.TextAt(5),
                reader.TextAt(6),
                reader.TextAt(7),
                reader.IsDBNull(8) ? null : reader.GetBoolean(8),
                reader.IsDBNull(9) ? null : reader.GetFieldValue<string[]>(9)
            )
            : throw QualityFaults.ReviewNotFound.Exception("prescriptionId");
    }
}
