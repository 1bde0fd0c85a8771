using Npgsql;
using NpgsqlTypes;

namespace TcmBrain.Cockpit.Folding;

/// <summary>Writes facts, and reads them whole: all that a recomputation needs.</summary>
internal static class FactStore
{
    private const string Written = """
        message_id, type, aggregate_id, version, revision, institution, region, centre, occurred_at, reference, detail, topic,
        amount, quantity, items, flag, pieces, weights, due, district, alarm
        """;

    private static readonly string[] Needed =
    [
        "id",
        "message_id",
        "type",
        "aggregate_id",
        "version",
        "revision",
        "institution",
        "region",
        "centre",
        "occurred_at",
        "detail",
        "topic",
        "amount",
        "quantity",
        "items",
        "flag",
        "pieces",
        "weights",
        "due",
        "district",
    ];

    /// <summary>The columns that an event's reading gives, for statements that take them from another table.</summary>
    public static string ColumnList => Written;

    /// <summary>Writes facts under the ids from <paramref name="before"/> + 1 on.</summary>
    /// <param name="touched">see cockpit.facts.touched; stands with the last of them</param>
    public static async Task AppendAsync(
        NpgsqlConnection connection,
        long before,
        IReadOnlyList<Fact> facts,
        string[]? touched,
        CancellationToken cancellationToken
    )
    {
        const string sql = $"copy cockpit.facts (id, {Written}, touched) from stdin (format binary)";
        await using var copy = await connection.BeginBinaryImportAsync(sql, cancellationToken);
        for (var i = 0; i < facts.Count; i++)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(before + i + 1, NpgsqlDbType.Bigint, cancellationToken);
            await WriteAsync(copy, facts[i], cancellationToken);
            await ArrayAsync(copy, i == facts.Count - 1 ? touched : null, NpgsqlDbType.Text, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    /// <summary>Writes <see cref="ColumnList"/> of one fact into a binary copy.</summary>
    public static async Task WriteAsync(NpgsqlBinaryImporter copy, Fact fact, CancellationToken cancellationToken)
    {
        await copy.WriteAsync(fact.MessageId, NpgsqlDbType.Uuid, cancellationToken);
        await copy.WriteAsync(fact.Type, NpgsqlDbType.Text, cancellationToken);
        await copy.WriteAsync(fact.AggregateId, NpgsqlDbType.Uuid, cancellationToken);
        await copy.WriteAsync(fact.Version, NpgsqlDbType.Integer, cancellationToken);
        await copy.WriteAsync(fact.Revision, NpgsqlDbType.Integer, cancellationToken);
        await TextAsync(copy, fact.Institution, cancellationToken);
        await TextAsync(copy, fact.Region, cancellationToken);
        await TextAsync(copy, fact.Centre, cancellationToken);
        await copy.WriteAsync(fact.OccurredAt.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
        await TextAsync(copy, fact.Reference, cancellationToken);
        await TextAsync(copy, fact.Detail, cancellationToken);
        await TextAsync(copy, fact.Topic, cancellationToken);
        await copy.WriteAsync(fact.Amount, NpgsqlDbType.Bigint, cancellationToken);
        await copy.WriteAsync(fact.Quantity, NpgsqlDbType.Bigint, cancellationToken);
        await copy.WriteAsync(fact.Items, NpgsqlDbType.Integer, cancellationToken);
        await copy.WriteAsync(fact.Flag, NpgsqlDbType.Boolean, cancellationToken);
        await ArrayAsync(copy, fact.Pieces, NpgsqlDbType.Text, cancellationToken);
        await ArrayAsync(copy, fact.Weights, NpgsqlDbType.Bigint, cancellationToken);
        if (fact.Due is { } due)
        {
            await copy.WriteAsync(due.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
        }
        else
        {
            await copy.WriteNullAsync(cancellationToken);
        }

        await TextAsync(copy, fact.District, cancellationToken);
        await copy.WriteAsync(fact.Alarm, NpgsqlDbType.Smallint, cancellationToken);
    }

    /// <summary>All facts after a position and up to another, in their order, without what no number is made of.</summary>
    public static async IAsyncEnumerable<(long Id, Fact Fact)> ReadAsync(
        NpgsqlConnection connection,
        long after,
        long upTo,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var sql = $"select {Columns("f")} from cockpit.facts f where id > $1 and id <= $2 order by id";
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(after);
        command.Parameters.AddWithValue(upTo);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var words = new WordPool();
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return (reader.GetInt64(0), Read(reader, words.Get));
        }
    }

    /// <summary>What <see cref="Read"/> reads, from the first column on.</summary>
    public static string Columns(string table) => string.Join(", ", Needed.Select(c => $"{table}.{c}"));

    public static int ColumnCount => Needed.Length;

    /// <param name="word">gives the string to keep for one that was read</param>
    public static Fact Read(NpgsqlDataReader reader, Func<string, string> word)
    {
        var type = word(reader.GetString(2));
        return new Fact
        {
            MessageId = reader.GetGuid(1),
            Type = type,
            AggregateId = reader.GetGuid(3),
            Version = reader.GetInt32(4),
            Revision = reader.GetInt32(5),
            Institution = Text(6),
            Region = Text(7),
            Centre = Text(8),
            OccurredAt = reader.GetFieldValue<DateTimeOffset>(9),
            Detail = Text(10),
            Topic = Text(11),
            Amount = reader.GetInt64(12),
            Quantity = reader.GetInt64(13),
            Items = reader.GetInt32(14),
            Flag = reader.GetBoolean(15),
            Pieces = reader.IsDBNull(16) ? null : Array.ConvertAll(reader.GetFieldValue<string[]>(16), w => word(w)),
            Weights = reader.IsDBNull(17) ? null : reader.GetFieldValue<long[]>(17),
            Due = reader.IsDBNull(18) ? null : reader.GetFieldValue<DateTimeOffset>(18),
            District = Text(19),
            // By type, so that what has become an alarm since counts as one.
            Alarm = Alarms.Of(type),
        };

        string? Text(int column) => reader.IsDBNull(column) ? null : word(reader.GetString(column));
    }

    private static Task TextAsync(NpgsqlBinaryImporter copy, string? value, CancellationToken cancellationToken) =>
        value is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(value, NpgsqlDbType.Text, cancellationToken);

    private static Task ArrayAsync<T>(NpgsqlBinaryImporter copy, T[]? value, NpgsqlDbType type, CancellationToken cancellationToken) =>
        value is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(value, NpgsqlDbType.Array | type, cancellationToken);

    /// <summary>One string for each word that is met again and again, so that a recomputation keeps codes and names once.</summary>
    private sealed class WordPool
    {
        private const int Most = 100_000;
        private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);

        public string Get(string word)
        {
            if (_words.TryGetValue(word, out var known))
            {
                return known;
            }

            if (_words.Count < Most)
            {
                _words.Add(word, word);
            }

            return word;
        }
    }
}
