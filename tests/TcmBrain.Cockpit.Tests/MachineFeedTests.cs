using System.Threading.Channels;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Cockpit.Streaming;
using TcmBrain.Contracts.Cockpit.V1;
using TcmBrain.Testing;

namespace TcmBrain.Cockpit.Tests;

/// <summary>Machines behind the shared feeds: many of one audience, and those that do not take what they are sent.</summary>
public sealed class MachineFeedTests(Servers servers)
{
    private static readonly Audience Everybody = new(Scope.Everywhere, SeesReferences: false);

    [Fact]
    public async Task Many_machines_of_one_audience_get_each_event_once_and_those_who_come_later_what_they_missed()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        using var done = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        using var channel = GrpcChannel.ForAddress(host.Service.Grpc);
        var region = new Region(75);
        var events = region.Day(40);
        var half = events.Count / 2;
        var log = (await host.TailAsync()).Log;
        var early = Enumerable.Range(0, 200).Select(_ => FollowAsync("0." + log)).ToList();
        await Fold.TakeInAsync(host.Database, [.. events.Take(half)]);
        var late = Enumerable.Range(0, 100).Select(_ => FollowAsync("5." + log)).ToList();
        foreach (var batch in events.Skip(half).Chunk(20))
        {
            await Fold.TakeInAsync(host.Database, batch);
        }

        (await Task.WhenAll(early)).ShouldAllBe(seen => seen.SequenceEqual(Ids(1, events.Count)));
        (await Task.WhenAll(late)).ShouldAllBe(seen => seen.SequenceEqual(Ids(6, events.Count)));

        async Task<List<long>> FollowAsync(string resume)
        {
            using var call = new CockpitFeed.CockpitFeedClient(channel).Follow(
                new() { ResumeToken = resume, EventsOnly = true },
                new Metadata { { "authorization", "Bearer " + CockpitHost.Operator() } }
            );
            var seen = new List<long>();
            while ((seen.Count == 0 || seen[^1] < events.Count) && await call.ResponseStream.MoveNext(done.Token))
            {
                call.ResponseStream.Current.Numbers.ShouldBeNull();
                seen.AddRange(call.ResponseStream.Current.Events?.Events.Select(e => e.Position) ?? []);
            }

            return seen;
        }
    }

    [Fact]
    public async Task A_machine_that_stops_for_a_while_misses_nothing_and_one_that_takes_nothing_is_cut_off()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        using var ending = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var clock = new Patience();
        var feed = ActivatorUtilities.CreateInstance<FeedGrpc>(host.Service.Services, clock);
        var log = (await host.TailAsync()).Log;
        var reader = new HandReader();
        var following = feed.RunAsync(reader, Everybody, new(0, log), eventsOnly: false, ending.Token);
        (await reader.NextAsync(ending.Token)).Beat.Following.ShouldBeTrue();
        var region = new Region(76);
        var events = region.Day(60);
        foreach (var batch in events.Chunk(50))
        {
            await Fold.TakeInAsync(host.Database, batch);
        }

        // It has been told nothing of them yet, and takes them one by one.
        List<long> seen = [];
        Contracts.Cockpit.V1.Numbers? numbers = null;
        var token = "";
        while (seen.Count < events.Count || numbers is null)
        {
            var message = await reader.NextAsync(ending.Token);
            seen.AddRange(message.Events?.Events.Select(e => e.Position) ?? []);
            numbers = message.Numbers ?? numbers;
            ResumeOf(message).ShouldBeGreaterThanOrEqualTo(seen.LastOrDefault());
            token = message.ResumeToken;
        }

        seen.ShouldBe(Ids(1, events.Count));
        token.ShouldBe($"{events.Count}.{log}");
        await Fold.TakeInAsync(host.Database, region.Prescription());
        await reader.OfferedAsync(ending.Token);
        // It is offered a moment before it is waited for.
        await Eventually.Be(
            () =>
            {
                clock.RunOut();
                return following.IsCompleted;
            },
            "the machine is cut off"
        );
        await Should.ThrowAsync<TimeoutException>(() => following);
    }

    private static IEnumerable<long> Ids(int from, int to) => Enumerable.Range(from, to - from + 1).Select(i => (long)i);

    private static long ResumeOf(FeedMessage message) => SseReader.Number(message.ResumeToken.Split('.')[0]);

    /// <summary>A clock on which what is waited for runs out when the test says so.</summary>
    private sealed class Patience : TimeProvider
    {
        private readonly Lock _gate = new();
        private readonly List<Timer> _timers = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(this, () => callback(state));
            lock (_gate)
            {
                _timers.Add(timer);
            }

            return timer;
        }

        public void RunOut()
        {
            Timer[] running;
            lock (_gate)
            {
                running = [.. _timers];
            }

            Array.ForEach(running, timer => timer.Ring());
        }

        private sealed class Timer(Patience clock, Action ring) : ITimer
        {
            public void Ring() => ring();

            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
                lock (clock._gate)
                {
                    clock._timers.Remove(this);
                }
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }

    /// <summary>A reader to whom a message is handed when it asks for one: until then the writer waits.</summary>
    private sealed class HandReader : IServerStreamWriter<FeedMessage>
    {
        private readonly Channel<(FeedMessage Message, TaskCompletionSource Taken)> _offered = Channel.CreateUnbounded<(
            FeedMessage,
            TaskCompletionSource
        )>();

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(FeedMessage message)
        {
            var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _offered.Writer.TryWrite((message, taken)).ShouldBeTrue();
            return taken.Task;
        }

        public Task WriteAsync(FeedMessage message, CancellationToken cancellationToken) => WriteAsync(message);

        public async Task OfferedAsync(CancellationToken cancellationToken) =>
            (await _offered.Reader.WaitToReadAsync(cancellationToken)).ShouldBeTrue();

        public async Task<FeedMessage> NextAsync(CancellationToken cancellationToken)
        {
            var (message, taken) = await _offered.Reader.ReadAsync(cancellationToken);
            taken.SetResult();
            return message;
        }
    }
}
