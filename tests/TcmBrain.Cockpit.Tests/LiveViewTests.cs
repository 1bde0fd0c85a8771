using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StackExchange.Redis;
using TcmBrain.Cockpit.Audit;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Cockpit.Reading;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Testing;

namespace TcmBrain.Cockpit.Tests;

/// <summary>What Redis shows, on a clock that stands, so that nothing is put right by writing everything once a minute.</summary>
public sealed class LiveViewTests(Servers servers)
{
    [Fact]
    public async Task Numbers_read_together_are_of_one_moment_while_others_are_folded()
    {
        await using var rig = await Rig.StartAsync(servers);
        var region = new Region(91);
        var today = RegionHour.Of(region.Prescription(steps: 1)[0].Event.OccurredAt).Day;
        await Fold.TakeInAsync(rig.Database, region.Prescription());
        await Eventually.Be(async () => await rig.ReadAsync(today) is not null, "Redis has the day");
        var folding = Task.Run(async () =>
        {
            for (var i = 0; i < 250; i++)
            {
                await Fold.TakeInAsync(rig.Database, [.. Enumerable.Range(0, 4).SelectMany(_ => region.Prescription(steps: 2))]);
            }
        });
        var moments = new HashSet<long>();
        while (!folding.IsCompleted)
        {
            if (await rig.ReadAsync(today) is { } numbers)
            {
                Total(numbers, "received").ShouldBe(numbers.Standing.Values.Sum(), $"as of {numbers.AsOf}");
                moments.Add(numbers.AsOf);
            }
        }

        await folding;
        moments.ShouldNotBeEmpty();
        await Eventually.Hold(async () => Total((await rig.ReadAsync(today))!, "received").ShouldBe(1001));
        (await new LiveAudit(rig.Database, rig.Redis, TimeProvider.System).RunAsync()).Differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_stands_where_is_shown_also_when_what_is_told_happened_days_ago()
    {
        await using var rig = await Rig.StartAsync(servers);
        var region = new Region(92);
        var way = region.Prescription(hospital: 0);
        var today = RegionHour.Of(way[0].Event.OccurredAt).Day;
        await Fold.TakeInAsync(rig.Database, way[..^1]);
        await Eventually.Be(async () => await rig.ReadAsync(today) is { Standing: var s } && s.ContainsKey(Stage.Delivered), "delivered");
        var late = (PrescriptionCompleted)way[^1].Event;
        await Fold.TakeInAsync(rig.Database, [Region.Taken(late with { OccurredAt = late.OccurredAt.AddDays(-3) })]);
        await Eventually.Hold(async () =>
            (await rig.ReadAsync(today))!.Standing.ShouldBe(new Dictionary<Stage, long> { [Stage.Completed] = 1 })
        );
    }

    [Fact]
    public async Task How_recent_a_day_is_never_goes_back_and_is_what_PostgreSQL_says()
    {
        await using var rig = await Rig.StartAsync(servers);
        var region = new Region(93);
        var (way, lone) = (region.Prescription(hospital: 0), region.Prescription(hospital: 0, steps: 1));
        var today = RegionHour.Of(way[0].Event.OccurredAt).Day;
        // An hour in which nothing else of the way is.
        var midnight = way[0].Event.OccurredAt.ToOffset(RegionTime.Offset);
        midnight -= midnight.TimeOfDay;
        var told = way.Single(e => e.Event is PrescriptionApproved);
        var approved = Region.Taken((PrescriptionApproved)told.Event with { OccurredAt = midnight });
        var other = (PrescriptionRouted)region.Prescription(0).Single(e => e.Event is PrescriptionRouted).Event;
        // The centre has had something in that hour, and then much in others: what the approval changes there is the flow alone.
        await Fold.TakeInAsync(rig.Database, [Region.Taken(other with { OccurredAt = midnight })]);
        await Fold.TakeInAsync(rig.Database, [.. way.Where(e => e != told && e.Event is not StockReserved), .. lone]);
        await rig.ShownAsync();
        await Fold.TakeInAsync(rig.Database, [approved]);
        await rig.ShownAsync();
        // A revision of another hospital takes a prescription away from the first: where it stood there are fewer now, and that is the last that happened.
        var elsewhere = (PrescriptionReceived)lone[0].Event with
        {
            Revision = 2,
            InstitutionCode = Region.Hospitals[2].Code,
            RegionCode = Region.Hospitals[2].County,
        };
        await Fold.TakeInAsync(rig.Database, [Region.Taken(elsewhere)]);
        await rig.ShownAsync();
        foreach (var scope in (Scope[])[Scope.OfCentre(Region.Centre), Scope.OfInstitution(Region.Hospitals[0].Code), Scope.Everywhere])
        {
            var (redis, truth) = (
                await rig.ReadAsync(today, scope),
                await new CounterStore(rig.Database).ReadAsync(scope, today, CancellationToken.None)
            );
            redis.ShouldNotBeNull(scope.ToString()).AsOf.ShouldBe(truth.AsOf, scope.ToString());
        }
    }

    [Fact]
    public async Task A_day_of_which_Redis_has_lost_a_part_is_read_from_PostgreSQL()
    {
        await using var rig = await Rig.StartAsync(servers);
        var way = new Region(94).Prescription(hospital: 0);
        var today = RegionHour.Of(way[0].Event.OccurredAt).Day;
        await Fold.TakeInAsync(rig.Database, way);
        await rig.ShownAsync();
        (await rig.ReadAsync(today)).ShouldNotBeNull();
        using var redis = await ConnectionMultiplexer.ConnectAsync(rig.Redis);
        await redis.GetDatabase().KeyDeleteAsync(LiveStore.StandingKey(rig.Tail.Generation, Scope.Everywhere));
        (await rig.ReadAsync(today)).ShouldBeNull();
    }

    [Fact]
    public async Task The_audit_names_what_is_shown_and_is_nowhere_in_PostgreSQL_and_how_recent_it_is()
    {
        await using var rig = await Rig.StartAsync(servers);
        var way = new Region(95).Prescription(hospital: 0);
        var today = RegionHour.Of(way[0].Event.OccurredAt).Day;
        await Fold.TakeInAsync(rig.Database, way);
        await rig.ShownAsync();
        using var redis = await ConnectionMultiplexer.ConnectAsync(rig.Redis);
        var live = redis.GetDatabase();
        var stray = LiveStore.DayKey(rig.Tail.Generation, Scope.OfRegion("110101"), today);
        await live.HashSetAsync(stray, "9:received", 5);
        var day = LiveStore.DayKey(rig.Tail.Generation, Scope.Everywhere, today);
        await live.HashIncrementAsync(day, LiveStore.LastFact);
        var differences = (await rig.Audit.RunAsync()).Differences;
        differences.Count.ShouldBe(2);
        differences.ShouldContain(d => d.Name.Contains(stray) && d.Name.Contains("9:received"));
        differences.ShouldContain(d => d.Name.Contains(day) && d.Name.Contains(LiveStore.LastFact));
        await live.KeyDeleteAsync(stray);
    }

    [Fact]
    public async Task What_is_committed_while_the_view_is_first_read_counts_in_its_lists()
    {
        var region = new Region(96);
        var clock = new Standing();
        await using var rig = await Rig.StartAsync(servers, clock);
        // Asked for the day before it reads and while it does: each time something is committed, and known, that it has not asked for.
        clock.Asked = 4;
        clock.WhenAsked = () =>
            Task.Run(async () =>
                {
                    await Fold.TakeInAsync(rig.Database, region.Prescription(hospital: 0));
                    await rig.Tail.ReachAsync(await rig.LastAsync(), CancellationToken.None);
                })
                .GetAwaiter()
                .GetResult();
        await rig.View.StartAsync(CancellationToken.None);
        await Eventually.Be(() => clock.Asked == 0 && rig.Store.IsTrusted, "the view is written");
        await rig.ShownAsync();
    }

    private static long Total(Reading.Numbers numbers, string metric) => numbers.Hours.Where(h => h.Metric == metric).Sum(h => h.Value);

    /// <summary>The tail and the live view over a database of their own.</summary>
    private sealed class Rig : IAsyncDisposable
    {
        public required NpgsqlDataSource Database { get; init; }
        public required string Redis { get; init; }
        public required FactTail Tail { get; init; }
        public required LiveStore Store { get; init; }
        public required LiveView View { get; init; }

        public LiveAudit Audit => new(Database, Redis, TimeProvider.System);

        /// <param name="clock">one that looks on as the view is begun, which is left to the caller</param>
        public static async Task<Rig> StartAsync(Servers servers, Standing? clock = null)
        {
            var database = NpgsqlDataSource.Create(await servers.DatabaseAsync("cockpit"));
            var redis = await servers.RedisAsync();
            var configuration = new ConfigurationBuilder()
                .AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:redis"] = redis })
                .Build();
            var tail = new FactTail(database, new InstitutionRegister(), TimeProvider.System, NullLogger<FactTail>.Instance);
            var store = new LiveStore(configuration);
            var view = new LiveView(tail, store, database, clock ?? new Standing(), NullLogger<LiveView>.Instance);
            await tail.StartAsync(CancellationToken.None);
            await tail.Ready;
            if (clock is null)
            {
                await view.StartAsync(CancellationToken.None);
            }

            return new()
            {
                Database = database,
                Redis = redis,
                Tail = tail,
                Store = store,
                View = view,
            };
        }

        public async Task<long> LastAsync()
        {
            await using var moment = await Moment.OpenAsync(Database, CancellationToken.None);
            return moment.Position;
        }

        public Task<Reading.Numbers?> ReadAsync(DateOnly day, Scope? scope = null) =>
            Store.ReadAsync(Tail.Generation, scope ?? Scope.Everywhere, day);

        /// <summary>Waits until Redis has all that PostgreSQL has.</summary>
        public Task ShownAsync() =>
            Eventually.Hold(async () =>
            {
                Store.IsTrusted.ShouldBeTrue();
                (await Audit.RunAsync()).Differences.ShouldBeEmpty();
            });

        public async ValueTask DisposeAsync()
        {
            await View.StopAsync(CancellationToken.None);
            await Tail.StopAsync(CancellationToken.None);
            await Store.DisposeAsync();
            await Database.DisposeAsync();
        }
    }

    /// <summary>Timers go on; how long something was ago does not.</summary>
    private sealed class Standing : TimeProvider
    {
        /// <summary>How many times more it tells that it was asked what time it is.</summary>
        public int Asked { get; set; }

        public Action? WhenAsked { get; set; }

        public override long GetTimestamp() => 1;

        public override DateTimeOffset GetUtcNow()
        {
            if (Asked > 0)
            {
                WhenAsked?.Invoke();
                Asked--;
            }

            return base.GetUtcNow();
        }
    }
}
