using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using TcmBrain.Contracts;
using TcmBrain.Exchange.Broker;
using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Broker;

/// <summary>The table of who tells what and who listens, and what of it stands on the broker.</summary>
public sealed class TopologyTests(Servers servers)
{
    [Fact]
    public void Every_event_has_one_publisher_and_at_least_one_listener()
    {
        var events = typeof(Event).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Event)) && !t.IsAbstract).ToList();
        events.ShouldNotBeEmpty();
        foreach (var type in events)
        {
            Topology.Services.Count(s => s.Publishes.Contains(type)).ShouldBe(1, type.Name);
            Topology.ListenersOf(type).ShouldNotBeEmpty(type.Name);
            type.IsSealed.ShouldBeTrue($"{type.Name}: an event for which another could stand would reach the wrong exchange");
        }

        Topology
            .EventTypes.Order(Comparer<Type>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name)))
            .ShouldBe(events.OrderBy(t => t.Name, StringComparer.Ordinal));
        Topology.Services.ShouldAllBe(s => s.ListensTo.Distinct().Count() == s.ListensTo.Length);
    }

    [Fact]
    public async Task The_broker_holds_the_table_and_nothing_else_and_declaring_it_again_changes_nothing()
    {
        var broker = await servers.BrokerAsync();
        await Task.WhenAll(new BrokerTopology(broker).DeclareAsync(), new BrokerTopology(broker).DeclareAsync());

        var expected = Topology
            .EventTypes.SelectMany(type =>
            {
                var name = Topology.ExchangeName(type);
                return Topology.ListenersOf(type).Select(s => $"{name}.listeners>{s.Queue}").Append($"{name}>{name}.listeners");
            })
            .Concat(
                Topology
                    .Services.Where(s => s.ListensTo.Length > 0)
                    .SelectMany(s => new[] { $"{s.Queue}>{s.Queue}", $"{s.ErrorQueue}>{s.ErrorQueue}" })
            );
        var bindings = await ManagementAsync(broker, "bindings");
        bindings
            .Where(b => b.GetProperty("source").GetString() != "")
            .Select(b => $"{b.GetProperty("source").GetString()}>{b.GetProperty("destination").GetString()}")
            .Order(StringComparer.Ordinal)
            .ShouldBe(expected.Order(StringComparer.Ordinal));

        var queues = await ManagementAsync(broker, "queues");
        queues.Count.ShouldBe(2 * Topology.Services.Count(s => s.ListensTo.Length > 0));
        queues.ShouldAllBe(q =>
            q.GetProperty("durable").GetBoolean() && q.GetProperty("arguments").GetProperty("x-queue-type").GetString() == "quorum"
        );
    }

    [Fact]
    public async Task MassTransit_declares_queue_and_error_queue_as_Setup_does()
    {
        // On an empty broker everything is MassTransit's own declaration …
        var stage = await Stage.SetAsync(servers);
        await Wire.WithChannelAsync(
            stage.Broker,
            async channel =>
            {
                foreach (var queue in new[] { "cockpit", "cockpit_error" })
                {
                    await channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false);
                    await channel.ExchangeDeleteAsync(queue);
                }
            }
        );
        await using var listener = await stage.ListenerAsync(new Script((_, _, _) => throw new InvalidOperationException("no")));
        await Eventually.Be(async () => await DeclaredAsync(stage.Broker, "cockpit"), "the queue is declared");
        await Wire.SendAsync(stage.Broker, "cockpit", Samples.Registered(), Guid.CreateVersion7());
        await Eventually.Be(async () => await DeclaredAsync(stage.Broker, "cockpit_error"), "the error queue is declared");

        // … and Setup, which comes after it here, must find nothing to object to.
        await new BrokerTopology(stage.Broker).DeclareAsync();
        await Eventually.Be(async () => await Wire.WaitingAsync(stage.Broker, "cockpit_error") == 1, "the message is there");
    }

    private async Task<bool> DeclaredAsync(string broker, string queue) =>
        (await ManagementAsync(broker, "queues")).Any(q => q.GetProperty("name").GetString() == queue);

    private async Task<List<JsonElement>> ManagementAsync(string broker, string what)
    {
        var uri = new Uri(broker);
        var port = (await servers.RabbitAsync()).GetMappedPublicPort(15672);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{uri.Host}:{port}/api/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes(uri.UserInfo))
        );
        return (await http.GetFromJsonAsync<List<JsonElement>>($"{what}{uri.AbsolutePath}"))!;
    }
}
