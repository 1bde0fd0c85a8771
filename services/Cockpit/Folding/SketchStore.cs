using Npgsql;
using NpgsqlTypes;

namespace TcmBrain.Cockpit.Folding;

/// <summary>Sketches as they stand in the database.</summary>
internal static class SketchStore
{
    /// <summary>What is to stand there when these are added: reads those rows, which nobody else writes while the position is held.</summary>
    public static async Task<List<KeyValuePair<SketchKey, Sketch>>> JoinAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        IReadOnlyDictionary<SketchKey, Sketch> added,
        CancellationToken cancellationToken
    )
    {
        var rows = added.OrderBy(s => s.Key).ToList();
        if (rows.Count == 0)
        {
            return rows;
        }

        const string sql = """
            select s.kind::text, s.code, s.day, s.hour, s.measure, s.count, s.sum, s.data
            from unnest($1, $2, $3, $4, $5) k (kind, code, day, hour, measure)
            join cockpit.sketches s on s.kind = k.kind::"char" and s.code = k.code and s.day = k.day and s.hour = k.hour and s.measure = k.measure
            """;
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var parameter in Keys([.. rows]))
        {
            command.Parameters.Add(parameter);
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (key, sketch) = Read(reader);
            added[key].Add(sketch);
        }

        return rows;
    }

    /// <summary>Reads a row of kind, code, day, hour, measure, count, sum and data.</summary>
    public static (SketchKey Key, Sketch Sketch) Read(NpgsqlDataReader reader) =>
        (
            new(
                new(reader.GetString(0)[0], reader.GetString(1)),
                reader.GetFieldValue<DateOnly>(2),
                reader.GetInt16(3),
                reader.GetString(4)
            ),
            Sketch.Decode(reader.GetInt64(5), reader.GetInt64(6), reader.GetFieldValue<byte[]>(7))
        );

    public static NpgsqlBatchCommand Put(IReadOnlyCollection<KeyValuePair<SketchKey, Sketch>> sketches)
    {
        KeyValuePair<SketchKey, Sketch>[] rows = [.. sketches];
        var command = new NpgsqlBatchCommand(
            """
            insert into cockpit.sketches (kind, code, day, hour, measure, count, sum, data, last_fact)
            select u.kind::"char", u.code, u.day, u.hour, u.measure, u.count, u.sum, u.data, p.last
            from unnest($1, $2, $3, $4, $5, $6, $7, $8) u (kind, code, day, hour, measure, count, sum, data), cockpit.position p
            on conflict (kind, code, day, hour, measure)
                do update set count = excluded.count, sum = excluded.sum, data = excluded.data, last_fact = excluded.last_fact
            """
        );
        foreach (var parameter in Keys(rows))
        {
            command.Parameters.Add(parameter);
        }

        command.Parameters.Add(Column(rows, NpgsqlDbType.Bigint, r => r.Value.Count));
        command.Parameters.Add(Column(rows, NpgsqlDbType.Bigint, r => r.Value.Sum));
        command.Parameters.Add(Column(rows, NpgsqlDbType.Bytea, r => r.Value.Encode()));
        return command;
    }

    private static IEnumerable<NpgsqlParameter> Keys(KeyValuePair<SketchKey, Sketch>[] rows) =>
        [
            Column(rows, NpgsqlDbType.Text, r => r.Key.Scope.Kind.ToString()),
            Column(rows, NpgsqlDbType.Text, r => r.Key.Scope.Code),
            Column(rows, NpgsqlDbType.Date, r => r.Key.Day),
            Column(rows, NpgsqlDbType.Smallint, r => r.Key.Hour),
            Column(rows, NpgsqlDbType.Text, r => r.Key.Measure),
        ];

    private static NpgsqlParameter Column<T>(
        KeyValuePair<SketchKey, Sketch>[] rows,
        NpgsqlDbType type,
        Func<KeyValuePair<SketchKey, Sketch>, T> column
    ) => new() { Value = Array.ConvertAll(rows, r => column(r)), NpgsqlDbType = NpgsqlDbType.Array | type };
}
