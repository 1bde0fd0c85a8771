using System.Security.Claims;
using Npgsql;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Deviations;

/// <summary>Review by exception (例外审核): only what deviates is shown to a person, and waits for one.</summary>
internal static class DeviationEndpoints
{
    /// <param name="Decision">accept, rework or scrap.</param>
    internal sealed record DecisionRequest(string? Decision, string? Reason);

    private sealed record DecisionAnswer(Guid DeviationId, Guid PrescriptionId, string State, string Decision);

    /// <param name="EndedAt">When it was made good: done after all, or readings came again.</param>
    private sealed record DeviationItem(
        Guid DeviationId,
        Guid PrescriptionId,
        string HisNumber,
        string CentreCode,
        string State,
        bool Urgent,
        string? Vessel,
        string Step,
        int Attempt,
        string RuleId,
        string TextZh,
        string TextEn,
        DateTimeOffset DetectedAt,
        bool Holds,
        string? Decision,
        string? Reason,
        DateTimeOffset? DecidedAt,
        string? DecidedBy,
        DateTimeOffset? EndedAt
    );

    private sealed record DeviationList(IReadOnlyList<DeviationItem> Items, string? Next);

    public static void MapDeviations(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/decoction/deviations", ListAsync)
            .RequireRole(Roles.Decoction, Roles.Pharmacist, Roles.Quality, Roles.Regulator, Roles.Operator)
            .Produces<DeviationList>()
            .WithName("ListDeviations");
        app.MapPost("/api/decoction/deviations/{deviationId:guid}/decision", DecideAsync)
            .RequireRole(Roles.Pharmacist, Roles.Quality)
            .Produces<DecisionAnswer>()
            .WithName("DecideDeviation");
    }

    /// <summary>Those that were detected first in front; <paramref name="decided"/> false: what waits, true: what was decided.</summary>
    private static async Task<IResult> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        bool? decided,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var page = Page.Of(next, limit, DecoctionFaults.BadPage);
        await using var command = database.CreateCommand(
            $"""
            select d.deviation_id, d.prescription_id, job.his_number, job.centre_code, job.state, job.urgent, v.name, d.step, d.attempt,
                   d.rule_id, d.text_zh, d.text_en, d.detected_at, d.holds, d.decision, d.reason, d.decided_at, d.decided_name, d.ended_at
            from decoction.deviation d
            join decoction.job job using (prescription_id)
            left join decoction.current_run run using (prescription_id)
            left join decoction.vessel v on v.vessel_id = run.vessel_id
            where (@decided is null or (d.decision is not null) = @decided)
              and (d.detected_at, d.deviation_id) > (@after_time, @after_id) and {Sight.Where}
            order by d.detected_at, d.deviation_id limit @limit
            """
        );
        Sight.Of(caller).Guard(command);
        page.Bind(command);
        command.Parameters.Add(new NpgsqlParameter<bool?>("decided", NpgsqlTypes.NpgsqlDbType.Boolean) { TypedValue = decided });
        var items = new List<DeviationItem>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            items.Add(
                new DeviationItem(
                    reader.GetGuid(0),
                    reader.GetGuid(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetString(4),
                    reader.GetBoolean(5),
                    reader.TextAt(6),
                    reader.GetString(7),
                    reader.GetInt32(8),
                    reader.GetString(9),
                    reader.GetString(10),
                    reader.GetString(11),
                    reader.GetFieldValue<DateTimeOffset>(12),
                    reader.GetBoolean(13),
                    reader.TextAt(14),
                    reader.TextAt(15),
                    reader.MomentAt(16),
                    reader.TextAt(17),
                    reader.MomentAt(18)
                )
            );
        }

        return TypedResults.Ok(new DeviationList(items, page.Next(items.Count, () => (items[^1].DetectedAt, items[^1].DeviationId))));
    }

    /// <summary>Decides one deviation, by name and with a reason. Told again alike it changes nothing; otherwise DEC-0508.</summary>
    private static async Task<IResult> DecideAsync(
        Guid deviationId,
        DecisionRequest request,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        DeviationDesk desk,
        CancellationToken cancellationToken
    )
    {
        if (request.Decision is not { } decision || !Decisions.All.Contains(decision))
        {
            throw DecoctionFaults.UnknownDecision.Exception("decision", request.Decision ?? "");
        }

        if (request.Reason?.Trim() is not { Length: > 0 and <= 500 } reason)
        {
            throw DecoctionFaults.ReasonMissing.Exception("reason");
        }

        var prescriptionId = await FindAsync(deviationId, caller, database, cancellationToken);
        var state = await desk.DecideAsync(
            prescriptionId,
            deviationId,
            decision,
            reason,
            new Decider(caller.Subject(), caller.DisplayName()),
            cancellationToken
        );
        return TypedResults.Ok(new DecisionAnswer(deviationId, prescriptionId, state, decision));
    }

    /// <summary>A pharmacist decides for its own centre, quality for its region; the hospital that prescribed does not.</summary>
    private static async Task<Guid> FindAsync(
        Guid deviationId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            """
            select d.prescription_id from decoction.deviation d join decoction.job job using (prescription_id)
            where d.deviation_id = @id
              and (job.centre_code = @institution or (@region <> '' and starts_with(job.region_code, @region)))
            """
        );
        command.Parameters.AddWithValue("id", deviationId);
        command.Parameters.AddWithValue("institution", caller.InstitutionCode());
        command.Parameters.AddWithValue("region", caller.HasAnyRole(Roles.Quality) ? caller.RegionPrefix() ?? "" : "");
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?
            ?? throw DecoctionFaults.DeviationNotFound.Exception("deviationId");
    }
}
