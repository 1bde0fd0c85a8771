using System.Globalization;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Live;
using TcmBrain.Cockpit.Reading;
using TcmBrain.Contracts.Cockpit.V1;
using TcmBrain.Exchange;
using Numbers = TcmBrain.Contracts.Cockpit.V1.Numbers;

namespace TcmBrain.Cockpit.Streaming;

/// <summary>The stream for machines. Nothing is kept for a slow reader: each write waits until the reader takes it.</summary>
internal sealed class FeedGrpc(
    FactTail tail,
    LiveView view,
    Board board,
    EventPages pages,
    InstitutionRegister register,
    ResumePoint resume,
    StreamGate gate,
    IHostApplicationLifetime lifetime,
    TimeProvider time
) : CockpitFeed.CockpitFeedBase
{
    private const int Batch = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan NumbersEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(10);

    public override async Task Follow(FollowRequest request, IServerStreamWriter<FeedMessage> responseStream, ServerCallContext context)
    {
        var caller = context.GetHttpContext().User;
        var audience = Audience.Asked(caller, request.Region, request.Institution, register);
        var (after, log) = resume.Parse(request.ResumeToken) ?? throw CockpitFaults.BadToken.Exception("resume_token");
        if (!gate.TryEnter())
        {
            throw CockpitFaults.TooManyStreams.Exception();
        }

        try
        {
            using var ending = StreamEnd.Of(caller, time, context.CancellationToken, lifetime.ApplicationStopping);
            await RunAsync(responseStream, audience, after, log, request.EventsOnly, ending.Token);
        }
        catch (OperationCanceledException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The stream ends; resume with the last token."));
        }
        catch (TimeoutException)
        {
            context.GetHttpContext().Abort();
        }
        finally
        {
            gate.Leave();
        }
    }

    private async Task RunAsync(
        IServerStreamWriter<FeedMessage> writer,
        Audience audience,
        long after,
        string log,
        bool eventsOnly,
        CancellationToken cancellationToken
    )
    {
        var (position, renumbered) = await resume.FindAsync(after, log, cancellationToken);
        await WriteAsync(renumbered ? new FeedMessage { Renumbered = new() } : new FeedMessage { Beat = Now() });
        var wroteAt = time.GetTimestamp();
        var (flushed, numberedAt, numbers) = (-1L, 0L, "");
        while (true)
        {
            // Taken before looking, so that what comes meanwhile is not slept over.
            var (advanced, refreshed) = (tail.Advanced.Next, view.Refreshed.Next);
            var page = await pages.AfterAsync(audience, position, Batch, cancellationToken: cancellationToken);
            position = page.Position;
            if (page.Items.Count > 0)
            {
                var events = new EventBatch();
                events.Events.AddRange(page.Items.Select(e => Event(e, audience)));
                await WriteAsync(new() { Events = events });
                wroteAt = time.GetTimestamp();
            }

            var flush = view.VersionOf(audience.Scope);
            if (!eventsOnly && flush != flushed && (flushed < 0 || time.GetElapsedTime(numberedAt) >= NumbersEvery))
            {
                (flushed, numberedAt) = (flush, time.GetTimestamp());
                var day = board.Today;
                var rendered = await board.SummaryAsync(audience.Scope, day, cancellationToken);
                if (rendered.ETag != numbers)
                {
                    numbers = rendered.ETag;
                    await WriteAsync(new() { Numbers = NumbersOf(rendered) });
                    wroteAt = time.GetTimestamp();
                }
            }

            if (time.GetElapsedTime(wroteAt) >= BeatEvery)
            {
                await WriteAsync(new() { Beat = Now() });
                wroteAt = time.GetTimestamp();
            }

            if (position >= tail.Position)
            {
                // After having told something, so that what comes first after a pause is told at once.
                await Task.Delay(page.Items.Count > 0 ? Pace : TimeSpan.Zero, time, cancellationToken);
                await Task.WhenAny(advanced, refreshed, Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        async Task WriteAsync(FeedMessage message)
        {
            message.ResumeToken = resume.TokenOf(position);
            await writer.WriteAsync(message, cancellationToken).WaitAsync(Patience, time, cancellationToken);
        }
    }

    private Beat Now() => new() { At = time.GetUtcNow().ToTimestamp(), Following = tail.Following };

    private static CockpitEvent Event(TickerEvent e, Audience audience) =>
        new()
        {
            Position = e.Id,
            Type = e.Type,
            AggregateId = e.AggregateId.ToString(),
            OccurredAt = e.OccurredAt.ToTimestamp(),
            Institution = e.Institution ?? "",
            Region = e.Region ?? "",
            Centre = e.Centre ?? "",
            Reference = e.ReferenceFor(audience.SeesReferences) ?? "",
            Detail = e.Detail ?? "",
            Topic = e.Topic ?? "",
            Amount = e.Amount,
            Quantity = e.Quantity,
            Items = e.Items,
            Flag = e.Flag,
            Alarm = e.Alarm,
        };

    private static Numbers NumbersOf(Rendered rendered)
    {
        var summary = JsonSerializer.Deserialize<SummaryView>(rendered.Json, EventJson.Options)!;
        var numbers = new Numbers { Day = summary.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), AsOf = summary.AsOf };
        numbers.Totals.Add(summary.Totals.ToDictionary());
        numbers.Standing.Add(summary.Standing.ToDictionary());
        foreach (var (name, rate) in summary.Rates)
        {
            numbers.Shares.Add(name, new() { Part = rate.Part, Whole = rate.Whole });
        }

        foreach (var (name, t) in summary.Times)
        {
            numbers.TurnRounds.Add(
                name,
                new()
                {
                    Count = t.Count,
                    MeanSeconds = t.Mean,
                    P50Seconds = t.P50,
                    P95Seconds = t.P95,
                }
            );
        }

        return numbers;
    }
}
