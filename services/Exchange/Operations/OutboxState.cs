using Npgsql;

namespace TcmBrain.Exchange.Operations;

/// <summary>What a service's outbox still has to tell, and what it cannot.</summary>
/// <param name="Pending">Not yet confirmed by the broker.</param>
/// <param name="Dead">Given up: see <see cref="Reasons"/>.</param>
/// <param name="Reasons">Up to three different reasons.</param>
public sealed record OutboxState(long Pending, long Dead, IReadOnlyList<string> Reasons)
{
    /// <param name="upTo">Only what was told up to this id counts as pending.</param>
    public static async Task<OutboxState> ReadAsync(NpgsqlDataSource database, Guid upTo, CancellationToken cancellationToken = default)
    {
        const string sql = """
            select (select count(*) from exchange.outbox_pending where message_id <= $1),
                   (select count(*) from exchange.outbox_dead),
                   (select coalesce(array_agg(reason), '{}') from (select distinct reason from exchange.outbox_dead order by 1 limit 3) r)
            """;
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddWithValue(upTo);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new OutboxState(reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<string[]>(2));
    }
}
