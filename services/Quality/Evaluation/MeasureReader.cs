using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Quality.Facts;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Evaluation;

/// <summary>An institution that is evaluated, with what was counted of it.</summary>
internal sealed record Counted(Place Place, string Region, IReadOnlyDictionary<string, MeasuredCount> Measures);

/// <summary>Counts indicators from the platform's own records, as they are at this moment.</summary>
internal sealed class MeasureReader(NpgsqlDataSource database)
{
    private static readonly string[] Hospitals = ["hospital", "tcm-hospital", "community", "station", "clinic"];
    private static readonly string[] Centres = ["pharmacy", "decoction"];

    /// <summary>Every institution of the group in the region, and what was counted of it in the period; in the order of the codes.</summary>
    /// <param name="place">one alone; null: all</param>
    /// <param name="region">GB/T 2260; null: everywhere</param>
    public async Task<IReadOnlyList<Counted>> ReadAsync(
        string group,
        Period period,
        string? region,
        string? place,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var counted = new Dictionary<string, Dictionary<string, MeasuredCount>>();
        await FactsAsync(connection, snapshot, group, period, place, counted, cancellationToken);
        foreach (var sql in MeasureTable.Others(group))
        {
            await using var command = new NpgsqlCommand(
                $"select * from ({sql}) as m (place, code, numerator, denominator) where place is not null and (@place::text is null or place = @place)",
                connection,
                snapshot
            );
            Bind(command, period, place);
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
            {
                Add(counted, row.GetString(0), new MeasuredCount(row.GetString(1), row.GetInt64(2), row.GetInt64(3)));
            }
        }

        return await NamedAsync(connection, snapshot, group, region, place, counted, cancellationToken);
    }

    private static async Task FactsAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction snapshot,
        string group,
        Period period,
        string? place,
        Dictionary<string, Dictionary<string, MeasuredCount>> counted,
        CancellationToken cancellationToken
    )
    {
        var measures = MeasureTable.Facts.Where(m => m.Key.Group == group).ToList();
        var sums = measures.Select(m =>
            $"coalesce(sum(case when {m.Value.Denominator} > 0 then {m.Value.Numerator} end), 0)::bigint, sum({m.Value.Denominator})::bigint"
        );
        await using var command = new NpgsqlCommand(
            $"""
            select {MeasureTable.PlaceOf(group)}, {string.Join(", ", sums)}
            from quality.fact f left join quality.fact_traced t using (prescription_id)
            where f.day >= @from and f.day < @to and f.ended is distinct from 'superseded' and {MeasureTable.PlaceOf(group)} is not null
              and (@place::text is null or {MeasureTable.PlaceOf(group)} = @place)
            group by 1
            """,
            connection,
            snapshot
        );
        Bind(command, period, place);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            for (var i = 0; i < measures.Count; i++)
            {
                Add(counted, row.GetString(0), new MeasuredCount(measures[i].Key.Code, row.GetInt64(1 + 2 * i), row.GetInt64(2 + 2 * i)));
            }
        }
    }

    private static async Task<IReadOnlyList<Counted>> NamedAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction snapshot,
        string group,
        string? region,
        string? place,
        Dictionary<string, Dictionary<string, MeasuredCount>> counted,
        CancellationToken cancellationToken
    )
    {
        // Who is registered without a record is shown as such. Who has records but is not told by the register yet goes by its code.
        await using var command = new NpgsqlCommand(
            """
            select code, i.name_zh, i.name_en, coalesce(i.region_code, substr(code, 3, 6))
            from (select code from quality.institution where kind = any(@kinds)
                  union select unnest(@counted::text[])) as all_of (code)
            left join quality.institution i using (code)
            where (i.kind is null or i.kind = any(@kinds)) and (@place::text is null or code = @place)
              and (@prefix::text is null or starts_with(coalesce(i.region_code, substr(code, 3, 6)), @prefix))
            order by code collate "C"
            """,
            connection,
            snapshot
        );
        command.Parameters.AddWithValue("kinds", group == EvaluationBook.Centre ? Centres : Hospitals);
        // A survey of satisfaction counts by both sides; only places with prescriptions or staff of their own are evaluated.
        command.Parameters.AddWithValue("counted", counted.Keys.ToArray());
        command.Parameters.AddWithValue("place", (object?)place ?? DBNull.Value);
        command.Parameters.AddWithValue("prefix", region is null ? DBNull.Value : RegionCode.SubtreePrefix(region));
        var all = new List<Counted>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var code = row.GetString(0);
            all.Add(
                new Counted(
                    Place.Of(code, row.TextAt(1), row.TextAt(2)),
                    row.GetString(3),
                    counted.GetValueOrDefault(code) ?? new Dictionary<string, MeasuredCount>()
                )
            );
        }

        return all;
    }

    internal static void Bind(NpgsqlCommand command, Period period, string? place)
    {
        command.Parameters.AddWithValue("from", period.From);
        command.Parameters.AddWithValue("to", period.To);
        command.Parameters.AddWithValue("from_instant", RegionTime.StartOf(period.From).ToUniversalTime());
        command.Parameters.AddWithValue("to_instant", RegionTime.StartOf(period.To).ToUniversalTime());
        command.Parameters.AddWithValue("place", (object?)place ?? DBNull.Value);
    }

    private static void Add(Dictionary<string, Dictionary<string, MeasuredCount>> counted, string place, MeasuredCount measure)
    {
        if (!counted.TryGetValue(place, out var own))
        {
            counted[place] = own = [];
        }

        own[measure.Code] = measure;
    }
}
