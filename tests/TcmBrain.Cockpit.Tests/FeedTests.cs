using System.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using TcmBrain.Cockpit.Audit;
using TcmBrain.Cockpit.Live;
using TcmBrain.Cockpit.Streaming;
using TcmBrain.Contracts.Cockpit.V1;
using TcmBrain.Exchange.Inbox;
using TcmBrain.MachineServers;
using TcmBrain.Testing;

namespace TcmBrain.Cockpit.Tests;

/// <summary>Two instances behind the gateway: readers that are cut, and an instance that is killed.</summary>
public sealed class FeedTests(Servers servers)
{
    [Fact]
    public async Task Readers_go_on_at_the_other_instance_without_gap_or_double_when_one_is_killed()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        await using var other = await CockpitProcess.BesideAsync(host);
        await using var gateway = await GatewayAsync(host, other);
        var region = new Region(71);
        List<TakenEvent> events = [.. region.Institutions(), .. region.Shuffle(region.Day(250))];
        var own = events.Count(e => Fact(e).Region == "330782");
        var log = (await host.TailAsync()).Log;
        var telling = Task.Run(async () =>
        {
            var half = events.Count / 2;
            foreach (var batch in events.Take(half).Chunk(40))
            {
                await host.Publisher.TellAsync(batch);
            }

            await other.KillAsync();
            await host.Publisher.TellAsync(events.Skip(half));
        });

        var browsers = Enumerable.Range(0, 3).Select(n => BrowseAsync(gateway, CockpitHost.Operator(), events.Count, new Random(n)));
        var machines = Enumerable.Range(0, 2).Select(n => FollowAsync(gateway, log, CockpitHost.Operator(), events.Count, new Random(n)));
        var county = FollowAsync(gateway, log, CockpitHost.Regulator("330782"), own, new Random(9));
        var seen = await Task.WhenAll([.. browsers, .. machines]);
        await telling;
        seen.ShouldAllBe(ids => ids.SequenceEqual(Enumerable.Range(1, events.Count).Select(i => (long)i)));
        (await county).ShouldBeUnique();
        (await CounterAudit.RunAsync(host.ConnectionString)).Differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task Instances_agree_and_a_reader_who_was_further_is_not_begun_earlier()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        await using var other = await CockpitHost.StartAsync(servers, database: host.ConnectionString, broker: host.Broker);
        var region = new Region(72);
        await host.TellAsync([.. region.Institutions(), .. region.Day(60)]);
        var all = await host.CountAsync();
        foreach (var path in (string[])["summary", "rankings", "flows", "regions", "curve"])
        {
            await Eventually.Hold(async () =>
            {
                var (one, two) = (
                    await host.GetAsync(CockpitHost.Operator(), "/api/cockpit/" + path),
                    await other.GetAsync(CockpitHost.Operator(), "/api/cockpit/" + path)
                );
                two.GetRawText().ShouldBe(one.GetRawText());
                if (path == "summary")
                {
                    one.GetProperty("asOf").GetInt64().ShouldBe(all);
                }
            });
        }

        // One that cannot reach Redis says the same, and that it was read elsewhere.
        await using (
            var alone = await CockpitHost.StartAsync(servers, database: host.ConnectionString, broker: host.Broker, reachesRedis: false)
        )
        {
            await host.TellAsync(region.Prescription());
            all = await host.CountAsync();
            foreach (
                var path in (string[])["summary", "rankings", "flows", "summary?region=330106", "summary?institution=" + Region.Centre]
            )
            {
                await Eventually.Hold(async () =>
                {
                    var (one, two) = (
                        await host.GetAsync(CockpitHost.Operator(), "/api/cockpit/" + path),
                        await alone.GetAsync(CockpitHost.Operator(), "/api/cockpit/" + path)
                    );
                    two.GetRawText().Replace("\"postgres\"", "\"redis\"").ShouldBe(one.GetRawText());
                });
            }
        }

        // Of another numbering, although this one's goes as far.
        var events = await host.GetAsync(CockpitHost.Operator(), "/api/cockpit/events");
        var (resume, place) = (events.GetProperty("resume").GetString()!, events.GetProperty("position").GetInt64());
        resume.ShouldBe($"{place}.{other.Service.Services.GetRequiredService<FactTail>().Log}");
        await using (var foreign = await SseReader.OpenAsync(host.Service, CockpitHost.Operator(), lastEventId: "7.00000000"))
        {
            var anew = await foreign.UntilAsync(m => m.Name == "anew");
            anew.Id.ShouldBe(resume);
            (await foreign.UntilAsync(m => m.Name == "beat")).Id.ShouldBe(resume);
        }

        // As the page that read the events above comes back.
        await using (var again = await SseReader.OpenAsync(host.Service, CockpitHost.Operator(), "?after=" + resume))
        {
            (await again.NextAsync())!.Name.ShouldBe("beat");
        }

        // Of a numbering that goes further than this database's: it begins now and says so.
        await using (var farthest = await SseReader.OpenAsync(host.Service, CockpitHost.Operator(), lastEventId: $"{long.MaxValue}"))
        {
            await farthest.UntilAsync(m => m.Name == "anew");
        }

        await using var reader = await SseReader.OpenAsync(host.Service, CockpitHost.Operator(), lastEventId: (all + 1000).ToString());
        (await reader.UntilAsync(m => m.Name == "anew")).Json.GetProperty("position").GetInt64().ShouldBe(all);
        await host.TellAsync(region.Prescription(steps: 2));
        SseReader.Ids(await reader.UntilAsync(m => m.Name == "facts")).First().ShouldBe(all + 1);
        using var channel = GrpcChannel.ForAddress(other.Service.Grpc);
        using var call = Client(channel, CockpitHost.Operator(), "7.00000000");
        (await call.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
        call.ResponseStream.Current.ContentCase.ShouldBe(FeedMessage.ContentOneofCase.Renumbered);
    }

