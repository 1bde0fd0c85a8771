using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.Faults;

/// <summary>The hospital's connection breaks, and messages come twice and in any order.</summary>
public sealed class ConnectionFaultTests(Servers servers)
{
    /// <summary>From the first byte of the connection over the handshake, the headers and the middle of messages to the last answer.</summary>
    [Fact]
    public async Task A_connection_may_break_at_every_point_of_a_stream()
    {
        await using var stand = await FaultStand.StartAsync(servers, await servers.DatabaseAsync("prescriptions"));
        await using var proxy = new TcpProxy("127.0.0.1", stand.Service.Grpc.Port);
        var address = new UriBuilder("http", "127.0.0.1", proxy.Port).Uri;
        var pushed = new List<Prescription>();
        var replies = new List<PushReply>();
        // Ten prescriptions are more than four thousand bytes there, and fourteen hundred back.
        long[] sent = [1, 24, 60, 180, 420, 700, 1_100, 1_600, 2_300, 3_000, 3_700];
        long[] received = [1, 30, 60, 100, 160, 240, 330, 450, 700, 1_000, 1_300];
        foreach (
            var plan in sent.Select(n => new ProxyPlan { CutAfterSent = n })
                .Concat(received.Select(n => new ProxyPlan { CutAfterReceived = n }))
        )
        {
            var plans = new Queue<ProxyPlan>([plan]);
            proxy.Plan = () => plans.TryDequeue(out var first) ? first : new ProxyPlan();
            var ten = Enumerable.Range(0, 10).Select(_ => PrescriptionsFixture.Clean()).ToList();
            replies.AddRange(await FaultStand.PushAllAsync(() => address, ten));
            pushed.AddRange(ten);
        }

        proxy.Cuts.ShouldBe(sent.Length + received.Length, "every break happened");
        await stand.AddsUpAsync(pushed, replies);
    }

    [Fact]
    public async Task Messages_may_come_twice_in_any_order_and_over_several_streams_at_once()
    {
        await using var stand = await FaultStand.StartAsync(servers, await servers.DatabaseAsync("prescriptions"));
        var pushed = Enumerable.Range(0, 150).Select(_ => PrescriptionsFixture.Clean()).ToList();

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(async seed =>
                {
                    var mixed = pushed.Concat(pushed).ToArray();
                    new Random(seed).Shuffle(mixed);
                    return await FaultStand.PushAllAsync(() => stand.Service.Grpc, mixed);
                })
        );

        var byNumber = answers.SelectMany(a => a).ToLookup(r => r.HisNumber);
        byNumber.ShouldAllBe(replies => replies.Count() == 8 && replies.All(r => r.Equals(replies.First())));
        await stand.AddsUpAsync(pushed, [.. pushed.Select(p => byNumber[p.HisNumber].First())]);
    }
}
