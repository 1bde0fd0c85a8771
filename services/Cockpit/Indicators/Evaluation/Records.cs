using System.Globalization;
using Npgsql;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Indicators.Language;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Cockpit.Indicators.Evaluation;

/// <summary>A record behind a number (下钻记录).</summary>
/// <param name="Code">of the institution, the practitioner, the region; of an event its place among the facts</param>
/// <param name="Sort">kind of the institution, category of the person, type of the event</param>
/// <param name="Detail">grade of the hospital, title of the person, what the event says</param>
/// <param name="Institution">where it belongs; empty of a region</param>
/// <param name="Value">what it adds to the number; of the least and the most, what it has</param>
public sealed record CountedRecord(
    string Code,
    string NameZh,
    string NameEn,
    string Region,
    string Sort,
    string Detail,
    string Institution,
    decimal Value
);

/// <param name="Of">institutions, practitioners, regions, events</param>
/// <param name="Value">the term's value: of a count the number of all records, of a sum the sum of what they add</param>
/// <param name="Next">null: no more</param>
public sealed record RecordPage(string Of, string TermZh, string TermEn, decimal? Value, IReadOnlyList<CountedRecord> Items, string? Next);

/// <summary>Opens a term down to what it counts, under the same condition that it was counted under.</summary>
public sealed class Records(NpgsqlDataSource database)
{
    public const int MostAtOnce = 500;
    private const int Chunk = 1000;

    public async Task<RecordPage> OfAsync(Term term, Place place, string? next, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using var value = new NpgsqlBatch(connection);
        TermSql.AddValue(value, term, place);
        var total = await value.ExecuteScalarAsync(cancellationToken) as decimal?;
        var (of, items) = term switch
        {
            Aggregate a => (a.Register, await RegisteredAsync(connection, a, place, next ?? "", limit + 1, cancellationToken)),
            EventCount e => ("events", await EventsAsync(connection, e, place, next, limit + 1, cancellationToken)),
            _ => ("regions", await CountiesAsync(connection, place, next ?? "", limit + 1, cancellationToken)),
        };
        var more = items.Count > limit;
        return new(of, Words.Zh(term), Words.En(term), total, more ? items[..limit] : items, more ? items[limit - 1].Code : null);
    }

    private static async Task<List<CountedRecord>> RegisteredAsync(
        NpgsqlConnection connection,
        Aggregate term,
        Place place,
        string after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        TermSql.AddRecords(batch, term, place, after, limit);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var items = new List<CountedRecord>();
        while (await reader.ReadAsync(cancellationToken))
        {
            items.Add(
                new(
                    reader.GetString(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetString(4),
                    reader.GetString(5),
                    reader.GetString(6),
                    reader.GetDecimal(7)
                )
            );
        }

        return items;
    }

    private static async Task<List<CountedRecord>> CountiesAsync(
        NpgsqlConnection connection,
        Place place,
        string after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        TermSql.AddCounties(batch, place, after, limit);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var items = new List<CountedRecord>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var code = reader.GetString(0);
            items.Add(new(code, reader.GetString(1), reader.GetString(2), code, "county", "", "", reader.GetInt32(3)));
        }

        return items;
    }

    /// <summary>The facts whose contribution to the counter is not nothing: the counter's own definition decides.</summary>
    private static async Task<List<CountedRecord>> EventsAsync(
        NpgsqlConnection connection,
        EventCount term,
        Place place,
        string? next,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var after = long.TryParse(next, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        var items = new List<CountedRecord>();
        for (var read = Chunk; read == Chunk && items.Count < limit; )
        {
            read = 0;
            await using var command = FactsAfter(connection, term, place, after);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                read++;
                after = reader.GetInt64(0);
                if (items.Count < limit && Counted(reader, term.Metric) is { } record)
                {
                    items.Add(record);
                }
            }
        }

        return items;
    }

    private static NpgsqlCommand FactsAfter(NpgsqlConnection connection, EventCount term, Place place, long after)
    {
        var first = TermSql.FirstDay(term, place.Day);
        return new NpgsqlCommand(
            """
            select f.id, f.type, coalesce(f.institution, f.centre, ''), coalesce(f.region, ''), f.occurred_at, f.detail, f.topic, f.amount, f.quantity,
                   f.items, f.flag, coalesce(i.name_zh, f.institution, f.centre, ''), coalesce(i.name_en, f.institution, f.centre, '')
            from cockpit.facts f left join cockpit.institutions i on i.code = coalesce(f.institution, f.centre)
            where f.type = any($1) and ($2 = '' or f.region collate "C" like $2 || '%') and f.occurred_at >= $3 and f.occurred_at < $4 and f.id > $5
            order by f.id limit $6
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = Vocabulary.TypesOf(term.Metric) },
                new() { Value = place.Prefix },
                new() { Value = first == DateOnly.MinValue ? DateTime.UnixEpoch : RegionTime.StartOf(first).UtcDateTime },
                new() { Value = place.End },
                new() { Value = after },
                new() { Value = Chunk },
            },
        };
    }

    /// <summary>Null when the fact adds nothing to the counter.</summary>
    private static CountedRecord? Counted(NpgsqlDataReader row, string metric)
    {
        var fact = new Fact
        {
            MessageId = Guid.Empty,
            AggregateId = Guid.Empty,
            Version = 1,
            Type = row.GetString(1),
            OccurredAt = row.GetFieldValue<DateTimeOffset>(4),
            Detail = row.TextAt(5),
            Topic = row.TextAt(6),
            Amount = row.GetInt64(7),
            Quantity = row.GetInt64(8),
            Items = row.GetInt32(9),
            Flag = row.GetBoolean(10),
        };
        var sink = new One(metric);
        Metrics.Count(fact, ref sink);
        return sink.Value == 0
            ? null
            : new(
                row.GetInt64(0).ToString(CultureInfo.InvariantCulture),
                row.GetString(11),
                row.GetString(12),
                row.GetString(3),
                fact.Type,
                fact.OccurredAt.ToOffset(RegionTime.Offset).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                row.GetString(2),
                sink.Value
            );
    }

    private struct One(string metric) : IMetricSink
    {
        public long Value { get; private set; }

        public void Add(string name, long value) => Value += name == metric ? value : 0;
    }
}
