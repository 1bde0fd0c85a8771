using System.Security.Claims;
using Npgsql;
using TcmBrain.Decoction.Deviations;
using TcmBrain.Decoction.Jobs;
using TcmBrain.Decoction.Steps;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Decoction.Vessels;

/// <summary>The vessels' own life (煎药锅管理): what they are, cleaning, calibration, breaking down and repair. Every report may be repeated.</summary>
internal static class VesselCareEndpoints
{
    /// <param name="Controller">Serial of the controller that measures; null: whoever speaks for the vessel.</param>
    /// <param name="Instrumented">From then on a boil without a curve is a deviation.</param>
    internal sealed record VesselSheet(string? Kind, string? Material, int CapacityMillilitres, string? Controller, bool Instrumented);

    internal sealed record CleaningReport(DateTimeOffset? CleanedAt, string? Agent);

    internal sealed record CalibrationReport(DateTimeOffset? CalibratedAt, DateTimeOffset? ValidUntil, string? Certificate);

    internal sealed record BreakdownReport(DateTimeOffset? BrokenAt, string? Reason);

    internal sealed record RepairReport(DateTimeOffset? RepairedAt);

    private sealed record CareAnswer(string Vessel, bool Recorded, Guid? HeldPrescriptionId = null);

    public static void MapVesselCare(this IEndpointRouteBuilder app)
    {
        var vessels = app.MapGroup("/api/decoction/vessels/{vessel}");
        vessels.MapPut("", SetAsync).RequireRole(Roles.Decoction, Roles.Pharmacist).Produces<CareAnswer>().WithName("SetVessel");
        vessels.MapPost("/cleanings", CleanAsync).RequireRole(Roles.Decoction).Produces<CareAnswer>().WithName("ReportCleaning");
        vessels
            .MapPost("/calibrations", CalibrateAsync)
            .RequireRole(Roles.Decoction, Roles.Pharmacist)
            .Produces<CareAnswer>()
            .WithName("ReportCalibration");
        vessels.MapPost("/breakdown", BreakAsync).RequireRole(Roles.Decoction).Produces<CareAnswer>().WithName("ReportBreakdown");
        vessels.MapPost("/repair", RepairAsync).RequireRole(Roles.Decoction).Produces<CareAnswer>().WithName("ReportRepair");
    }

    /// <summary>Registers a vessel or changes what it is.</summary>
    private static async Task<IResult> SetAsync(
        string vessel,
        VesselSheet sheet,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        RoomSignal signal,
        CancellationToken cancellationToken
    )
    {
        new FaultList()
            .Require(vessel.Trim().Length is > 0 and <= 20, DecoctionFaults.Missing, "vessel")
            .Require(sheet.Kind is "machine" or "pot", DecoctionFaults.UnknownKind, "kind")
            .Require(sheet.Material is "ceramic" or "stainless" or "copper", DecoctionFaults.UnknownKind, "material")
            .Require(sheet.CapacityMillilitres is >= 500 and <= 200_000, DecoctionFaults.BadCapacity, "capacityMillilitres")
            .ThrowIfAny();
        await using var command = database.CreateCommand(
            """
            with room as (insert into decoction.centre (code) values ($1) on conflict do nothing)
            insert into decoction.vessel (centre_code, name, kind, material, capacity_ml, controller, instrumented)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (centre_code, name) do update set kind = excluded.kind, material = excluded.material,
                capacity_ml = excluded.capacity_ml, controller = excluded.controller, instrumented = excluded.instrumented
            """
        );
        foreach (
            var value in (object?[])
                [
                    caller.InstitutionCode(),
                    vessel.Trim(),
                    sheet.Kind,
                    sheet.Material,
                    sheet.CapacityMillilitres,
                    string.IsNullOrWhiteSpace(sheet.Controller) ? null : sheet.Controller.Trim(),
                    sheet.Instrumented,
                ]
        )
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
        signal.Changed(caller.InstitutionCode());
        return TypedResults.Ok(new CareAnswer(vessel.Trim(), true));
    }

    private static async Task<IResult> CleanAsync(
        string vessel,
        CleaningReport report,
        ClaimsPrincipal caller,
        EventExchange exchange,
        TimeProvider time,
        RoomSignal signal,
        CancellationToken cancellationToken
    )
    {
        var at = report.CleanedAt.Reported("cleanedAt", time.GetUtcNow());
        await using var work = await exchange.BeginAsync(cancellationToken);
        var id = await LockAsync(work, caller, vessel, cancellationToken);
        await using var busy = work.Command(
            "select exists (select from decoction.occupation where vessel_id = $1 and period @> $2::timestamptz)",
            id,
            at
        );
        if (await busy.ExecuteScalarAsync(cancellationToken) is true)
        {
            throw DecoctionFaults.VesselInUse.Exception("cleanedAt", vessel);
        }

        await using var insert = work.Command(
            """
            insert into decoction.cleaning (vessel_id, cleaned_at, by_subject, by_name, agent)
            values ($1, $2, $3, $4, $5) on conflict do nothing
            """,
            id,
            at,
            caller.Subject(),
            caller.DisplayName(),
            report.Agent?.Trim() ?? "清水"
        );
        var recorded = await insert.ExecuteNonQueryAsync(cancellationToken) > 0;
        await work.CommitAsync(cancellationToken);
        signal.Changed(caller.InstitutionCode());
        return TypedResults.Ok(new CareAnswer(vessel, recorded));
    }

