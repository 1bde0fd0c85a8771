using Npgsql;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Exchange.Outbox;

namespace TcmBrain.Cockpit.Tests;

/// <summary>Folds as the inbox does, without a broker.</summary>
internal static class Fold
{
    /// <param name="rollBackFirst">Folds once into a transaction that is then undone.</param>
    public static async Task TakeInAsync(NpgsqlDataSource database, IReadOnlyList<TakenEvent> events, bool rollBackFirst = false)
    {
        var options = new ExchangeOptions { Service = Topology.Of("cockpit"), Broker = "amqp://none" };
        var exchange = new EventExchange(database, options, new RelaySignal(), TimeProvider.System);
        if (rollBackFirst)
        {
            await using var undone = await exchange.BeginAsync();
            await new CockpitFold().FoldAsync(events, undone, CancellationToken.None);
        }

        await using var work = await exchange.BeginAsync();
        await new CockpitFold().FoldAsync(events, work, CancellationToken.None);
        await work.CommitAsync();
    }
}
