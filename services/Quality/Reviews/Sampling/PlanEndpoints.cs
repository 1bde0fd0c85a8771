using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.CatalogueCopy;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Reviews.Sampling;

/// <summary>Plans are written as data; every change is a new version that keeps who made it and why.</summary>
internal static class PlanEndpoints
{
    private sealed record PlanList(IReadOnlyList<SamplingPlan> Items, string? Next);

    private sealed record RegulationList(IReadOnlyList<RegulatedNumber> Items, string? Next);

    public static void MapSamplingPlans(this IEndpointRouteBuilder app)
    {
        var plans = app.MapGroup("/api/quality/reviews/plans");
        plans
            .MapGet("", ListAsync)
            .WithName("ListSamplingPlans")
            .RequireRole(Roles.Quality, Roles.Regulator, Roles.Operator)
            .WithSummary("Plans of the caller and of the regions it looks after, each in its newest version.");
        plans
            .MapGet("/regulation", (SamplingRegulation regulation) => TypedResults.Ok(new RegulationList(regulation.Numbers, null)))
            .WithName("ReadSamplingRegulation")
            .RequireRole(Roles.Quality, Roles.Regulator, Roles.Operator);
        plans
            .MapGet("/{planId:guid}", VersionsAsync)
            .WithName("ReadSamplingPlan")
            .RequireRole(Roles.Quality, Roles.Regulator, Roles.Operator);
        plans.MapPut("/{planId:guid}", WriteAsync).WithName("WriteSamplingPlan").RequireRole(Roles.Quality, Roles.Regulator);
    }