    private static async Task<IResult> CalibrateAsync(
        string vessel,
        CalibrationReport report,
        ClaimsPrincipal caller,
        EventExchange exchange,
        TimeProvider time,
        RoomSignal signal,
        CancellationToken cancellationToken
    )
    {
        var at = report.CalibratedAt.Reported("calibratedAt", time.GetUtcNow());
        if (report.ValidUntil is not { } until || until <= at || report.Certificate?.Trim() is not { Length: > 0 and <= 60 } certificate)
        {
            throw DecoctionFaults.BadValidity.Exception("validUntil");
        }

        await using var work = await exchange.BeginAsync(cancellationToken);
        var id = await LockAsync(work, caller, vessel, cancellationToken);
        await using var insert = work.Command(
            """
            insert into decoction.calibration (vessel_id, calibrated_at, valid_until, certificate, by_subject, by_name)
            values ($1, $2, $3, $4, $5, $6) on conflict do nothing
            """,
            id,
            at,
            until.Stored(),
            certificate,
            caller.Subject(),
            caller.DisplayName()
        );
        var recorded = await insert.ExecuteNonQueryAsync(cancellationToken) > 0;
        await work.CommitAsync(cancellationToken);
        signal.Changed(caller.InstitutionCode());
        return TypedResults.Ok(new CareAnswer(vessel, recorded));
    }

    /// <summary>It takes nothing any more; what is in it is held until a named person decides: go on elsewhere, or scrap.</summary>
    private static async Task<IResult> BreakAsync(
        string vessel,
        BreakdownReport report,
        ClaimsPrincipal caller,
        EventExchange exchange,
        TimeProvider time,
        RoomSignal signal,
        CancellationToken cancellationToken
    )
    {
        var at = report.BrokenAt.Reported("brokenAt", time.GetUtcNow());
        if (report.Reason?.Trim() is not { Length: > 0 and <= 500 } reason)
        {
            throw DecoctionFaults.ReasonMissing.Exception("reason");
        }

        await using var work = await exchange.BeginAsync(cancellationToken);
        // The job first, as everybody who reports on it does.
        await using var find = work.Command(
            """
            select o.prescription_id from decoction.occupation o join decoction.vessel v using (vessel_id)
            where v.centre_code = $1 and v.name = $2 and o.ended_as is null and lower(o.period) <= $3
            """,
            caller.InstitutionCode(),
            vessel,
            at
        );
        var held = await find.ExecuteScalarAsync(cancellationToken) as Guid?;
        var job = held is { } prescriptionId
            ? await JobStore.LockAsync(work, prescriptionId, caller.InstitutionCode(), cancellationToken)
            : null;
        var id = await LockAsync(work, caller, vessel, cancellationToken);
        await using var update = work.Command(
            "update decoction.vessel set broken_at = $2, broken_reason = $3, broken_name = $4 where vessel_id = $1 and broken_at is null",
            id,
            at,
            reason,
            caller.DisplayName()
        );
        var recorded = await update.ExecuteNonQueryAsync(cancellationToken) > 0;
        if (recorded && job?.VesselId == id)
        {
            var step = job.Steps.Count == 0 ? Step.Soaking : job.Steps[^1].Step;
            await DeviationStore.RaiseAsync(
                work,
                job,
                new Deviation(step, "vessel.broken", $"煎药锅 {vessel} 故障:{reason}", $"vessel {vessel} broke down: {reason}"),
                at,
                holds: true,
                cancellationToken
            );
            await JobStore.SaveAsync(work, job, cancellationToken);
        }

        await work.CommitAsync(cancellationToken);
        signal.Changed(caller.InstitutionCode());
        return TypedResults.Ok(new CareAnswer(vessel, recorded, held));
    }

    private static async Task<IResult> RepairAsync(
        string vessel,
        RepairReport report,
        ClaimsPrincipal caller,
        EventExchange exchange,
        TimeProvider time,
        RoomSignal signal,
        CancellationToken cancellationToken
    )
    {
        _ = report.RepairedAt.Reported("repairedAt", time.GetUtcNow());
        await using var work = await exchange.BeginAsync(cancellationToken);
        var id = await LockAsync(work, caller, vessel, cancellationToken);
        await using var held = work.Command(
            "select exists (select from decoction.occupation where vessel_id = $1 and ended_as is null)",
            id
        );
        if (await held.ExecuteScalarAsync(cancellationToken) is true)
        {
            throw DecoctionFaults.VesselInUse.Exception("vessel", vessel);
        }

        await using var update = work.Command(
            "update decoction.vessel set broken_at = null, broken_reason = null, broken_name = null where vessel_id = $1 and broken_at is not null",
            id
        );
        var recorded = await update.ExecuteNonQueryAsync(cancellationToken) > 0;
        await work.CommitAsync(cancellationToken);
        signal.Changed(caller.InstitutionCode());
        return TypedResults.Ok(new CareAnswer(vessel, recorded));
    }

    private static async Task<int> LockAsync(Work work, ClaimsPrincipal caller, string vessel, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "select vessel_id from decoction.vessel where centre_code = $1 and name = $2 for no key update",
            caller.InstitutionCode(),
            vessel
        );
        return await command.ExecuteScalarAsync(cancellationToken) as int?
            ?? throw DecoctionFaults.UnknownVessel.Exception("vessel", vessel);
    }
}
