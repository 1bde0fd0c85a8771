using System.Collections.Concurrent;
using System.Diagnostics;
using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Broker;

/// <summary>One trace goes from the work that tells to the handler that takes in.</summary>
public sealed class TraceTests(Servers servers)
{
    [Fact]
    public async Task The_trace_of_the_teller_goes_on_in_the_relay_and_in_the_handler()
    {
        var stage = await Stage.SetAsync(servers);
        var recorded = new ConcurrentQueue<Activity>();
        using var watcher = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ExchangeTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = recorded.Enqueue,
        };
        ActivitySource.AddActivityListener(watcher);
        var trace = await TellAndHandleAsync(stage);

        // What is told or tried once more has spans of its own; these are of the one that the handler saw.
        Activity? Handling() => recorded.FirstOrDefault(a => a.SpanId == trace.Handling.SpanId);
        Activity? Relay() => recorded.FirstOrDefault(a => a.SpanId == Handling()?.ParentSpanId);
        await Eventually.Be(() => Relay() is not null, "both activities ended");
        var (relay, handling) = (Relay()!, Handling()!);
        handling.OperationName.ShouldBe("handle InstitutionRegistered");
        relay.OperationName.ShouldBe("relay InstitutionRegistered");
        relay.ParentSpanId.ShouldBe(trace.Telling.SpanId);
        recorded
            .Where(a => a.TraceId == trace.Telling.TraceId)
            .ShouldAllBe(a =>
                a.ParentSpanId == trace.Telling.SpanId || a.ParentSpanId == relay.SpanId || a.OperationName.StartsWith("handle")
            );
    }

    [Fact]
    public async Task What_MassTransit_records_of_receiving_is_part_of_the_same_trace()
    {
        var stage = await Stage.SetAsync(servers);
        var recorded = new ConcurrentQueue<Activity>();
        using var watcher = new ActivityListener
        {
            ShouldListenTo = source => source.Name is ExchangeTelemetry.Name or "MassTransit",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = recorded.Enqueue,
        };
        ActivitySource.AddActivityListener(watcher);
        var trace = await TellAndHandleAsync(stage);

        trace.Handling.TraceId.ShouldBe(trace.Telling.TraceId);
        await Eventually.Be(
            () => recorded.Any(a => a.Source.Name == "MassTransit" && a.TraceId == trace.Telling.TraceId),
            "the receiving is in the trace"
        );
    }

    [Fact]
    public async Task A_later_step_goes_on_with_the_trace_it_is_given()
    {
        var stage = await Stage.SetAsync(servers);
        var given = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        var trace = await TellAndHandleAsync(stage, $"00-{given.TraceId}-{given.SpanId}-01");

        trace.Handling.TraceId.ShouldBe(given.TraceId);
        trace.Telling.TraceId.ShouldNotBe(given.TraceId);
    }

    [Fact]
    public async Task Without_a_trace_there_is_none_and_the_event_arrives()
    {
        var stage = await Stage.SetAsync(servers);
        var seen = new TaskCompletionSource<Activity?>();
        await using var listener = await stage.ListenerAsync(
            new Script(
                (_, _, _) =>
                {
                    seen.TrySetResult(Activity.Current);
                    return Task.CompletedTask;
                }
            )
        );
        await using var publisher = await stage.PublisherAsync();
        Activity.Current = null;
        await publisher.TellAsync([Samples.Registered()]);

        (await seen.Task.WaitAsync(TimeSpan.FromSeconds(180))).ShouldBeNull();
    }

    private static async Task<(ActivityContext Telling, ActivityContext Handling)> TellAndHandleAsync(
        Stage stage,
        string? traceParent = null
    )
    {
        var seen = new TaskCompletionSource<ActivityContext>();
        await using var listener = await stage.ListenerAsync(
            new Script(
                (_, _, _) =>
                {
                    seen.TrySetResult(Activity.Current?.Context ?? default);
                    return Task.CompletedTask;
                }
            )
        );
        await using var publisher = await stage.PublisherAsync();
        using var push = new Activity("push").SetIdFormat(ActivityIdFormat.W3C);
        push.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        push.Start();
        await using (var work = await publisher.Exchange.BeginAsync())
        {
            work.Publish(Samples.Registered(), traceParent);
            await work.CommitAsync();
        }

        var telling = push.Context;
        push.Stop();
        return (telling, await seen.Task.WaitAsync(TimeSpan.FromSeconds(180)));
    }
}
