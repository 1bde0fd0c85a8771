using Npgsql;

namespace TcmBrain.Decoction.Telemetry;

/// <summary>A vessel's curve over an interval, from the landing and the chunks alike.</summary>
internal static class CurveStore
{
    // One statement, so one snapshot: a reading that is being packed is seen once. Served by reading_chunk_of_vessel and reading's key.
    private const string Sql = """
        select data, null::timestamptz, null::int, null::int from decoction.reading_chunk
        where vessel_id = $1 and last_at >= $2 and first_at <= $3
        union all
        select null, taken_at, centicelsius, pressure_pascal from decoction.reading
        where vessel_id = $1 and taken_at between $2 and $3
        """;

    /// <summary>In the order of time, both ends included.</summary>
    public static async Task<List<CurvePoint>> ReadAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        int vesselId,
        DateTimeOffset from,
        DateTimeOffset until,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(Sql, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = vesselId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = from });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = until });
        var points = new List<CurvePoint>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!reader.IsDBNull(0))
            {
                points.AddRange(CurveCodec.Decode(reader.GetFieldValue<byte[]>(0)).Where(p => p.TakenAt >= from && p.TakenAt <= until));
            }
            else
            {
                points.Add(new CurvePoint(reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt32(2), reader.GetInt32(3)));
            }
        }

        points.Sort((a, b) => a.TakenAt.CompareTo(b.TakenAt));
        return points;
    }
}
