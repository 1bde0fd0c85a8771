using Dapper;
using Npgsql;

namespace TcmBrain.Cockpit.Live;

/// <summary>Reads facts in the order of their ids.</summary>
internal static class FactReader
{
    private const string Columns = """
        id, type, aggregate_id as AggregateId, occurred_at as OccurredAt, institution, region, centre, reference, detail, topic,
        amount, quantity, items, flag, alarm, array_to_string(touched, ' ') as touched
        """;

    /// <summary>The first <paramref name="limit"/> facts after a position, rising. By the primary key.</summary>
    public static async Task<List<TickerEvent>> AfterAsync(
        NpgsqlConnection connection,
        long after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        (
            await connection.QueryAsync<Row>(
                new CommandDefinition(
                    $"select {Columns} from cockpit.facts where id > @after order by id limit @limit",
                    new { after, limit },
                    cancellationToken: cancellationToken
                )
            )
        )
            .Select(Event)
            .ToList();

    /// <summary>The last <paramref name="limit"/> facts before a position, falling. By the primary key.</summary>
    public static async Task<List<TickerEvent>> BeforeAsync(
        NpgsqlConnection connection,
        long before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        (
            await connection.QueryAsync<Row>(
                new CommandDefinition(
                    $"select {Columns} from cockpit.facts where id < @before order by id desc limit @limit",
                    new { before, limit },
                    cancellationToken: cancellationToken
                )
            )
        )
            .Select(Event)
            .ToList();

    /// <summary>The last alarms before a position, falling. By the index of alarms.</summary>
    public static async Task<List<TickerEvent>> AlarmsBeforeAsync(
        NpgsqlConnection connection,
        long before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        (
            await connection.QueryAsync<Row>(
                new CommandDefinition(
                    $"select {Columns} from cockpit.facts where alarm > 0 and id < @before order by id desc limit @limit",
                    new { before, limit },
                    cancellationToken: cancellationToken
                )
            )
        )
            .Select(Event)
            .ToList();

    private static TickerEvent Event(Row r) =>
        new()
        {
            Id = r.Id,
            Type = r.Type,
            AggregateId = r.AggregateId,
            OccurredAt = new DateTimeOffset(r.OccurredAt, TimeSpan.Zero),
            Institution = r.Institution,
            Region = r.Region,
            Centre = r.Centre,
            Reference = r.Reference,
            Detail = r.Detail,
            Topic = r.Topic,
            Amount = r.Amount,
            Quantity = r.Quantity,
            Items = r.Items,
            Flag = r.Flag,
            Alarm = r.Alarm,
            Touched = r.Touched,
        };

    private sealed record Row(
        long Id,
        string Type,
        Guid AggregateId,
        DateTime OccurredAt,
        string? Institution,
        string? Region,
        string? Centre,
        string? Reference,
        string? Detail,
        string? Topic,
        long Amount,
        long Quantity,
        int Items,
        bool Flag,
        short Alarm,
        string? Touched
    );
}
