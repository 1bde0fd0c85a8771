using Npgsql;
using Shouldly;
using TcmBrain.Contracts;
using TcmBrain.Exchange.Operations;

namespace TcmBrain.Testing;

/// <summary>
/// Nothing more comes of what was done before: every event is told and taken in by each of its listeners, however slow they are, and the
/// log is under a signed head.
/// </summary>
public static class Stillness
{
    private const string Unsigned = """
        select l.size - coalesce((select c.tree_size from traceability.checkpoint c order by c.sequence desc limit 1), 0) from traceability.log l
        """;

    /// <param name="databaseOf">of each service in the topology</param>
    public static async Task ComeAsync(Func<string, NpgsqlDataSource> databaseOf)
    {
        var databases = Topology.Services.ToDictionary(s => s.Name, s => databaseOf(s.Name));
        var audit = new DeliveryAudit(databases);
        await Eventually.Hold(
            async () =>
            {
                var before = await ToldAsync(databases);
                foreach (var (service, database) in databases)
                {
                    (await CountAsync(database, "select count(*) from exchange.outbox_pending")).ShouldBe(0, $"{service} has to tell");
                }

                // What a listener tells of an event commits with its taking in: were one on its way still, it would be missing here.
                foreach (var listener in Topology.Services.Where(s => s.ListensTo.Length > 0))
                {
                    var now = DateTimeOffset.UtcNow;
                    var balance = await audit.CompareAsync(listener, MessageIds.LastOf(now), now.AddDays(-1), CancellationToken.None);
                    balance.Missing.ShouldBe(0, $"{listener.Name} has to take in");
                }

                (await CountAsync(databases["traceability"], Unsigned)).ShouldBe(0, "the log's head has to be signed");
                (await ToldAsync(databases)).ShouldBe(before);
            },
            TimeSpan.FromMinutes(3)
        );
    }

    private static async Task<List<long>> ToldAsync(Dictionary<string, NpgsqlDataSource> databases)
    {
        var told = new List<long>();
        foreach (var database in databases.Values)
        {
            told.Add(await CountAsync(database, "select count(*) from exchange.outbox"));
        }

        return told;
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
