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

/// <summary>
/// The stream for machines, behind the same feeds as browsers. Each write waits until the reader takes it; who is too far behind the feed reads on from the facts, and
/// nothing is left out.
/// </summary>
internal sealed class FeedGrpc(
    FactTail tail,
    Feeds feeds,
    EventPages pages,
    InstitutionRegister register,
    ResumePoint resume,
    StreamGate gate,
    IHostApplicationLifetime lifetime,
    TimeProvider time
) : CockpitFeed.CockpitFeedBase
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public override async Task Follow(FollowRequest request, IServerStreamWriter<FeedMessage> responseStream, ServerCallContext context)
    {
        var caller = context.GetHttpContext().User;
        var audience = Audience.Asked(caller, request.Region, request.Institution, register);
        ResumeToken? after =
            request.ResumeToken.Length == 0
                ? null
                : ResumeToken.Parse(request.ResumeToken) ?? throw CockpitFaults.BadToken.Exception("resume_token");
        if (!gate.TryEnter())
        {
            throw CockpitFaults.TooManyStreams.Exception();
        }

        try
        {
            using var ending = StreamEnd.Of(caller, time, context.CancellationToken, lifetime.ApplicationStopping);
            await RunAsync(responseStream, audience, after, request.EventsOnly, ending.Token);
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

    internal async Task RunAsync(
        IServerStreamWriter<FeedMessage> writer,
        Audience audience,
        ResumeToken? after,
        bool eventsOnly,
        CancellationToken cancellationToken
    )
    {
        var (position, renumbered) = await resume.FindAsync(after, cancellationToken);
        await WriteAsync(renumbered ? new FeedMessage { Renumbered = new() } : new FeedMessage { Beat = Now() }, position);
        IReadOnlyList<string> snapshots = eventsOnly ? [] : [Feed.Counters];
        var feed = await feeds.JoinAsync(audience, snapshots, cancellationToken);
        try
        {
            var (reader, numbers) = (new Follower(feed, pages, position), Array.Empty<byte>());
            while (true)
            {
                await foreach (var told in reader.FollowAsync(cancellationToken))
                {
                    var isSnapshot = told.Frame.Snapshot.Length > 0;
                    // How things stand is said again to who has let go of the feed: that may be known.
                    if (isSnapshot && (!snapshots.Contains(told.Frame.Snapshot) || told.Frame.Json == numbers))
                    {
                        continue;
                    }

                    numbers = isSnapshot ? told.Frame.Json : numbers;
                    if (Message(told, audience) is { } message)
                    {
                        await WriteAsync(message, told.UpTo);
                    }
                }
            }
        }
        finally
        {
            feeds.Leave(feed, snapshots);
        }

        async Task WriteAsync(FeedMessage message, long upTo)
        {
            message.ResumeToken = resume.At(upTo).ToString();
            await writer.WriteAsync(message, cancellationToken).WaitAsync(Patience, time, cancellationToken);
        }
    }

    /// <summary>Null when there is nothing in it for a reader at that place.</summary>
    private FeedMessage? Message(Told told, Audience audience)
    {
        var frame = told.Frame;
        if (frame.Snapshot.Length > 0)
        {
            return new() { Numbers = frame.Once(f => NumbersOf(f.Json)) };
        }

        if (frame.Events.Count == 0)
        {
            return frame.UpTo < told.After ? null : new() { Beat = Now() };
        }

        if (told.After <= frame.After)
        {
            return new() { Events = frame.Once(f => Batch(f.Events)) };
        }

        return frame.EventsBehind(told.After) is { Count: > 0 } rest ? new() { Events = Batch(rest) } : null;

        EventBatch Batch(IReadOnlyList<TickerEvent> events) => new() { Events = { events.Select(e => Event(e, audience)) } };
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

    private static Numbers NumbersOf(byte[] json)
    {
        var summary = JsonSerializer.Deserialize<SummaryView>(json, EventJson.Options)!;
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
