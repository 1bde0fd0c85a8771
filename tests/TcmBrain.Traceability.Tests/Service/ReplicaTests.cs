using System.Net;
using System.Net.Http.Json;
using TcmBrain.Testing;

namespace TcmBrain.Traceability.Tests.Service;

/// <summary>Several replicas append to one log: each goes on from where it believes the log to end, and none may be wrong.</summary>
public sealed class ReplicaTests(Servers servers)
{
    [Fact]
    public async Task Replicas_capturing_side_by_side_leave_no_gap_and_store_nothing_twice()
    {
        await using var one = await TraceService.StartAsync(servers);
        await using var two = await one.BesideAsync();
        HttpClient[] growers = [one.Grower(), two.Grower()];
        var events = Enumerable.Range(0, 120).Select(_ => Drafts.Event().ToJsonString()).ToList();
        var created = 0;
        var refused = 0;
        // Each event three times: beside one another at both replicas, and once more later.
        await Parallel.ForEachAsync(
            events.Concat(events).Concat(events).Select((text, i) => (text, i)),
            new ParallelOptions { MaxDegreeOfParallelism = 12 },
            async (e, cancellationToken) =>
            {
                using var body = new StringContent(e.text, System.Text.Encoding.UTF8, "application/json");
                using var answer = await growers[(e.i + e.i / events.Count) % 2].PostAsync("/epcis/events", body, cancellationToken);
                Interlocked.Increment(ref answer.StatusCode == HttpStatusCode.Created ? ref created : ref refused);
                answer.StatusCode.ShouldBeOneOf(HttpStatusCode.Created, HttpStatusCode.Conflict);
            }
        );

        (created, refused).ShouldBe((120, 240));
        (await one.ScalarAsync<long>("select size from traceability.log")).ShouldBe(120);
        (await one.ScalarAsync<long>("select count(*) from traceability.event")).ShouldBe(120);
        await Eventually.Be(async () => (await one.AuditAsync()).SignedSize == 120, "the last leaf is signed");
        (await one.AuditAsync()).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Steps_of_the_platform_between_captures_take_no_ones_place()
    {
        await using var service = await TraceService.StartAsync(servers);
        using var grower = service.Grower();
        for (var i = 0; i < 6; i++)
        {
            (await grower.PostAsJsonAsync("/epcis/events", Drafts.Event())).StatusCode.ShouldBe(HttpStatusCode.Created);
            await service.AppendAsync(Drafts.New(2));
        }

        (await service.ScalarAsync<long>("select size from traceability.log")).ShouldBe(18);
        (
            await service.ScalarAsync<string>(
                "select string_agg(case captured_by when 'platform' then 'p' else 'g' end, '' order by leaf_index) from traceability.event"
            )
        ).ShouldBe("gppgppgppgppgppgpp");
        await Eventually.Be(async () => (await service.AuditAsync()).SignedSize == 18, "the last leaf is signed");
        (await service.AuditAsync()).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_parties_captured_is_told_once_by_its_number_also_when_the_graph_is_made_again()
    {
        await using var service = await TraceService.StartAsync(servers);
        using var grower = service.Grower();
        using var elsewhere = service.As("91371329MA3OTHER0K", "330106", ServiceDefaults.Identity.Roles.Service);
        for (var i = 0; i < 5; i++)
        {
            (await grower.PostAsJsonAsync("/epcis/events", Drafts.Event())).StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        (await elsewhere.PostAsJsonAsync("/epcis/events", Drafts.Event())).StatusCode.ShouldBe(HttpStatusCode.Created);
        await service.AppendAsync(Drafts.New(3));
        await Eventually.Be(async () => await ToldAsync(service) == "330106:1 371329:5", "what was captured is told");

        await service.ExecuteAsync("truncate traceability.link; update traceability.graph_position set next = 0");
        using var @operator = service.Operator();
        (await @operator.GetAsync("/api/traceability/trace/urn:x:nothing")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        (await service.ScalarAsync<long>("select next from traceability.graph_position")).ShouldBe(9);
        (await ToldAsync(service)).ShouldBe("330106:1 371329:5");
    }

    private static Task<string> ToldAsync(TraceService service) =>
        service.ScalarAsync<string>(
            """
            select coalesce(string_agg(region || ':' || count, ' ' order by region), '') from (
                select payload::jsonb ->> 'regionCode' as region, sum((payload::jsonb ->> 'count')::int) as count
                from exchange.outbox where type = 'TraceBatchCaptured' group by 1) told
            """
        );
}
