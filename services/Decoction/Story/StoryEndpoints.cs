using System.Security.Claims;
using System.Text.Json;
using Npgsql;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Story;

/// <summary>What happened to one prescription in this room: the decoction's part of its story.</summary>
internal static class StoryEndpoints
{
    private sealed record StepPart(
        string Step,
        string Vessel,
        DateTimeOffset StartedAt,
        string StartedBy,
        DateTimeOffset? FinishedAt,
        string? FinishedBy
    );

    private sealed record DeviationPart(string Step, string RuleId, string TextZh, string TextEn, DateTimeOffset DetectedAt);

    private sealed record ParcelPart(
        Guid ParcelId,
        string Sscc,
        string DeliveryRegionCode,
        DateTimeOffset ReadyAt,
        DateTimeOffset? ShippedAt,
        string? ShippedBy,
        DateTimeOffset? DeliveredAt,
        string? DeliveredBy
    );

    private sealed record StoryAnswer(
        Guid PrescriptionId,
        string InstitutionCode,
        string HisNumber,
        int Revision,
        string CentreCode,
        string State,
        bool Decoct,
        bool Urgent,
        bool External,
        DateTimeOffset CheckedAt,
        JsonElement? Recipe,
        IReadOnlyList<StepPart> Steps,
        IReadOnlyList<DeviationPart> Deviations,
        IReadOnlyList<string> Bags,
        int MillilitresPerBag,
        ParcelPart? Parcel
    );

    public static void MapStory(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/decoction/prescriptions/{prescriptionId:guid}", ReadAsync).RequireAuthorization();

    /// <summary>Not found and not the caller's to see answer alike: DEC-0106.</summary>
    private static async Task<IResult> ReadAsync(
        Guid prescriptionId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // One snapshot for all five, in one round trip.
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            select job.institution_code, job.his_number, job.revision, job.centre_code, job.state, job.decoct, job.urgent, job.external,
                   job.checked_at, job.recipe, job.millilitres_per_pack, p.parcel_id, p.sscc, job.delivery_region_code, p.ready_at,
                   p.shipped_at, p.shipped_name, p.delivered_at, p.delivered_name
            from decoction.job job left join decoction.parcel p using (prescription_id)
            where job.prescription_id = @id and {Sight.Where};
            select s.step, v.name, s.started_at, s.started_name, s.finished_at, s.finished_name
            from decoction.step s join decoction.vessel v using (vessel_id) where s.prescription_id = @id and s.superseded_by is null
            order by s.started_at;
            select step, rule_id, text_zh, text_en, detected_at from decoction.deviation where prescription_id = @id order by deviation_id;
            select serial from decoction.bag where prescription_id = @id order by number
            """,
            connection,
            snapshot
        );
        command.Parameters.AddWithValue("id", prescriptionId);
        Sight.Of(caller).Guard(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw DecoctionFaults.JobNotFound.Exception("prescriptionId");
        }

        var story = new StoryAnswer(
            prescriptionId,
            reader.GetString(0),
            reader.GetString(1),
            reader.GetInt32(2),
            reader.GetString(3),
            reader.GetString(4),
            reader.GetBoolean(5),
            reader.GetBoolean(6),
            reader.GetBoolean(7),
            reader.GetFieldValue<DateTimeOffset>(8),
            reader.TextAt(9) is { } recipe ? StoredJson.Read<JsonElement>(recipe) : null,
            [],
            [],
            [],
            reader.GetInt32(10),
            reader.IsDBNull(11)
                ? null
                : new ParcelPart(
                    reader.GetGuid(11),
                    reader.GetString(12),
                    reader.GetString(13),
                    reader.GetFieldValue<DateTimeOffset>(14),
                    reader.MomentAt(15),
                    reader.TextAt(16),
                    reader.MomentAt(17),
                    reader.TextAt(18)
                )
        );
        var steps = await RestAsync(
            reader,
            r => new StepPart(
                r.GetString(0),
                r.GetString(1),
                r.GetFieldValue<DateTimeOffset>(2),
                r.GetString(3),
                r.MomentAt(4),
                r.TextAt(5)
            ),
            cancellationToken
        );
        var deviations = await RestAsync(
            reader,
            r => new DeviationPart(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetFieldValue<DateTimeOffset>(4)),
            cancellationToken
        );
        var bags = await RestAsync(reader, r => r.GetString(0), cancellationToken);
        return TypedResults.Ok(story with { Steps = steps, Deviations = deviations, Bags = bags });
    }

    private static async Task<List<T>> RestAsync<T>(
        NpgsqlDataReader reader,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        await reader.NextResultAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
