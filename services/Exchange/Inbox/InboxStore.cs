using Npgsql;
using NpgsqlTypes;

namespace TcmBrain.Exchange.Inbox;

/// <summary>The inbox's SQL.</summary>
internal static class InboxStore
{
    /// <summary>
    /// Remembers the messages and returns those that were not known. A message that another transaction is just taking in is
    /// waited for. Ids are sorted, so that two replicas never wait for each other.
    /// </summary>
    public static async Task<HashSet<Guid>> RememberAsync(
        Work work,
        string consumer,
        IEnumerable<Guid> messageIds,
        CancellationToken cancellationToken
    )
    {
        const string sql = """
            insert into exchange.inbox (consumer, message_id)
            select $1, id from unnest($2) as id order by id
            on conflict do nothing
            returning message_id
            """;
        var ids = messageIds.Distinct().ToArray();
        await using var command = new NpgsqlCommand(sql, work.Connection, work.Transaction)
        {
            Parameters =
            {
                new() { Value = consumer },
                new() { Value = ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var fresh = new HashSet<Guid>(ids.Length);
        while (await reader.ReadAsync(cancellationToken))
        {
            fresh.Add(reader.GetGuid(0));
        }

        return fresh;
    }
}
