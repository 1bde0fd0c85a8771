using TcmBrain.Exchange.TestHost;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Support;

/// <summary>A publisher's and a listener's database and a broker of a test's own: institutions tells, cockpit listens.</summary>
internal sealed record Stage(string Institutions, string Cockpit, string Broker)
{
    public static async Task<Stage> SetAsync(Servers servers)
    {
        var broker = servers.BrokerAsync();
        var institutions = servers.DatabaseAsync("institutions");
        var cockpit = await servers.DatabaseAsync("cockpit");
        await Effects.CreateAsync(cockpit);
        return new Stage(await institutions, cockpit, await broker);
    }

    public Task<Node> PublisherAsync(Action<ExchangeBuilder>? exchange = null) =>
        Node.StartAsync("institutions", Institutions, Broker, exchange ?? (_ => { }));

    /// <summary>Tells, but does not relay.</summary>
    public Node Teller() => Node.Build("institutions", Institutions, Broker, _ => { });

    public Task<Node> ListenerAsync(Action<ExchangeBuilder>? exchange = null) =>
        Node.StartAsync("cockpit", Cockpit, Broker, exchange ?? (x => x.FoldWith<EffectFold>()));

    /// <summary>A listener that acts as the script says and, in the same transaction, leaves its effect.</summary>
    public Task<Node> ListenerAsync(Script script, Action<ExchangeOptions>? options = null) =>
        Node.StartAsync(
            "cockpit",
            Cockpit,
            Broker,
            x =>
                x.Handle<TcmBrain.Contracts.Events.InstitutionRegistered, ScriptedHandler>()
                    .FoldWith<EffectFold>()
                    .Configure(o =>
                    {
                        o.Redelivery = [TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100)];
                        options?.Invoke(o);
                    }),
            s => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton(s, script)
        );

    /// <summary>Waits until every one of so many events has had its effect, and checks that none had it twice and none is left.</summary>
    public async Task ShouldHaveTakenOnceAsync(long events, TimeSpan? within = null)
    {
        try
        {
            await Eventually.Be(
                async () => await Database.DistinctEffectsAsync(Cockpit) >= events,
                $"{events} events have had their effect",
                within ?? TimeSpan.FromSeconds(180)
            );
        }
        catch (TimeoutException e)
        {
            // Where they stand tells who holds them.
            throw new TimeoutException(
                $"{e.Message}: {await Database.DistinctEffectsAsync(Cockpit)} have, {await Database.PendingAsync(Institutions)} are still to be "
                    + $"relayed, {await Wire.WaitingAsync(Broker, "cockpit")} wait in the queue, "
                    + $"{await Wire.WaitingAsync(Broker, "cockpit_error")} were given up",
                e
            );
        }

        (await Database.EffectsAsync(Cockpit)).ShouldBe(events);
        await Eventually.Be(async () => await Database.PendingAsync(Institutions) == 0, "nothing is pending");
        var balance = await Database.BalanceAsync(Institutions, "cockpit", Cockpit);
        (balance.Told, balance.Taken, balance.Missing, balance.Unknown).ShouldBe((events, events, 0, 0));
    }
}
