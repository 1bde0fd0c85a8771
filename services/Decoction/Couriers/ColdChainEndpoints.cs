using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.Parcels;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Decoction.Couriers;

/// <param name="Centicelsius">hundredths of a degree Celsius, -10000 to 20000</param>
public sealed record ColdReading(DateTimeOffset? TakenAt, int? Centicelsius);

/// <param name="Logger">serial of what measures; the first telling of its moment stays</param>
public sealed record ColdReadings(string? Logger, IReadOnlyList<ColdReading>? Readings);

/// <param name="Stored">how many were new</param>
/// <param name="Broken">whether the parcel has been outside its limits, now or before</param>
public sealed record ColdAnswer(int Stored, bool Broken, DateTimeOffset? BreachAt);

/// <summary>
/// Temperatures of a parcel that travels cooled (冷链). Outside the limits for two readings in a row of one logger it is broken: told once, shown
/// on the parcel, and decided by the centre, which may end it as damaged. Readings may come twice, late and in any order.
/// </summary>
internal static class ColdChainEndpoints
{
    private const int Most = 2_000;

    public static void MapColdChain(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/decoction/parcels/{prescriptionId:guid}/readings", TakeAsync)
            .RequireRole(Roles.Courier, Roles.Decoction)
            .WithName("TakeColdReadings")
            .WithTags("couriers");

    private static async Task<Ok<ColdAnswer>> TakeAsync(
        Guid prescriptionId,
        ColdReadings told,
        EventExchange exchange,
        TimeProvider time,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var logger = told.Logger?.Trim() ?? "";
        if (logger.Length is 0 or > 64)
        {
            throw DecoctionFaults.Missing.Exception("logger");
        }

        if (told.Readings is not { Count: > 0 and <= Most } readings)
        {
            throw DecoctionFaults.ColdReadings.Exception("readings", Most);
        }

        var now = time.GetUtcNow();
        for (var i = 0; i < readings.Count; i++)
        {
            readings[i].TakenAt.Reported($"readings[{i}].takenAt", now);
            if (readings[i].Centicelsius is not (>= -10000 and <= 20000))
            {
                throw DecoctionFaults.ColdReadings.Exception($"readings[{i}].centicelsius", Most);
            }
        }

        await using var work = await exchange.BeginAsync(cancellationToken);
        var parcel =
            await ParcelStore.LockAsync(work, prescriptionId, caller.InstitutionCode(), cancellationToken)
            ?? throw DecoctionFaults.ParcelNotFound.Exception("prescriptionId");
        if (!parcel.ColdChain)
        {
            throw DecoctionFaults.NotCooled.Exception("prescriptionId");
        }

        var stored = await StoreAsync(work, prescriptionId, logger, readings, cancellationToken);
        var breach = await BreachAsync(work, prescriptionId, cancellationToken);
        if (breach is { Known: false } found)
        {
            await TellAsync(work, parcel, found.At, found.Centicelsius, caller, now, cancellationToken);
        }

        await work.CommitAsync(cancellationToken);
        return TypedResults.Ok(new ColdAnswer(stored, breach is not null, breach?.At));
    }

    private static async Task<int> StoreAsync(
        Work work,
        Guid id,
        string logger,
        IReadOnlyList<ColdReading> readings,
        CancellationToken cancellationToken
    )
    {
        await using var insert = work.Command(
            """
            insert into decoction.parcel_reading (prescription_id, logger, taken_at, centicelsius)
            select $1, $2, t, c from unnest($3, $4) as r (t, c) on conflict do nothing
            """,
            id,
            logger
        );
        insert.Parameters.Add(
            new NpgsqlParameter
            {
                Value = readings.Select(r => r.TakenAt!.Value.Stored().UtcDateTime).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
            }
        );
        insert.Parameters.Add(new NpgsqlParameter { Value = readings.Select(r => r.Centicelsius!.Value).ToArray() });
        return await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The first of two readings in a row that are outside, whatever was told before.</summary>
    private static async Task<(DateTimeOffset At, int Centicelsius, bool Known)?> BreachAsync(
        Work work,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            select r.taken_at, r.centicelsius, p.cold_breach_at is not null
            from (
                select taken_at, centicelsius, lead(centicelsius) over (partition by logger order by taken_at) as next
                from decoction.parcel_reading where prescription_id = $1) r
            join decoction.parcel p on p.prescription_id = $1
            where r.centicelsius not between p.cold_from and p.cold_to and r.next not between p.cold_from and p.cold_to
            order by r.taken_at limit 1
            """,
            id
        );
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetFieldValue<DateTimeOffset>(0), row.GetInt32(1), row.GetBoolean(2)) : null;
    }

    private static async Task TellAsync(
        Work work,
        ParcelRow parcel,
        DateTimeOffset at,
        int centicelsius,
        ClaimsPrincipal caller,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        work.Publish(
            new ColdChainBroken
            {
                AggregateId = parcel.PrescriptionId,
                Version = parcel.NextVersion(),
                OccurredAt = now,
                InstitutionCode = parcel.InstitutionCode,
                RegionCode = parcel.RegionCode,
                HisNumber = parcel.HisNumber,
                Revision = parcel.Revision,
                ParcelId = parcel.ParcelId,
                Sscc = parcel.Sscc,
                CentreCode = parcel.CentreCode,
                Courier = parcel.CourierName ?? caller.DisplayName(),
                BagSerials = parcel.BagSerials,
                DeliveryRegionCode = parcel.DeliveryRegionCode,
                PublicCode = parcel.PublicCode,
                Centicelsius = centicelsius,
                MeasuredAt = at,
            },
            parcel.TraceParent
        );
        await using var update = work.Command(
            "update decoction.parcel set cold_breach_at = $2 where prescription_id = $1",
            parcel.PrescriptionId,
            at
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
        await using var told = work.Command(
            "update decoction.job set told = $2 where prescription_id = $1",
            parcel.PrescriptionId,
            parcel.Told
        );
        await told.ExecuteNonQueryAsync(cancellationToken);
    }
}
