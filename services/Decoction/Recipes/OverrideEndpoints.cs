using System.Security.Claims;
using System.Text.Json;
using TcmBrain.Decoction.Jobs;
using TcmBrain.Decoction.Steps;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Recipes;

/// <summary>A pharmacist of the centre orders otherwise than the rule, until the first boil begins.</summary>
internal static class OverrideEndpoints
{
    private sealed record OverrideAnswer(Guid PrescriptionId, Recipe Recipe);

    public static void MapOverrides(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/decoction/jobs/{prescriptionId:guid}/recipe", OverrideAsync)
            .RequireRole(Roles.Pharmacist)
            .Produces<OverrideAnswer>()
            .WithName("OverrideRecipe");

    /// <summary>Recorded with who, when and why beside what was before. The same order again gives the same recipe.</summary>
    private static async Task<IResult> OverrideAsync(
        Guid prescriptionId,
        RecipeOrder order,
        ClaimsPrincipal caller,
        EventExchange exchange,
        TimeProvider time,
        RoomSignal signal,
        CancellationToken cancellationToken
    )
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var job =
            await JobStore.LockAsync(work, prescriptionId, caller.InstitutionCode(), cancellationToken)
            ?? throw DecoctionFaults.JobNotFound.Exception("prescriptionId");
        var before = job.Recipe ?? throw DecoctionFaults.NotDecocted.Exception("prescriptionId");
        if (job.State is not (JobStates.Waiting or JobStates.Soaking) || job.Steps.Any(s => s.Step.IsBoil()))
        {
            throw DecoctionFaults.TooLateToOverride.Exception("prescriptionId");
        }

        var after = RecipeOverride.Apply(before, order, caller.DisplayName());
        var text = JsonSerializer.Serialize(after, StoredJson.Options);
        var was = JsonSerializer.Serialize(before, StoredJson.Options);
        if (text != was)
        {
            await using var record = work.Command(
                """
                insert into decoction.recipe_override
                    (override_id, prescription_id, by_subject, by_name, reason, made_at, recipe_before, recipe_after)
                values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb)
                """,
                Guid.CreateVersion7(),
                prescriptionId,
                caller.Subject(),
                caller.DisplayName(),
                order.Reason!.Trim(),
                time.GetUtcNow().Stored(),
                was,
                text
            );
            await record.ExecuteNonQueryAsync(cancellationToken);
            await using var update = work.Command(
                "update decoction.job set recipe = $2::jsonb where prescription_id = $1",
                prescriptionId,
                text
            );
            await update.ExecuteNonQueryAsync(cancellationToken);
            await work.CommitAsync(cancellationToken);
            signal.Changed(job.CentreCode);
        }

        return TypedResults.Ok(new OverrideAnswer(prescriptionId, after));
    }
}