    private static async Task<Ok<PlanList>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IOptions<SupervisionSettings> supervision,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            select {SamplingStore.PlanColumns} from quality.review_plan p where p.current and {SamplingStore.InSight}
            order by p.active desc, p.kind, p.setting desc, p.name_zh, p.plan_id
            """
        );
        Sight.Of(caller, supervision.Value).Guard(command);
        return TypedResults.Ok(new PlanList(await ReadAsync(command, cancellationToken), null));
    }

    /// <summary>All versions, newest first. ETag: the newest.</summary>
    private static async Task<Ok<PlanList>> VersionsAsync(
        Guid planId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IOptions<SupervisionSettings> supervision,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            select {SamplingStore.PlanColumns} from quality.review_plan p where p.plan_id = @plan and {SamplingStore.InSight}
            order by p.version desc
            """
        );
        command.Parameters.AddWithValue("plan", planId);
        Sight.Of(caller, supervision.Value).Guard(command);
        var versions = await ReadAsync(command, cancellationToken);
        if (versions.Count == 0)
        {
            throw QualityFaults.PlanNotFound.Exception("planId");
        }

        VersionTag.Write(context, versions[0].Version);
        return TypedResults.Ok(new PlanList(versions, null));
    }

    /// <summary>201 for a new plan; 200 for a new version of it, which needs If-Match; 200 without a new version when nothing differs.</summary>
    private static async Task<Results<Created<SamplingPlan>, Ok<SamplingPlan>>> WriteAsync(
        Guid planId,
        PlanRequest request,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        SamplingRegulation regulation,
        CurrentCatalogue catalogue,
        IOptions<SupervisionSettings> supervision,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        PlanRule.Check(request, regulation, catalogue.Value);
        var person = Person.Of(caller);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var before = await LockAsync(connection, planId, cancellationToken);
        if (before is not null && before.OwnerCode != person.InstitutionCode)
        {
            throw QualityFaults.PlanNotFound.Exception("planId");
        }

        var sight = Sight.Of(caller, supervision.Value);
        var plan = PlanOf(planId, request, before, person, sight.RegionPrefixes, time.GetUtcNow());
        if (before is not null && Same(before, plan))
        {
            VersionTag.Write(context, before.Version);
            return TypedResults.Ok(before);
        }

        if (
            before is not null
            && before.Version
                != VersionTag.Read(
                    context.Request,
                    () => QualityFaults.PlanVersionMissing.Exception(),
                    () => QualityFaults.PlanChanged.Exception()
                )
        )
        {
            throw QualityFaults.PlanChanged.Exception();
        }

        await InsertAsync(connection, plan, person, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        VersionTag.Write(context, plan.Version);
        return before is null ? TypedResults.Created($"/api/quality/reviews/plans/{planId}", plan) : TypedResults.Ok(plan);
    }

    private static SamplingPlan PlanOf(
        Guid planId,
        PlanRequest request,
        SamplingPlan? before,
        Person person,
        string[] regions,
        DateTimeOffset now
    ) =>
        new(
            planId,
            (before?.Version ?? 0) + 1,
            request.Kind!,
            request.NameZh!.Trim(),
            request.NameEn!.Trim(),
            request.Setting!,
            request.SharePermyriad!.Value,
            request.Minimum!.Value,
            request.ByDepartment ?? true,
            request.ByPrescriber ?? true,
            request.Topic,
            regions,
            person.InstitutionCode,
            request.ReviewDays ?? PlanRule.ReviewDays,
            request.AnswerDays ?? PlanRule.AnswerDays,
            request.Active ?? true,
            request.Reason!.Trim(),
            person.Name,
            now
        );

    private static bool Same(SamplingPlan before, SamplingPlan plan) =>
        Comparable(before)
        == Comparable(plan with { Version = before.Version, WrittenAt = before.WrittenAt, WrittenName = before.WrittenName });

    private static string Comparable(SamplingPlan plan) => JsonSerializer.Serialize(plan, StoredJson.Options);

    private static async Task<SamplingPlan?> LockAsync(NpgsqlConnection connection, Guid planId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select {SamplingStore.PlanColumns} from quality.review_plan p where p.plan_id = @plan and p.current for update",
            connection
        );
        command.Parameters.AddWithValue("plan", planId);
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    private static async Task InsertAsync(
        NpgsqlConnection connection,
        SamplingPlan plan,
        Person person,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand("update quality.review_plan set current = false where plan_id = $1 and current")
            {
                Parameters = { new NpgsqlParameter<Guid> { TypedValue = plan.PlanId } },
            }
        );
        var insert = new NpgsqlBatchCommand(
            """
            insert into quality.review_plan (plan_id, version, kind, name_zh, name_en, setting, share_permyriad, minimum, by_department,
                by_prescriber, topic, regions, owner_code, review_days, answer_days, active, reason, written_by, written_name, written_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
            on conflict do nothing
            """
        );
        object topic = plan.Topic is null ? DBNull.Value : JsonSerializer.Serialize(plan.Topic, StoredJson.Options);
        foreach (
            var value in new object[]
            {
                plan.PlanId,
                plan.Version,
                plan.Kind,
                plan.NameZh,
                plan.NameEn,
                plan.Setting,
                plan.SharePermyriad,
                plan.Minimum,
                plan.ByDepartment,
                plan.ByPrescriber,
            }
        )
        {
            insert.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        insert.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = topic });
        foreach (
            var value in new object[]
            {
                plan.Regions,
                plan.OwnerCode,
                plan.ReviewDays,
                plan.AnswerDays,
                plan.Active,
                plan.Reason,
                person.Subject,
                person.Name,
                plan.WrittenAt,
            }
        )
        {
            insert.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        batch.BatchCommands.Add(insert);
        // A new plan sent twice at once: one of them has made it.
        if (await batch.ExecuteNonQueryAsync(cancellationToken) < (plan.Version == 1 ? 1 : 2))
        {
            throw QualityFaults.PlanChanged.Exception();
        }
    }

    private static async Task<List<SamplingPlan>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var plans = new List<SamplingPlan>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            plans.Add(SamplingStore.Plan(reader));
        }

        return plans;
    }
}
