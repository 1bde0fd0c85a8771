using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Decoction.Parcels;
using TcmBrain.Decoction.Telemetry;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Decoction.Couriers;

/// <param name="Points">at most a few hundred, thinned out so that every extreme stays</param>
public sealed record ColdLogger(string Logger, int Readings, IReadOnlyList<ColdPoint> Points);

/// <param name="FromCenticelsius">limits, hundredths of a degree Celsius</param>
/// <param name="BreachAt">the first reading of the first excursion, as it was told; null: never broken</param>
public sealed record ColdRecord(
    bool ColdChain,
    int FromCenticelsius,
    int ToCenticelsius,
    DateTimeOffset? BreachAt,
    IReadOnlyList<ColdLogger> Loggers,
    IReadOnlyList<ColdExcursion> Excursions
);

/// <summary>What was measured of a parcel on its way, for whoever may see the parcel.</summary>
internal static class ColdReadEndpoints
{
    public static void MapColdReads(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/decoction/parcels/{prescriptionId:guid}/readings", ReadAsync)
            .RequireRole(ParcelReads.Readers)
            .WithName("ReadColdReadings")
            .WithTags("parcels");

    /// <summary>Not there and not the caller's answer alike: DEC-0301.</summary>
    private static async Task<Ok<ColdRecord>> ReadAsync(
        Guid prescriptionId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            select p.cold_chain, p.cold_from, p.cold_to, p.cold_breach_at
            from decoction.parcel p join decoction.job job using (prescription_id)
            where p.prescription_id = @id and {ParcelReads.Seen};
            select logger, taken_at, centicelsius from decoction.parcel_reading where prescription_id = @id order by logger, taken_at
            """,
            connection,
            snapshot
        );
        ParcelReads.Bind(command, caller);
        command.Parameters.AddWithValue("id", prescriptionId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            throw DecoctionFaults.ParcelNotFound.Exception("prescriptionId");
        }

        var (cold, from, to) = (row.GetBoolean(0), row.GetInt32(1), row.GetInt32(2));
        var breach = row.IsDBNull(3) ? (DateTimeOffset?)null : row.GetFieldValue<DateTimeOffset>(3);
        await row.NextResultAsync(cancellationToken);
        var readings = new List<(string Logger, ColdPoint Point)>();
        while (await row.ReadAsync(cancellationToken))
        {
            readings.Add((row.GetString(0), new ColdPoint(row.GetFieldValue<DateTimeOffset>(1), row.GetInt32(2))));
        }

        var loggers = readings.GroupBy(r => r.Logger, r => r.Point).ToList();
        return TypedResults.Ok(
            new ColdRecord(
                cold,
                from,
                to,
                breach,
                [.. loggers.Select(l => new ColdLogger(l.Key, l.Count(), Thinned([.. l])))],
                [.. loggers.SelectMany(l => ColdCurve.Excursions(l.Key, l, from, to)).OrderBy(e => e.From)]
            )
        );
    }

    private static IReadOnlyList<ColdPoint> Thinned(List<ColdPoint> points) =>
        [
            .. CurveThinning
                .Of([.. points.Select(p => new CurvePoint(p.At, p.Centicelsius, 0))])
                .Select(p => new ColdPoint(p.TakenAt, p.Centicelsius)),
        ];
}
