using Npgsql;
using NpgsqlTypes;

namespace TcmBrain.Decoction.Telemetry;

/// <summary>One measurement, checked and with its vessel found.</summary>
internal readonly record struct VesselReading(int VesselId, DateTimeOffset TakenAt, int Centicelsius, int PressurePascal);

/// <summary>Readings that are stored together.</summary>
internal sealed class ReadingBatch(int capacity)
{
    private readonly List<VesselReading> readings = new(capacity);

    public int Count => readings.Count;

    public void Add(VesselReading reading) => readings.Add(reading);

    public void Clear() => readings.Clear();

    public IReadOnlyList<VesselReading> Readings => readings;
}

internal sealed class ReadingStore(NpgsqlDataSource database)
{
    /// <summary>
    /// Stores what is not there yet; of two readings of one vessel at one moment the first stays. One command with column arrays: as
    /// fast as COPY for these narrow rows, and unlike COPY it can pass over duplicates without a staging table. Sorted, so that two
    /// controllers sending the same never wait for each other.
    /// </summary>
    /// <returns>How many were new.</returns>
    public async Task<int> StoreAsync(ReadingBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
        {
            return 0;
        }

        await using var command = database.CreateCommand(
            """
            insert into decoction.reading (vessel_id, taken_at, centicelsius, pressure_pascal)
            select * from unnest($1, $2, $3, $4) order by 1, 2 on conflict do nothing
            """
        );
        var readings = batch.Readings;
        command.Parameters.Add(Column(NpgsqlDbType.Integer, readings.Select(r => r.VesselId)));
        command.Parameters.Add(Column(NpgsqlDbType.TimestampTz, readings.Select(r => r.TakenAt)));
        command.Parameters.Add(Column(NpgsqlDbType.Integer, readings.Select(r => r.Centicelsius)));
        command.Parameters.Add(Column(NpgsqlDbType.Integer, readings.Select(r => r.PressurePascal)));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<Dictionary<string, int>> VesselsAsync(string centreCode, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select name, vessel_id from decoction.vessel where centre_code = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = centreCode });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var vessels = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            vessels.Add(reader.GetString(0), reader.GetInt32(1));
        }

        return vessels;
    }

    private static NpgsqlParameter Column<T>(NpgsqlDbType type, IEnumerable<T> values) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
}
