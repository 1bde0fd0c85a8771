using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Log;
using TcmBrain.Traceability.Queries;

namespace TcmBrain.Traceability.Tests.Service;

public sealed class PlatformStepsTests(Servers servers)
{
    private static readonly string[] Steps = ["commissioning", "commissioning", "packing", "departing", "arriving", "dispensing"];

    [Fact]
    public async Task A_prescriptions_whole_story_is_in_the_log_and_every_event_is_proven_offline()
    {
        await using var service = await TraceService.StartAsync(servers);
        var story = new Story();
        await service.TellAsync(story.All());
        await service.EventsAsync(10);

        using var hospital = service.Hospital();
        var trace = await service.TraceAsync(hospital, story.Prescription);

        trace.Items.Select(i => i.BizStep).ShouldBe(Steps);
        trace.Lots.Select(l => l.BizStep).ShouldBe(["receiving", "receiving", "inspecting", "inspecting"]);
        trace.Items.Concat(trace.Lots).Select(i => i.LeafIndex).Order().ShouldBe(Enumerable.Range(0, 10).Select(i => (long)i));
        var trusted = LogKey.FromVerifierKey((await hospital.GetStringAsync("/log/key")).Trim());
        foreach (var entry in trace.Items.Concat(trace.Lots))
        {
            InclusionProof? proof = null;
            await Eventually.Hold(async () => proof = await hospital.GetFromJsonAsync<InclusionProof>(entry.Proof));
            var head = Checkpoint.Open(proof!.Checkpoint, trusted).ShouldNotBeNull();
            Merkle
                .VerifyInclusion(
                    proof.LeafIndex,
                    head.TreeSize,
                    Merkle.LeafHash(Encoding.UTF8.GetBytes(proof.Leaf)),
                    [.. proof.Hashes.Select(Convert.FromBase64String)],
                    head.RootHash
                )
                .ShouldBeTrue();
            var served = await hospital.GetByteArrayAsync(
                $"/api/traceability/events/{Convert.ToHexStringLower(EventHash.Parse(entry.EventHash)!)}"
            );
            proof.Leaf.ShouldContain(
                $"\"eventSha256\":\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(served))}\""
            );
            proof.Leaf.ShouldContain(entry.EventHash);
            EventHash.Text(EventHash.Compute(entry.Event, JsonLdContext.Empty)).ShouldBe(entry.EventHash);
            proof.TlogProof.ShouldStartWith("c2sp.org/tlog-proof@v1\nextra ");
            proof.TlogProof.ShouldEndWith($"\n\n{proof.Checkpoint}");
        }

        (await service.AuditAsync()).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Steps_in_any_order_and_told_again_and_again_are_each_in_the_log_once()
    {
        await using var service = await TraceService.StartAsync(servers);
        var story = new Story();
        Event[] backwards = [.. story.All().Reverse()];
        var told = await service.TellAsync(backwards);
        foreach (var (id, teller) in told)
        {
            await teller.SettledAsync();
            await teller.TellAgainAsync(id);
        }

        // The same events under new message ids, as after a replay past the inbox's memory.
        var again = await service.TellAsync(backwards);
        foreach (var id in told.Keys.Concat(again.Keys))
        {
            await Told.TakenInAsync(service.Database, id);
        }

        (await service.ScalarAsync<long>("select size from traceability.log")).ShouldBe(10);
        using var hospital = service.Hospital();
        var trace = await service.TraceAsync(hospital, story.Prescription);
        trace.Items.Select(i => i.BizStep).ShouldBe(Steps);
        (await service.ScalarAsync<long>("select count(*) from traceability.decoction_step")).ShouldBe(0);
        (await service.ScalarAsync<long>("select count(*) from traceability.decoction_awaited")).ShouldBe(0);
        (await service.AuditAsync()).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_parcel_that_comes_back_is_in_the_trace_with_every_attempt()
    {
        await using var service = await TraceService.StartAsync(servers);
        var story = new Story();
        await service.TellAsync([
            story.Shipped(),
            story.AtCounter(),
            story.Undelivered(1, back: false),
            story.Undelivered(2, back: true),
            story.Returned("not-collected"),
        ]);
        await service.EventsAsync(6);

        using var hospital = service.Hospital();
        var trace = await service.TraceAsync(hospital, story.Prescription);

        trace.Items.Select(i => i.BizStep).ShouldBe(["packing", "departing", "arriving", "transporting", "receiving", "destroying"]);
        (await service.AuditAsync()).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_decoction_waits_for_its_last_step()
    {
        await using var service = await TraceService.StartAsync(servers);
        var story = new Story();
        var first = await service.TellAsync([story.Completed(), .. story.Steps()[1..]]);
        foreach (var id in first.Keys)
        {
            await Told.TakenInAsync(service.Database, id);
        }

        (await service.ScalarAsync<long>("select size from traceability.log")).ShouldBe(0);

        await service.TellAsync([story.Steps()[0]]);
        await service.EventsAsync(1);
    }

    [Fact]
    public async Task Every_capture_is_told_once_and_goes_on_with_the_trace_of_its_step()
    {
        using var tracing = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "TcmBrain.Exchange" or "MassTransit",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(tracing);
        await using var service = await TraceService.StartAsync(servers);
        var story = new Story();
        await service.TellAsync(story.All(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        await service.EventsAsync(10);

        await using var command = service.Database.CreateCommand(
            "select payload, traceparent, version from exchange.outbox where type = 'TraceCaptured'"
        );
        await using var reader = await command.ExecuteReaderAsync();
        var told = new List<TraceCaptured>();
        while (await reader.ReadAsync())
        {
            told.Add((TraceCaptured)Exchange.EventJson.Read(Encoding.UTF8.GetBytes(reader.GetString(0)), typeof(TraceCaptured)));
            reader.GetString(1).ShouldContain("0af7651916cd43dd8448eb211c80319c");
            reader.GetInt32(2).ShouldBe(1);
        }

        told.Select(t => t.LeafIndex).Order().ShouldBe(Enumerable.Range(0, 10).Select(i => (long)i));
        told.Count(t => t.PrescriptionId == story.Prescription).ShouldBe(6);
        told.Where(t => t.PrescriptionId is not null).ShouldAllBe(t => t.RegionCode == Story.Region);
    }

    [Fact]
    public async Task A_piece_and_a_centre_keep_their_numbers()
    {
        await using var service = await TraceService.StartAsync(servers);
        await service.TellAsync(new Story().Lots());
        await service.EventsAsync(4);
        var before = await service.ScalarAsync<string>(
            "select string_agg(kind || key || number, ',' order by kind, key) from traceability.allocation"
        );

        await service.TellAsync(new Story().Lots());
        await service.EventsAsync(8);

        (
            await service.ScalarAsync<string>(
                "select string_agg(kind || key || number, ',' order by kind, key) from traceability.allocation"
            )
        ).ShouldBe(before);
        (await service.ScalarAsync<long>("select count(*) from traceability.allocation")).ShouldBe(3);
    }

    [Fact]
    public async Task Rejection_and_recall_of_a_lot_are_events_of_the_lot()
    {
        await using var service = await TraceService.StartAsync(servers);
        var story = new Story();
        await service.TellAsync([
            .. story.All(),
            story.Rejected(story.Gancao, "甘草", "甘/2026 0428"),
            story.Recalled(story.Danshen, "丹参", "Y26-0502-01"),
        ]);
        await service.EventsAsync(12);

        using var hospital = service.Hospital();
        var trace = await service.TraceAsync(hospital, story.Prescription);

        trace
            .Lots.Select(l => l.Event.GetProperty("disposition").GetString())
            .ShouldBe(["in_progress", "in_progress", "conformant", "conformant", "non_conformant", "recalled"], ignoreOrder: true);
        trace.Lots[^1].BizStep.ShouldBe("holding");
    }
}
