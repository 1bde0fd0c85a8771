using Npgsql;

namespace TcmBrain.Cockpit.Live;

/// <summary>Reads facts in the order of their ids.</summary>
internal static class FactReader
{
    private const string Columns = """
        id, type, aggregate_id, occurred_at, institution, region, centre, reference, detail, topic, amount, quantity, items, flag, alarm,
        array_to_string(touched, ' '), pieces, weights
        """;

    /// <summary>The first <paramref name="limit"/> facts after a position, rising. By the primary key.</summary>
    public static Task<List<TickerEvent>> AfterAsync(
        NpgsqlConnection connection,
        long after,
        int limit,
        CancellationToken cancellationToken
    ) => ReadAsync(connection, $"select {Columns} from cockpit.facts where id > $1 order by id limit $2", after, limit, cancellationToken);

    /// <summary>The last <paramref name="limit"/> facts before a position, falling. By the primary key.</summary>
    public static Task<List<TickerEvent>> BeforeAsync(
        NpgsqlConnection connection,
        long before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            connection,
            $"select {Columns} from cockpit.facts where id < $1 order by id desc limit $2",
            before,
            limit,
            cancellationToken
        );

    /// <summary>The last alarms before a position, falling. By the index of alarms.</summary>
    public static Task<List<TickerEvent>> AlarmsBeforeAsync(
        NpgsqlConnection connection,
        long before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            connection,
            $"select {Columns} from cockpit.facts where alarm > 0 and id < $1 order by id desc limit $2",
            before,
            limit,
            cancellationToken
        );

    private static async Task<List<TickerEvent>> ReadAsync(
        NpgsqlConnection connection,
        string sql,
        long position,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                new() { Value = position },
                new() { Value = limit },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<TickerEvent>();
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(Event(reader));
        }

        return events;
    }

    private static TickerEvent Event(NpgsqlDataReader row) =>
        new()
        {
            Id = row.GetInt64(0),
            Type = Words.Same(row.GetString(1)),
            AggregateId = row.GetGuid(2),
            OccurredAt = new DateTimeOffset(row.GetDateTime(3), TimeSpan.Zero),
            Institution = Word(row, 4),
            Region = Word(row, 5),
            Centre = Word(row, 6),
            Reference = Of<string>(row, 7),
            Detail = Word(row, 8),
            Topic = Word(row, 9),
            Amount = row.GetInt64(10),
            Quantity = row.GetInt64(11),
            Items = row.GetInt32(12),
            Flag = row.GetBoolean(13),
            Alarm = row.GetInt16(14),
            Touched = Of<string>(row, 15),
            Pieces = Of<string[]>(row, 16) is { } pieces ? Array.ConvertAll(pieces, Words.Same) : null,
            Weights = Of<long[]>(row, 17),
        };

    private static string? Word(NpgsqlDataReader row, int column) => Of<string>(row, column) is { } word ? Words.Same(word) : null;

    private static T? Of<T>(NpgsqlDataReader row, int column)
        where T : class => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);
}
