using System.Security.Claims;
using Npgsql;
using TcmBrain.Decoction.Telemetry;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.BatchRecords;

/// <summary>One job's batch record, closed or as it stands, with its curve.</summary>
internal static class RecordEndpoints
{
    /// <param name="Celsius">Hundredths of a degree.</param>
    private sealed record PointPart(DateTimeOffset At, int Centicelsius, int PressurePascal);

    private sealed record ReleasePart(string Kind, DateTimeOffset At, string? By);

    /// <param name="Standing">open: it goes on; held: closed and waiting for a decision; released; scrapped.</param>
    /// <param name="Sha256">Hex; null while it is open.</param>
    /// <param name="Points">At most a few hundred, thinned out so that every extreme stays.</param>
    private sealed record RecordAnswer(
        RecordContent Content,
        string State,
        string Standing,
        DateTimeOffset? ClosedAt,
        long? Number,
        string? Sha256,
        string? PreviousSha256,
        string? KeyId,
        ReleasePart? Release,
        IReadOnlyList<PointPart> Points
    );

    private sealed record Closed(DateTimeOffset At, long Number, byte[] Sha256, byte[]? Previous, string KeyId, ReleasePart? Release);

    public static void MapRecords(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/decoction/records/{prescriptionId:guid}", ReadAsync)
            .RequireRole(Roles.Decoction, Roles.Pharmacist, Roles.Quality, Roles.Regulator, Roles.Operator)
            .Produces<RecordAnswer>()
            .WithName("ReadBatchRecord");

    /// <summary>Not found, not decocted and not the caller's to see answer alike: DEC-0520.</summary>
    private static async Task<IResult> ReadAsync(
        Guid prescriptionId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var state = await StateAsync(connection, snapshot, prescriptionId, caller, cancellationToken);
        var (version, closed) = await ClosedAsync(connection, snapshot, prescriptionId, cancellationToken);
        if (
            state is null
            || await RecordReader.ReadAsync(connection, snapshot, prescriptionId, version, time.GetUtcNow(), cancellationToken)
                is not var (content, curve)
        )
        {
            throw DecoctionFaults.RecordNotFound.Exception("prescriptionId");
        }

        var standing =
            closed is null ? "open"
            : closed.Release is not { } release ? "held"
            : release.Kind == "scrapped" ? "scrapped"
            : content.Deviations.Any(d => d.Holds && d.Decision is null) ? "held"
            : "released";
        return TypedResults.Ok(
            new RecordAnswer(
                content,
                state,
                standing,
                closed?.At,
                closed?.Number,
                closed is null ? null : Convert.ToHexStringLower(closed.Sha256),
                closed?.Previous is { } previous ? Convert.ToHexStringLower(previous) : null,
                closed?.KeyId,
                closed?.Release,
                [.. CurveThinning.Of(curve).Select(p => new PointPart(p.TakenAt, p.Centicelsius, p.PressurePascal))]
            )
        );
    }

    private static async Task<string?> StateAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction snapshot,
        Guid prescriptionId,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            $"select job.state from decoction.job job where job.prescription_id = @id and job.decoct and {Sight.Where}",
            connection,
            snapshot
        );
        command.Parameters.AddWithValue("id", prescriptionId);
        Sight.Of(caller).Guard(command);
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    private static async Task<(int Version, Closed? Closed)> ClosedAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction snapshot,
        Guid prescriptionId,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            """
            select r.version, r.made_at, r.number, r.sha256, r.previous_sha256, r.key_id, b.kind, b.released_at, b.released_name
            from decoction.batch_record r left join decoction.batch_release b using (prescription_id, version)
            where r.prescription_id = @id order by r.version desc limit 1
            """,
            connection,
            snapshot
        );
        command.Parameters.AddWithValue("id", prescriptionId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (
                reader.GetInt32(0),
                new Closed(
                    reader.GetFieldValue<DateTimeOffset>(1),
                    reader.GetInt64(2),
                    reader.GetFieldValue<byte[]>(3),
                    reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4),
                    reader.GetString(5),
                    reader.IsDBNull(6)
                        ? null
                        : new ReleasePart(reader.GetString(6), reader.GetFieldValue<DateTimeOffset>(7), reader.TextAt(8))
                )
            )
            : (0, null);
    }
}
