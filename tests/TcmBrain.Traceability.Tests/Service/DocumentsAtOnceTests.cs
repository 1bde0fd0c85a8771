using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using TcmBrain.Testing;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Tests.Service;

/// <summary>Documents large enough that the next are laid out while those before are stored: what was expected of the log may turn out wrong.</summary>
public sealed class DocumentsAtOnceTests(Servers servers)
{
    private const int Documents = 24;
    private const int Own = 540;
    private const int Shared = 60;

    [Fact]
    public async Task Documents_that_share_events_leave_each_of_them_once_and_no_gap_though_the_platform_writes_between()
    {
        await using var service = await TraceService.StartAsync(servers);
        using var grower = service.Grower();
        // Each takes up sixty events of the one before it.
        var events = Enumerable.Range(0, (Documents * Own) + Shared).Select(_ => Bare()).ToList();
        var captured = 0;
        var steps = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Documents),
            new ParallelOptions { MaxDegreeOfParallelism = 6 },
            async (n, cancellationToken) =>
            {
                var document = Document(events.Skip(n * Own).Take(Own + Shared));
                using var accepted = await CaptureTests.PostAsync(grower, "/epcis/capture", document);
                accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
                var job = await grower.GetFromJsonAsync<JsonElement>(accepted.Headers.Location, cancellationToken);
                job.GetProperty("success").GetBoolean().ShouldBeTrue(job.ToString());
                Interlocked.Add(ref captured, job.GetProperty("captured").GetInt32());
                if (n % 5 == 0)
                {
                    await service.AppendAsync(Drafts.New(2));
                    Interlocked.Add(ref steps, 2);
                }
            }
        );

        captured.ShouldBe(events.Count);
        var all = captured + steps;
        (await service.ScalarAsync<long>("select size from traceability.log")).ShouldBe(all);
        (await service.ScalarAsync<long>("select count(*) from traceability.event")).ShouldBe(all);
        (await service.ScalarAsync<long>("select max(leaf_index) from traceability.event")).ShouldBe(all - 1);
        await Eventually.Be(
            async () => (await service.AuditAsync()).SignedSize == all,
            "the last leaf is signed",
            TimeSpan.FromSeconds(60)
        );
        (await service.AuditAsync()).Findings.ShouldBeEmpty();
    }

    private static JsonObject Bare()
    {
        var e = Drafts.Event();
        e.Remove("@context");
        return e;
    }

    private static JsonObject Document(IEnumerable<JsonObject> events) =>
        new()
        {
            ["@context"] = new JsonArray(JsonLdContext.Epcis),
            ["type"] = "EPCISDocument",
            ["schemaVersion"] = "2.0",
            ["creationDate"] = "2026-11-20T08:00:00Z",
            ["epcisBody"] = new JsonObject { ["eventList"] = new JsonArray([.. events.Select(e => e.DeepClone())]) },
        };
}
