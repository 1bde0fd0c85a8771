using System.Security.Claims;
using Npgsql;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Vessels;

/// <summary>The centre's vessels, and which are free.</summary>
internal static class VesselEndpoints
{
    private sealed record VesselItem(
        string Vessel,
        bool Busy,
        Guid? PrescriptionId,
        DateTimeOffset? OccupiedFrom,
        DateTimeOffset? OccupiedUntil,
        string Kind,
        string Material,
        int CapacityMillilitres,
        string? Controller,
        bool Instrumented,
        DateTimeOffset? BrokenAt,
        string? BrokenReason,
        bool Clean,
        DateTimeOffset? CleanedAt,
        DateTimeOffset? CalibratedUntil
    );

    private sealed record VesselList(IReadOnlyList<VesselItem> Items, string? Next);

    public static void MapVessels(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/decoction/vessels", ListAsync)
            .RequireRole(Roles.Decoction, Roles.Pharmacist, Roles.Quality)
            .Produces<VesselList>()
            .WithName("ListVessels");

    /// <summary>
    /// Each vessel with the first occupation that touches the interval; without <paramref name="from"/> and <paramref name="until"/>:
    /// now. An occupation without end shows no <c>occupiedUntil</c>.
    /// </summary>
    private static async Task<IResult> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        TimeProvider time,
        DateTimeOffset? from,
        DateTimeOffset? until,
        CancellationToken cancellationToken
    )
    {
        var start = (from ?? time.GetUtcNow()).Stored();
        var end = (until ?? start.AddMicroseconds(1)).Stored();
        if (end <= start)
        {
            throw DecoctionFaults.BadInterval.Exception("until");
        }

        await using var command = database.CreateCommand(
            """
            select v.name, o.prescription_id, lower(o.period), nullif(upper(o.period), 'infinity'), v.kind, v.material, v.capacity_ml,
                   v.controller, v.instrumented, v.broken_at, v.broken_reason,
                   not exists (select from decoction.occupation u where u.vessel_id = v.vessel_id and upper(u.period) <= $2
                       and not exists (select from decoction.cleaning c
                           where c.vessel_id = v.vessel_id and c.cleaned_at >= upper(u.period) and c.cleaned_at <= $2)),
                   (select max(cleaned_at) from decoction.cleaning c where c.vessel_id = v.vessel_id and c.cleaned_at <= $2),
                   (select max(valid_until) from decoction.calibration c where c.vessel_id = v.vessel_id and c.calibrated_at <= $2)
            from decoction.vessel v
            left join lateral (
                select prescription_id, period from decoction.occupation
                where vessel_id = v.vessel_id and period && tstzrange($2, $3) order by period limit 1) o on true
            where v.centre_code = $1 order by v.vessel_id
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string>() { TypedValue = caller.InstitutionCode() });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>() { TypedValue = start });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>() { TypedValue = end });
        var items = new List<VesselItem>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var busy = !reader.IsDBNull(1);
            items.Add(
                new VesselItem(
                    reader.GetString(0),
                    busy,
                    busy ? reader.GetGuid(1) : null,
                    busy ? reader.GetFieldValue<DateTimeOffset>(2) : null,
                    reader.MomentAt(3),
                    reader.GetString(4),
                    reader.GetString(5),
                    reader.GetInt32(6),
                    reader.TextAt(7),
                    reader.GetBoolean(8),
                    reader.MomentAt(9),
                    reader.TextAt(10),
                    reader.GetBoolean(11),
                    reader.MomentAt(12),
                    reader.MomentAt(13)
                )
            );
        }

        return TypedResults.Ok(new VesselList(items, null));
    }
}
