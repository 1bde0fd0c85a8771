using System.Net;
using System.Text.Json;
using TcmBrain.Cockpit.Audit;
using TcmBrain.Cockpit.Streaming;
using TcmBrain.Contracts;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Testing;
using Testcontainers.Redis;

namespace TcmBrain.Cockpit.Tests;

/// <summary>The event stream: resumed without a gap, cut off when it must be.</summary>
public sealed class StreamTests(Servers servers)
{
    [Fact]
    public async Task Streams_cut_at_random_resume_without_gap_or_double_while_events_are_committed_side_by_side()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(25);
        var batches = region.Day(700).Chunk(23).ToList();
        var total = batches.Sum(b => b.Length);
        var folding = Task.Run(async () =>
        {
            var next = -1;
            await Task.WhenAll(
                Enumerable
                    .Range(0, 4)
                    .Select(async _ =>
                    {
                        for (int i; (i = Interlocked.Increment(ref next)) < batches.Count; )
                        {
                            await Fold.TakeInAsync(host.Database, batches[i], rollBackFirst: i % 7 == 0);
                        }
                    })
            );
        });

        await Task.WhenAll(Enumerable.Range(0, 5).Select(n => FollowAsync(new Random(n))));
        await folding;

        async Task FollowAsync(Random random)
        {
            var seen = new List<long>();
            var last = "0";
            var cuts = 0;
            while (seen.Count < total)
            {
                await using var reader = await SseReader.OpenAsync(host.Service, CockpitHost.Operator(), "?after=0", last);
                var stay = random.Next(1, 9);
                while (stay-- > 0 && seen.Count < total)
                {
                    var message = await reader.UntilAsync(m => m.Name is "facts");
                    seen.AddRange(SseReader.Ids(message));
                    // Whatever the server says is where it goes on.
                    last = reader.LastId;
                }

                cuts++;
            }

            cuts.ShouldBeGreaterThan(1);
            seen.ShouldBe(Enumerable.Range(1, total).Select(i => (long)i));
        }
    }

    [Fact]
    public async Task A_stream_of_a_region_resumes_over_what_it_may_not_see()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(26);
        var events = new List<TakenEvent>();
        for (var i = 0; i < 60; i++)
        {
            events.AddRange(region.Prescription(hospital: i % 3 == 0 ? 2 : 0, steps: 3));
        }

        await Fold.TakeInAsync(host.Database, events);
        List<string> seen = [];
        var last = "0";
        while (seen.Count < 60)
        {
            await using var reader = await SseReader.OpenAsync(host.Service, CockpitHost.Regulator("330782"), "", last);
            var message = await reader.UntilAsync(m => m.Name == "facts");
            seen.AddRange(message.Json.EnumerateArray().Select(e => e.GetProperty("region").GetString()!));
            last = reader.LastId;
        }

        seen.Count.ShouldBe(60);
        seen.ShouldAllBe(r => r == "330782");
    }

    [Fact]
    public async Task An_institution_is_followed_by_those_above_it_and_seen_alone()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(29);
        await host.TellAsync([
            .. region.Institutions(),
            .. Enumerable.Range(0, 12).SelectMany(i => region.Prescription(hospital: i % 3, steps: 2)),
        ]);
        var code = Region.Hospitals[0].Code;
        var query = $"?institution={code}&after=0";
        await using var reader = await SseReader.OpenAsync(host.Service, CockpitHost.Regulator("330100"), query);
        var facts = (await reader.UntilAsync(m => m.Name == "facts")).Json.EnumerateArray().ToList();
        facts.ShouldAllBe(e => e.GetProperty("institution").GetProperty("code").GetString() == code);
        var counters = await reader.UntilAsync(m => m.Name == "counters");
        counters.Json.GetProperty("scope").GetProperty("code").GetString().ShouldBe(code);
        counters.Json.GetProperty("totals").GetProperty("received").GetInt64().ShouldBe(4);
        var events = await host.GetAsync(CockpitHost.Regulator("330100"), $"/api/cockpit/events?institution={code}");
        events.GetProperty("items").GetArrayLength().ShouldBe(9, "its registration, and two of each of four");
        using var other = host.Service.Client(CockpitHost.Regulator("330782"));
        (await other.GetAsync($"/api/cockpit/stream?institution={code}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.GetAsync($"/api/cockpit/events?institution={code}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Counters_in_the_stream_end_at_the_numbers_of_the_summary()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        await using var reader = await SseReader.OpenAsync(host.Service, CockpitHost.Regulator("330100"));
        (await reader.UntilAsync(m => m.Name == "counters")).Json.GetProperty("totals").EnumerateObject().ShouldBeEmpty();
        var region = new Region(27);
        var events = Enumerable.Range(0, 30).SelectMany(i => region.Prescription(hospital: i % 4)).ToList();
        await host.TellAsync(events);
        var truth = await TotalsAsync(host, "330100");
        truth["completed"].ShouldBe(16);
        // Each comes when it has changed, in whatever order: the newest of both have to say all of it.
        var newest = new Dictionary<string, JsonElement>();
        await reader.UntilAsync(
            m =>
            {
                newest[m.Name] = m.Json;
                return newest.TryGetValue("counters", out var counters)
                    && TotalsOf(counters).SequenceEqual(truth)
                    && newest.TryGetValue("rankings", out var rankings)
                    && rankings.GetProperty("institutions").EnumerateArray().Sum(i => i.GetProperty("count").GetInt64()) == 16;
            },
            TimeSpan.FromSeconds(60)
        );
        newest["counters"].GetProperty("standing").GetRawText().ShouldBe("""{"completed":16}""");
        newest["rankings"].GetProperty("institutions").GetArrayLength().ShouldBe(2);
        await Eventually.Hold(async () =>
        {
            var summary = await host.GetAsync(CockpitHost.Regulator("330100"), "/api/cockpit/summary");
            TotalsOf(summary).ShouldBe(truth);
            summary.GetProperty("standing").GetRawText().ShouldBe("""{"completed":16}""");
        });
    }

    private static SortedDictionary<string, long> TotalsOf(JsonElement counters) =>
        new(counters.GetProperty("totals").EnumerateObject().ToDictionary(t => t.Name, t => t.Value.GetInt64()), StringComparer.Ordinal);

    /// <summary>What the database has counted in a region today.</summary>
    private static async Task<SortedDictionary<string, long>> TotalsAsync(CockpitHost host, string region)
    {
        await using var command = host.Database.CreateCommand(
            "select metric, sum(value)::bigint from cockpit.counters where kind = 'r' and code = $1 and day = $2 group by metric"
        );
        command.Parameters.Add(new() { Value = region });
        command.Parameters.Add(new() { Value = RegionTime.DayOf(DateTimeOffset.UtcNow) });
        await using var reader = await command.ExecuteReaderAsync();
        var totals = new SortedDictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            totals[reader.GetString(0)] = reader.GetInt64(1);
        }

        return totals;
    }

    [Fact]
    public async Task A_reader_far_behind_is_put_forward_and_told_so()
    {
        var text = await servers.DatabaseAsync("cockpit");
        await using (var database = Npgsql.NpgsqlDataSource.Create(text))
        {
            var region = new Region(28);
            foreach (var batch in Enumerable.Range(0, 1500).SelectMany(_ => region.Prescription()).Chunk(2500))
            {
                await Fold.TakeInAsync(database, batch);
            }
        }

        await using var host = await CockpitHost.StartAsync(servers, database: text);
        await using var reader = await SseReader.OpenAsync(host.Service, CockpitHost.Operator(), "?after=5");
        var skipped = await reader.UntilAsync(m => m.Name == "skipped");
        var total = await host.CountAsync();
        skipped.Json.GetProperty("from").GetInt64().ShouldBe(6);
        var to = skipped.Json.GetProperty("to").GetInt64();
        SseReader.Ids(await reader.UntilAsync(m => m.Name == "facts")).First().ShouldBe(to + 1);
        // What was left out can be had in pages.
        long after = 5;
        var items = 0;
        while (after < to)
        {
            var page = await host.GetAsync(CockpitHost.Operator(), $"/api/cockpit/events?after={after}&limit=500");
            items += page.GetProperty("items").GetArrayLength();
            after = page.GetProperty("position").GetInt64();
        }

        items.ShouldBe((int)(after - 5));
        total.ShouldBeGreaterThan(Follower.FurthestBehind);
    }

    [Fact]
    public async Task A_client_that_takes_nothing_is_cut_off_and_holds_no_place()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var gate = (StreamGate)host.Service.Services.GetService(typeof(StreamGate))!;
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        socket.ReceiveBufferSize = 4096;
        await socket.ConnectAsync(host.Service.Http.Host, host.Service.Http.Port);
        var request = $"GET /api/cockpit/stream?after=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {CockpitHost.Operator()}\r\n\r\n";
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(request));
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60)))
        {
            var (begun, piece) = ("", new byte[512]);
            while (!begun.Contains("event: beat"))
            {
                var length = await socket.ReceiveAsync(piece, patience.Token);
                length.ShouldBeGreaterThan(0, begun);
                begun += System.Text.Encoding.ASCII.GetString(piece, 0, length);
            }
        }

        gate.Open.ShouldBe(1);
        // More than every buffer on the way holds, and nobody reads.
        var region = new Region(29);
        for (var i = 0; i < 12 && gate.Open == 1; i++)
        {
            await Fold.TakeInAsync(host.Database, [.. Enumerable.Range(0, 500).SelectMany(_ => region.Prescription())]);
        }

        await Eventually.Be(() => gate.Open == 0, "the stream is cut", SseWriter.Patience + TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_stream_ends_when_its_token_does()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        await using var reader = await SseReader.OpenAsync(host.Service, CockpitHost.Operator(TimeSpan.FromSeconds(5)));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await reader.NextAsync(patience.Token) is not null) { }
    }
}
