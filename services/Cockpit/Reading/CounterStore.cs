using Dapper;
using Npgsql;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;

namespace TcmBrain.Cockpit.Reading;

/// <summary>Reads the numbers from PostgreSQL, where they are true.</summary>
internal sealed class CounterStore(NpgsqlDataSource database)
{
    /// <summary>By a range of the primary key of each table, all of one moment.</summary>
    public async Task<Numbers> ReadAsync(Scope scope, DateOnly day, CancellationToken cancellationToken)
    {
        const string sql = """
            select hour, metric, value, last_fact as LastFact from cockpit.counters
            where kind = @Kind::"char" and code = @Code and day = @day;
            select stage, value, last_fact as LastFact from cockpit.standing where kind = @Kind::"char" and code = @Code;
            select measure, count, sum, data, last_fact as LastFact from cockpit.sketches
            where kind = @Kind::"char" and code = @Code and day = @day;
            """;
        var asked = new
        {
            Kind = scope.Kind.ToString(),
            scope.Code,
            day,
        };
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var moment = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using var results = await connection.QueryMultipleAsync(
            new CommandDefinition(sql, asked, moment, cancellationToken: cancellationToken)
        );
        var counters = (await results.ReadAsync<(short Hour, string Metric, long Value, long LastFact)>()).AsList();
        var standing = (await results.ReadAsync<(short Stage, long Value, long LastFact)>()).AsList();
        var sketches = (await results.ReadAsync<(string Measure, long Count, long Sum, byte[] Data, long LastFact)>()).AsList();
        var turnRounds = new Dictionary<string, Sketch>();
        foreach (var s in sketches.Where(s => s.Count > 0))
        {
            Numbers.Join(turnRounds, s.Measure, Sketch.Decode(s.Count, s.Sum, s.Data));
        }

        // Also of what is nothing any more: that it is not is the last that happened to it.
        var asOf = counters
            .Select(c => c.LastFact)
            .Concat(standing.Select(s => s.LastFact))
            .Concat(sketches.Select(s => s.LastFact))
            .DefaultIfEmpty()
            .Max();
        return new(
            asOf,
            "postgres",
            counters.ConvertAll(c => new HourValue(c.Hour, c.Metric, c.Value)),
            standing.Where(s => s.Value != 0).ToDictionary(s => (Stage)s.Stage, s => s.Value),
            turnRounds
        );
    }

    /// <summary>What chosen hours hold, for the live view: index ranges of the primary keys.</summary>
    public static async Task<List<LiveRow>> ReadHoursAsync(
        Moment moment,
        IReadOnlyCollection<DirtyHour> hours,
        CancellationToken cancellationToken
    )
    {
        const string sql = """
            select c.kind::text, c.code, c.day, c.hour, c.metric, c.value, c.last_fact, null::bigint, null::bytea
            from unnest($1, $2, $3, $4) h (kind, code, day, hour)
            join cockpit.counters c on c.kind = h.kind::"char" and c.code = h.code and c.day = h.day and c.hour = h.hour
            union all
            select s.kind::text, s.code, s.day, s.hour, s.measure, s.count, s.last_fact, s.sum, s.data
            from unnest($1, $2, $3, $4) h (kind, code, day, hour)
            join cockpit.sketches s on s.kind = h.kind::"char" and s.code = h.code and s.day = h.day and s.hour = h.hour
            """;
        await using var command = moment.Command(sql);
        command.Parameters.AddWithValue(hours.Select(h => h.Scope.Kind.ToString()).ToArray());
        command.Parameters.AddWithValue(hours.Select(h => h.Scope.Code).ToArray());
        command.Parameters.AddWithValue(hours.Select(h => h.Day).ToArray());
        command.Parameters.AddWithValue(hours.Select(h => h.Hour).ToArray());
        return await RowsAsync(command, cancellationToken);
    }

    /// <summary>All that the days from one on hold.</summary>
    public static async Task<List<LiveRow>> ReadSinceAsync(Moment moment, DateOnly day, CancellationToken cancellationToken)
    {
        await using var command = moment.Command(
            """
            select kind::text, code, day, hour, metric, value, last_fact, null::bigint, null::bytea from cockpit.counters where day >= $1
            union all
            select kind::text, code, day, hour, measure, count, last_fact, sum, data from cockpit.sketches where day >= $1
            """
        );
        command.Parameters.AddWithValue(day);
        return await RowsAsync(command, cancellationToken);
    }

    /// <summary>Who stands where, in these scopes; in all when null.</summary>
    public static async Task<List<StandingRow>> ReadStandingAsync(
        Moment moment,
        IReadOnlyCollection<Scope>? scopes,
        CancellationToken cancellationToken
    )
    {
        const string some = """
            select s.kind::text, s.code, s.stage, s.value, s.last_fact from unnest($1, $2) h (kind, code)
            join cockpit.standing s on s.kind = h.kind::"char" and s.code = h.code
            """;
        await using var command = moment.Command(
            scopes is null ? "select kind::text, code, stage, value, last_fact from cockpit.standing order by kind, code" : some
        );
        if (scopes is not null)
        {
            command.Parameters.AddWithValue(scopes.Select(s => s.Kind.ToString()).ToArray());
            command.Parameters.AddWithValue(scopes.Select(s => s.Code).ToArray());
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<StandingRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(
                new(new(reader.GetString(0)[0], reader.GetString(1)), (Stage)reader.GetInt16(2), reader.GetInt64(3), reader.GetInt64(4))
            );
        }

        return rows;
    }

    private static async Task<List<LiveRow>> RowsAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<LiveRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (hour, name, value) = (reader.GetInt16(3), reader.GetString(4), reader.GetInt64(5));
            var isSketch = !reader.IsDBNull(8);
            rows.Add(
                new(
                    new(reader.GetString(0)[0], reader.GetString(1)),
                    reader.GetFieldValue<DateOnly>(2),
                    isSketch ? LiveStore.SketchField(hour, name) : LiveStore.Field(hour, name),
                    isSketch ? Sketch.Pack(value, reader.GetInt64(7), reader.GetFieldValue<byte[]>(8)) : value,
                    reader.GetInt64(6)
                )
            );
        }

        return rows;
    }
}