    [Fact]
    public async Task A_machine_gets_the_events_and_numbers_of_its_own_scope_only()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(73);
        await host.TellAsync([
            .. region.Institutions(),
            .. region.Prescription(0, hisNumber: "H0"),
            .. region.Prescription(2, hisNumber: "H2"),
        ]);
        await Eventually.Be(async () => await host.TotalAsync(CockpitHost.Operator(), "completed") == 2, "shown");
        using var channel = GrpcChannel.ForAddress(host.Service.Grpc);
        using var call = Client(channel, CockpitHost.Staff(0), "0." + (await host.TailAsync()).Log);
        var references = new List<string>();
        Numbers? numbers = null;
        while (references.Count < 14 || numbers is null)
        {
            (await call.ResponseStream.MoveNext(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token)).ShouldBeTrue();
            references.AddRange(
                call.ResponseStream.Current.Events?.Events.Where(e => e.Reference.Length > 0).Select(e => e.Reference) ?? []
            );
            numbers = call.ResponseStream.Current.Numbers ?? numbers;
        }

        references.ShouldAllBe(r => r == "H0");
        numbers.Totals["completed"].ShouldBe(1);
        numbers.TurnRounds["total"].MeanSeconds.ShouldBe(140 * 60, 0.001);
        (string Token, FollowRequest Request, StatusCode Status, string Code)[] refused =
        [
            (CockpitHost.Regulator("330100"), new() { Region = "330782" }, StatusCode.NotFound, "COC-0101"),
            (CockpitHost.Staff(0), new() { Institution = Region.Hospitals[2].Code }, StatusCode.NotFound, "COC-0106"),
            (CockpitHost.Operator(), new() { ResumeToken = "x" }, StatusCode.InvalidArgument, "COC-0203"),
        ];
        foreach (var (token, request, status, code) in refused)
        {
            using var bad = new CockpitFeed.CockpitFeedClient(channel).Follow(request, Bearer(token));
            var refusal = await Should.ThrowAsync<RpcException>(() => bad.ResponseStream.MoveNext(CancellationToken.None));
            refusal.StatusCode.ShouldBe(status);
            refusal.Trailers.GetValue("tcm-code").ShouldBe(code);
        }
    }

    private static Folding.Fact Fact(TakenEvent e) => Folding.Fact.Of(e.MessageId, e.Event);

    private static Metadata Bearer(string token) => new() { { "authorization", "Bearer " + token } };

    private static AsyncServerStreamingCall<FeedMessage> Client(GrpcChannel channel, string token, string resume) =>
        new CockpitFeed.CockpitFeedClient(channel).Follow(new FollowRequest { ResumeToken = resume }, Bearer(token));

    private static async Task<List<long>> BrowseAsync(TestService gateway, string token, int until, Random random)
    {
        var (seen, last) = (new List<long>(), "0");
        while (seen.Count < until)
        {
            try
            {
                await using var reader = await SseReader.OpenAsync(gateway, token, lastEventId: last);
                for (var stay = random.Next(1, 6); stay > 0 && seen.Count < until; stay--)
                {
                    seen.AddRange(SseReader.Ids(await reader.UntilAsync(m => m.Name == "facts")));
                    last = reader.LastId;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // The instance is gone; the gateway may not know yet.
            }
        }

        return seen;
    }

    private static async Task<List<long>> FollowAsync(TestService gateway, string log, string token, int until, Random random)
    {
        var (seen, resume) = (new List<long>(), "");
        using var channel = GrpcChannel.ForAddress(gateway.Grpc);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (seen.Count < until)
        {
            try
            {
                using var call = Client(channel, token, resume.Length > 0 ? resume : "0." + log);
                for (var stay = random.Next(1, 9); stay > 0 && seen.Count < until; stay--)
                {
                    if (!await call.ResponseStream.MoveNext(patience.Token))
                    {
                        break;
                    }

                    seen.AddRange(call.ResponseStream.Current.Events?.Events.Select(e => e.Position) ?? []);
                    resume = call.ResponseStream.Current.ResumeToken;
                }
            }
            catch (RpcException e) when (!patience.IsCancellationRequested && e.StatusCode is not StatusCode.InvalidArgument)
            {
                // As above.
            }
        }

        return seen;
    }

    private static async Task<TestService> GatewayAsync(CockpitHost host, CockpitProcess other)
    {
        var (grpc, inner) = (Ports.Free(), Ports.Free());
        return await TestService.StartAsync(
            Assembly.Load("TcmBrain.Gateway"),
            new Dictionary<string, string?>
            {
                ["urls"] = $"http://127.0.0.1:0;http://127.0.0.1:{grpc};http://127.0.0.1:{inner}",
                ["Endpoints:Grpc:Port"] = $"{grpc}",
                ["Endpoints:Internal:Port"] = $"{inner}",
                ["Logging:LogLevel:Default"] = "None",
                ["services:cockpit:http:0"] = host.Service.Http.ToString(),
                ["services:cockpit:http:1"] = other.Http.ToString(),
                ["services:cockpit:grpc:0"] = host.Service.Grpc.ToString(),
                ["services:cockpit:grpc:1"] = other.Grpc.ToString(),
            }
        );
    }
}
