using System.Diagnostics;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.EndToEnd.Tests.Tracing;

/// <summary>From the hospital's push to the patient's door: one trace, over gRPC, outboxes, the broker and days of human steps.</summary>
public sealed class OneTraceTests(Region region)
{
    [Fact]
    public async Task The_pushs_trace_goes_through_every_service_up_to_the_delivery()
    {
        (await region.DemoAsync()).ExitCode.ShouldBe(0);
        // One that was decocted and delivered; prescriptions keeps the trace that its push belonged to.
        await using var command = region
            .Platform.Database("prescriptions")
            .CreateCommand(
                """
                select p.traceparent from prescriptions.prescriptions p
                where p.state = $1 and exists (select 1 from prescriptions.history h where h.prescription_id = p.id and h.state = $2)
                order by p.received_at desc limit 1
                """
            );
        command.Parameters.Add(new() { Value = (short)State.Completed });
        command.Parameters.Add(new() { Value = (short)State.Soaking });
        var traceParent = (await command.ExecuteScalarAsync()) as string;
        var trace = traceParent.ShouldNotBeNull().Split('-')[1];
        await Eventually.Hold(() =>
        {
            var spans = region.Collector.Spans(trace);
            foreach (var service in (string[])["gateway", "prescriptions", "pharmacy", "decoction", "quality", "traceability", "cockpit"])
            {
                spans.ShouldContain(s => s.Service == service, $"{service} is not in {Describe(spans)}");
            }

            // The last steps: the delivery is told, taken in, and made a record of the trace.
            foreach (
                var (service, step) in (
                    new[]
                    {
                        ("decoction", "relay ParcelDelivered"),
                        ("prescriptions", "handle ParcelDelivered"),
                        ("prescriptions", "relay PrescriptionCompleted"),
                        ("traceability", "relay TraceCaptured"),
                    }
                )
            )
            {
                spans.ShouldContain(s => s.Service == service && s.Name == step, $"{service}: {step} is not in {Describe(spans)}");
            }

            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task A_trace_that_the_hospital_began_is_gone_on_with()
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        var parent = ActivitySpanId.CreateRandom().ToHexString();
        var headers = await region.HeadersAsync("his-1");
        headers.Add("traceparent", $"00-{trace}-{parent}-01");
        using var channel = region.Channel();
        var service = new PrescriptionService.PrescriptionServiceClient(channel);
        var pushed = await service.PushAsync(
            new PushRequest { Prescription = region.NewPrescription($"TRACED-{Guid.NewGuid():N}") },
            headers,
            DateTime.UtcNow.AddMinutes(2)
        );
        pushed.State.ShouldBe(State.Approved);
        await Eventually.Hold(() =>
        {
            var spans = region.Collector.Spans(trace);
            var root = spans.Where(s => s.ParentSpanId == parent).ShouldHaveSingleItem(Describe(spans));
            root.Service.ShouldBe("gateway");
            spans.ShouldContain(s => s.Service == "prescriptions" && s.Name.Contains("Push", StringComparison.Ordinal), Describe(spans));
            spans.ShouldContain(
                s => s.Service == "pharmacy" && s.Name.Contains("PrescriptionApproved", StringComparison.Ordinal),
                Describe(spans)
            );
            return Task.CompletedTask;
        });
    }

    private static string Describe(IReadOnlyList<CollectedSpan> spans) =>
        string.Join("\n", spans.GroupBy(s => $"{s.Service}: {s.Name}").Select(g => $"{g.Key} × {g.Count()}").Order());
}
