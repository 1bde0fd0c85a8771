using Npgsql;
using NpgsqlTypes;

namespace TcmBrain.Decoction.Telemetry;

/// <summary>
/// Packs what has landed into chunks, vessel by vessel, whole chunks at a time; what has rested long is packed even when it is less. A
/// crash leaves a reading either landed or packed, never both and never neither.
/// </summary>
internal sealed partial class Sealing(NpgsqlDataSource database, TimeProvider time, ILogger<Sealing> logger) : BackgroundService
{
    public const int ChunkReadings = 256;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                LogPutOff(e.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>How many readings were packed.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var restedBefore = time.GetUtcNow() - Rest;
        var packed = 0;
        foreach (var vessel in await RipeAsync(restedBefore, cancellationToken))
        {
            packed += await PackAsync(vessel, restedBefore, cancellationToken);
        }

        return packed;
    }

    private async Task<List<int>> RipeAsync(DateTimeOffset restedBefore, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select vessel_id from decoction.reading group by vessel_id having count(*) >= $1 or max(taken_at) < $2"
        );
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ChunkReadings });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = restedBefore });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var vessels = new List<int>();
        while (await reader.ReadAsync(cancellationToken))
        {
            vessels.Add(reader.GetInt32(0));
        }

        return vessels;
    }

    private async Task<int> PackAsync(int vessel, DateTimeOffset restedBefore, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var exclusive = new NpgsqlCommand("select pg_advisory_xact_lock($1, $2)", connection, transaction))
        {
            exclusive.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ReadingStore.LockClass });
            exclusive.Parameters.Add(new NpgsqlParameter<int> { TypedValue = vessel });
            await exclusive.ExecuteNonQueryAsync(cancellationToken);
        }

        var points = await LandedAsync(connection, transaction, vessel, cancellationToken);
        var ripe = points.Count > 0 && points[^1].TakenAt < restedBefore ? points.Count : points.Count / ChunkReadings * ChunkReadings;
        if (ripe == 0)
        {
            return 0;
        }

        var chunks = points.Take(ripe).Chunk(ChunkReadings).ToArray();
        await using var insert = new NpgsqlCommand(
            """
            insert into decoction.reading_chunk (vessel_id, count, first_at, last_at, data)
            select $1, c.* from unnest($2, $3, $4, $5) c
            """,
            connection,
            transaction
        );
        insert.Parameters.Add(new NpgsqlParameter<int> { TypedValue = vessel });
        insert.Parameters.Add(Column(NpgsqlDbType.Integer, chunks.Select(c => c.Length)));
        insert.Parameters.Add(Column(NpgsqlDbType.TimestampTz, chunks.Select(c => c[0].TakenAt)));
        insert.Parameters.Add(Column(NpgsqlDbType.TimestampTz, chunks.Select(c => c[^1].TakenAt)));
        insert.Parameters.Add(Column(NpgsqlDbType.Bytea, chunks.Select(c => CurveCodec.Encode(c))));
        await insert.ExecuteNonQueryAsync(cancellationToken);
        await using var delete = new NpgsqlCommand(
            "delete from decoction.reading where vessel_id = $1 and taken_at <= $2",
            connection,
            transaction
        );
        delete.Parameters.Add(new NpgsqlParameter<int> { TypedValue = vessel });
        delete.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = chunks[^1][^1].TakenAt });
        await delete.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ripe;
    }

    private static async Task<List<CurvePoint>> LandedAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        int vessel,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            "select taken_at, centicelsius, pressure_pascal from decoction.reading where vessel_id = $1 order by taken_at",
            connection,
            transaction
        );
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = vessel });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var points = new List<CurvePoint>();
        while (await reader.ReadAsync(cancellationToken))
        {
            points.Add(new CurvePoint(reader.GetFieldValue<DateTimeOffset>(0), reader.GetInt32(1), reader.GetInt32(2)));
        }

        return points;
    }

    private static NpgsqlParameter Column<T>(NpgsqlDbType type, IEnumerable<T> values) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Readings are packed later: {Reason}")]
    private partial void LogPutOff(string reason);
}
