using Npgsql;
using NpgsqlTypes;

namespace TcmBrain.Decoction.Telemetry;

/// <summary>
/// Readings at rest. They land row by row, where two tellings of one vessel's moment meet and the first stays; <see cref="Sealing"/> packs
/// them into chunks. Storing shares a lock on the vessel with other storing, and excludes sealing, so that a late repetition is always found,
/// in the landing or in a chunk.
/// </summary>
internal sealed class ReadingStore(NpgsqlDataSource database)
{
    /// <summary>First half of the advisory lock; the second is the vessel.</summary>
    public const int LockClass = 70_10;

    /// <returns>How many were new.</returns>
    public async Task<int> StoreAsync(ReadingBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
        {
            return 0;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        int[] vessels = [.. batch.Readings.Select(r => r.VesselId).Distinct().Order()];
        var packedUntil = await LockAsync(connection, transaction, vessels, cancellationToken);
        var readings = batch.Readings;
        if (readings.Any(r => packedUntil.TryGetValue(r.VesselId, out var until) && r.TakenAt <= until))
        {
            readings = await NotPackedAsync(connection, transaction, readings, packedUntil, cancellationToken);
        }

        // One command with column arrays: as fast as COPY for these narrow rows, and unlike COPY it passes over duplicates. Sorted, so
        // that two controllers sending the same never wait for each other.
        await using var insert = new NpgsqlCommand(
            """
            insert into decoction.reading (vessel_id, taken_at, centicelsius, pressure_pascal)
            select * from unnest($1, $2, $3, $4) order by 1, 2 on conflict do nothing
            """,
            connection,
            transaction
        );
        insert.Parameters.Add(Column(NpgsqlDbType.Integer, readings.Select(r => r.VesselId)));
        insert.Parameters.Add(Column(NpgsqlDbType.TimestampTz, readings.Select(r => r.TakenAt)));
        insert.Parameters.Add(Column(NpgsqlDbType.Integer, readings.Select(r => r.Centicelsius)));
        insert.Parameters.Add(Column(NpgsqlDbType.Integer, readings.Select(r => r.PressurePascal)));
        var stored = await insert.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return stored;
    }

    /// <summary>The centre's vessels by name.</summary>
    public async Task<Dictionary<string, MeasuredVessel>> VesselsAsync(string centreCode, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select v.name, v.vessel_id, v.controller, array_agg(c.calibrated_at), array_agg(c.valid_until)
            from decoction.vessel v left join decoction.calibration c using (vessel_id)
            where v.centre_code = $1 group by v.vessel_id
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = centreCode });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var vessels = new Dictionary<string, MeasuredVessel>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            var from = await reader.GetFieldValueAsync<DateTime?[]>(3, cancellationToken);
            var until = await reader.GetFieldValueAsync<DateTime?[]>(4, cancellationToken);
            vessels.Add(
                reader.GetString(0),
                new MeasuredVessel(
                    reader.GetInt32(1),
                    reader.GetString(0),
                    reader.IsDBNull(2) ? null : reader.GetString(2),
                    [.. from.Zip(until).Where(c => c.First is not null).Select(c => (Utc(c.First), Utc(c.Second)))]
                )
            );
        }

        return vessels;

        static DateTimeOffset Utc(DateTime? time) => new(DateTime.SpecifyKind(time!.Value, DateTimeKind.Utc));
    }

    /// <returns>Of each vessel that has chunks, the last moment in them.</returns>
    private static async Task<Dictionary<int, DateTimeOffset>> LockAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        int[] vessels,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand("select pg_advisory_xact_lock_shared($1, v) from unnest($2) v")
            {
                Parameters =
                {
                    new NpgsqlParameter<int> { TypedValue = LockClass },
                    new NpgsqlParameter<int[]> { TypedValue = vessels },
                },
            }
        );
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand(
                """
                select v, c.last_at from unnest($1) v cross join lateral (
                    select last_at from decoction.reading_chunk where vessel_id = v order by last_at desc limit 1) c
                """
            )
            {
                Parameters = { new NpgsqlParameter<int[]> { TypedValue = vessels } },
            }
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var until = new Dictionary<int, DateTimeOffset>();
        while (await reader.ReadAsync(cancellationToken))
        {
            until.Add(reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1));
        }

        return until;
    }

    /// <summary>Late readings that stand in a chunk already are left out.</summary>
    private static async Task<List<VesselReading>> NotPackedAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        IReadOnlyList<VesselReading> readings,
        Dictionary<int, DateTimeOffset> packedUntil,
        CancellationToken cancellationToken
    )
    {
        var kept = new List<VesselReading>(readings.Count);
        foreach (var vessel in readings.GroupBy(r => r.VesselId))
        {
            if (!packedUntil.TryGetValue(vessel.Key, out var until) || vessel.All(r => r.TakenAt > until))
            {
                kept.AddRange(vessel);
                continue;
            }

            var packed = new HashSet<DateTimeOffset>();
            await using var command = new NpgsqlCommand(
                "select data from decoction.reading_chunk where vessel_id = $1 and last_at >= $2 and first_at <= $3",
                connection,
                transaction
            );
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = vessel.Key });
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = vessel.Min(r => r.TakenAt) });
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = vessel.Max(r => r.TakenAt) });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                packed.UnionWith(CurveCodec.Decode(reader.GetFieldValue<byte[]>(0)).Select(p => p.TakenAt));
            }

            kept.AddRange(vessel.Where(r => !packed.Contains(r.TakenAt)));
        }

        return kept;
    }

    private static NpgsqlParameter Column<T>(NpgsqlDbType type, IEnumerable<T> values) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
}
