using Npgsql;
using StackExchange.Redis;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Audit;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Cockpit.Reading;
using TcmBrain.Cockpit.Streaming;
using TcmBrain.Contracts;
using TcmBrain.Testing;

namespace TcmBrain.Cockpit.Tests;

/// <summary>The heads of top lists in Redis beside the rankings in PostgreSQL.</summary>
public sealed class TopListTests(Servers servers)
{
    [Fact]
    public async Task Redis_has_the_lists_of_every_scope_as_PostgreSQL_has_them_and_the_audit_names_what_differs()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(91);
        await host.TellAsync([.. region.Institutions(), .. region.Shuffle(region.Day(40))]);
        var (tail, live) = (await host.TailAsync(), Of<LiveStore>(host));
        var rankings = Of<RankingStore>(host);
        var day = RegionTime.DayOf(DateTimeOffset.UtcNow);
        Scope[] scopes =
        [
            Scope.Everywhere,
            Scope.OfRegion("330000"),
            Scope.OfRegion("330100"),
            Scope.OfRegion("330106"),
            .. Region.Hospitals.Select(h => Scope.OfInstitution(h.Code)),
        ];
        foreach (var scope in scopes)
        {
            await Eventually.Hold(async () =>
            {
                var shown = (await live.ReadTopsAsync(tail.Generation, scope, day)).ShouldNotBeNull();
                var truth = await rankings.ReadAsync(scope, day, CancellationToken.None);
                truth.Herbs.ShouldNotBeEmpty();
                Board.Render(rankings.View(day, shown)).ETag.ShouldBe(Board.Render(truth).ETag);
            });
        }

        var audit = new LiveAudit(host.Database, host.Redis, TimeProvider.System);
        (await audit.RunAsync()).Differences.ShouldBeEmpty();
        using var redis = await ConnectionMultiplexer.ConnectAsync(host.Redis);
        var key = LiveStore.TopsKey(tail.Generation, scopes[^1], day);
        await redis.GetDatabase().HashSetAsync(key, RankingLists.Herbs, LiveStore.Pack([new("无", 1, 1)]));
        (await audit.RunAsync()).Differences.ShouldHaveSingleItem().Name.ShouldContain(key);
    }

    [Fact]
    public async Task Lists_read_at_any_position_and_brought_forward_are_those_read_at_the_end()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(92);
        var batches = region.Shuffle(region.Day(60)).Chunk(101).ToList();
        var first = RegionTime.DayOf(DateTimeOffset.UtcNow).AddDays(-1);
        List<TopLists> begun = [await LoadAsync(host.Database, first)];
        foreach (var batch in batches)
        {
            await Fold.TakeInAsync(host.Database, batch);
            begun.Add(await LoadAsync(host.Database, first));
        }

        await using var connection = await host.Database.OpenConnectionAsync();
        var facts = await FactReader.AfterAsync(connection, 0, int.MaxValue, CancellationToken.None);
        var end = Text(begun[^1]);
        end.Count.ShouldBeGreaterThan(20);
        foreach (var lists in begun)
        {
            _ = lists.Take(all: true).Count();
            lists.Take(all: false).ShouldBeEmpty("nothing has changed since they were taken");
            // All from the beginning, in two pieces: what is in them already is passed over.
            lists.Add(facts.Take(facts.Count / 2), facts[facts.Count / 2 - 1].Id, first);
            lists.Add(facts.Skip(facts.Count / 2), facts[^1].Id, first);
            lists.Take(all: false).Any().ShouldBe(lists != begun[^1], "what came has changed them");
            Text(lists).ShouldBe(end);
            lists.Position.ShouldBe(facts[^1].Id);
        }

        begun[0].Add([], facts[^1].Id + 5, first.AddDays(5));
        begun[0].Take(all: true).ShouldBeEmpty("old days are forgotten");

        static SortedDictionary<string, string> Text(TopLists lists) =>
            new(
                lists
                    .Take(all: true)
                    .SelectMany(d => d.Heads.Select(h => (Key: $"{d.Scope.Kind}{d.Scope.Code} {d.Day:O} {h.List}", h.Head)))
                    .ToDictionary(d => d.Key, d => string.Join(',', d.Head)),
                StringComparer.Ordinal
            );
    }

    private static T Of<T>(CockpitHost host)
        where T : notnull => (T)host.Service.Services.GetService(typeof(T))!;

    private static async Task<TopLists> LoadAsync(NpgsqlDataSource database, DateOnly first)
    {
        await using var moment = await Moment.OpenAsync(database, CancellationToken.None);
        return await TopLists.LoadAsync(moment, first, CancellationToken.None);
    }
}
