using System.Security.Claims;
using System.Text.Json;
using Npgsql;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Jobs;

/// <summary>The room's list of work.</summary>
internal static class JobEndpoints
{
    private sealed record JobItem(
        Guid PrescriptionId,
        string HisNumber,
        int Revision,
        string CentreCode,
        string State,
        bool Urgent,
        bool External,
        int Doses,
        int PacksPerDose,
        int MillilitresPerPack,
        DateTimeOffset CheckedAt,
        string? Vessel,
        string? NextStep,
        JsonElement Recipe
    );

    public static void MapJobs(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/decoction/jobs", ListAsync).RequireRole(Roles.Decoction, Roles.Quality, Roles.Regulator, Roles.Operator);

    /// <summary>Jobs to decoct, those checked first in front. Without <paramref name="state"/>: in any state.</summary>
    private static async Task<IResult> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        string? state,
        string? centre,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        if (state is not null && !JobStates.All.Contains(state))
        {
            throw DecoctionFaults.UnknownState.Exception("state", state);
        }

        var page = Page.Of(next, limit, DecoctionFaults.BadPage);
        await using var command = database.CreateCommand(
            $"""
            select job.prescription_id, job.his_number, job.revision, job.centre_code, job.state, job.urgent, job.external, job.doses,
                   job.packs_per_dose, job.millilitres_per_pack, job.checked_at, v.name,
                   (select s.step from decoction.step s
                    where s.prescription_id = job.prescription_id and s.finished_at is null and s.superseded_by is null),
                   (select count(*)::int from decoction.step s
                    where s.prescription_id = job.prescription_id and s.finished_at is not null and s.superseded_by is null),
                   job.recipe
            from decoction.job job
            left join decoction.current_run o using (prescription_id)
            left join decoction.vessel v on v.vessel_id = o.vessel_id
            where job.decoct and (@state is null or job.state = @state) and (@centre is null or job.centre_code = @centre)
              and (job.checked_at, job.prescription_id) > (@after_time, @after_id) and {Sight.Where}
            order by job.checked_at, job.prescription_id limit @limit
            """
        );
        Sight.Of(caller).Guard(command);
        page.Bind(command);
        command.Parameters.Add(new NpgsqlParameter<string?>("state", state));
        command.Parameters.Add(new NpgsqlParameter<string?>("centre", centre));
        var items = new List<JobItem>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var running = reader.IsDBNull(12) ? null : reader.GetString(12);
            items.Add(
                new JobItem(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    reader.GetInt32(2),
                    reader.GetString(3),
                    reader.GetString(4),
                    reader.GetBoolean(5),
                    reader.GetBoolean(6),
                    reader.GetInt32(7),
                    reader.GetInt32(8),
                    reader.GetInt32(9),
                    reader.GetFieldValue<DateTimeOffset>(10),
                    reader.IsDBNull(11) ? null : reader.GetString(11),
                    running ?? NextOf(reader.GetInt32(13)),
                    StoredJson.Read<JsonElement>(reader.GetString(14))
                )
            );
        }

        return TypedResults.Ok(new { items, next = page.Next(items.Count, () => (items[^1].CheckedAt, items[^1].PrescriptionId)) });
    }

    private static string? NextOf(int finished) => finished > (int)Steps.Step.Packing ? null : Steps.StepName.Name((Steps.Step)finished);
}
