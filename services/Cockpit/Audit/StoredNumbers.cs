using Dapper;
using Npgsql;
using TcmBrain.Cockpit.Folding;

namespace TcmBrain.Cockpit.Audit;

/// <summary>The numbers as they stand in PostgreSQL, each table as a dictionary.</summary>
internal static class StoredNumbers
{
    public static async Task<Dictionary<CounterKey, long>> CountersAsync(NpgsqlConnection connection)
    {
        var rows = await connection.QueryAsync<(string Kind, string Code, DateTime Day, short Hour, string Metric, long Value)>(
            "select kind::text, code, day::timestamp, hour, metric, value from cockpit.counters",
            commandTimeout: 0
        );
        return rows.ToDictionary(r => new CounterKey(new(r.Kind[0], r.Code), DateOnly.FromDateTime(r.Day), r.Hour, r.Metric), r => r.Value);
    }

    public static async Task<Dictionary<(Scope Scope, Stage Stage), long>> StandingAsync(NpgsqlConnection connection)
    {
        var rows = await connection.QueryAsync<(string Kind, string Code, short Stage, long Value)>(
            "select kind::text, code, stage, value from cockpit.standing where value <> 0",
            commandTimeout: 0
        );
        return rows.ToDictionary(r => (new Scope(r.Kind[0], r.Code), (Stage)r.Stage), r => r.Value);
    }

    public static async Task<Dictionary<RankingKey, RankingValue>> RankingsAsync(NpgsqlConnection connection)
    {
        var rows = await connection.QueryAsync<(
            string List,
            DateTime Day,
            string Region,
            string Institution,
            string Topic,
            long Count,
            long Amount
        )>("select list, day::timestamp, region, institution, topic, count, amount from cockpit.rankings", commandTimeout: 0);
        return rows.ToDictionary(
            r => new RankingKey(r.List, DateOnly.FromDateTime(r.Day), r.Region, r.Institution, r.Topic),
            r => new RankingValue(r.Count, r.Amount)
        );
    }

    public static async Task<Dictionary<FlowKey, long>> FlowsAsync(NpgsqlConnection connection)
    {
        var rows = await connection.QueryAsync<(
            DateTime Day,
            string Region,
            string Institution,
            string Centre,
            string District,
            long Count
        )>("select day::timestamp, region, institution, centre, district, count from cockpit.flows where count <> 0", commandTimeout: 0);
        return rows.ToDictionary(
            r => new FlowKey(DateOnly.FromDateTime(r.Day), r.Region, r.Institution, r.Centre, r.District),
            r => r.Count
        );
    }

    public static async Task<Dictionary<SketchKey, Sketch>> SketchesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select kind::text, code, day, hour, measure, count, sum, data from cockpit.sketches",
            connection
        )
        {
            CommandTimeout = 0,
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sketches = new Dictionary<SketchKey, Sketch>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (key, sketch) = SketchStore.Read(reader);
            if (!sketch.IsEmpty)
            {
                sketches.Add(key, sketch);
            }
        }

        return sketches;
    }

    public static async Task<Dictionary<Guid, Journey>> JourneysAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {JourneyStore.Columns} from cockpit.journeys", connection)
        {
            CommandTimeout = 0,
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await JourneyStore.ReadAsync(reader, cancellationToken);
    }
}
