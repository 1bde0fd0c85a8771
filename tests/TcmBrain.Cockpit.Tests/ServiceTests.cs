using System.Net;
using System.Text.Json;
using TcmBrain.Cockpit.Audit;
using TcmBrain.Cockpit.Streaming;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Testing;
using Testcontainers.Redis;

namespace TcmBrain.Cockpit.Tests;

/// <summary>The cockpit as a whole, on the real broker, database and Redis.</summary>
public sealed class ServiceTests(Servers servers)
{
    [Fact]
    public async Task What_the_broker_delivers_twice_and_in_disorder_is_counted_once()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(21);
        var events = region.Day(120);
        // Every third is told twice, some of them far apart.
        await host.Publisher.TellAsync(region.Shuffle(events.Concat(events.Where((_, i) => i % 3 == 0))));
        await Eventually.Be(async () => await host.CountAsync() == events.Count, "all events are folded");
        await Eventually.Be(async () => await host.TotalAsync(CockpitHost.Operator(), "received") == 120, "the summary shows them");
        (await CounterAudit.RunAsync(host.ConnectionString)).Differences.ShouldBeEmpty();
        (await host.CountAsync()).ShouldBe(events.Count);
    }

    [Fact]
    public async Task Each_role_sees_its_own_region_or_institution_and_nothing_else()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(22);
        var events = region.Institutions();
        int[] perHospital = [5, 3, 2, 4];
        for (var hospital = 0; hospital < perHospital.Length; hospital++)
        {
            for (var i = 0; i < perHospital[hospital]; i++)
            {
                events.AddRange(region.Prescription(hospital, hisNumber: $"H{hospital}-{i}"));
            }
        }

        await host.TellAsync(events);
        var centre = TestTokens.Of("worker", Region.Centre, "330106", "decoction");
        await Eventually.Be(async () => await host.TotalAsync(CockpitHost.Operator(), "received") == 14, "all received are shown");
        await Eventually.Be(async () => await host.TotalAsync(centre, "decocted") == 14, "all decocted are shown");

        (await host.TotalAsync(CockpitHost.Regulator("330000"), "received")).ShouldBe(10);
        (await host.TotalAsync(CockpitHost.Regulator("330100"), "received")).ShouldBe(8);
        (await host.TotalAsync(CockpitHost.Regulator("330100"), "received", "330106")).ShouldBe(5);
        (await host.TotalAsync(CockpitHost.Regulator("330782"), "received")).ShouldBe(2);
        (await host.TotalAsync(CockpitHost.Operator(), "received", "310000")).ShouldBe(4);
        (await host.TotalAsync(CockpitHost.Staff(0), "received")).ShouldBe(5);
        (await host.TotalAsync(CockpitHost.Staff(3, "admin"), "received")).ShouldBe(4);

        // Another's region, no region and one that never was are answered alike.
        foreach (var asked in (string[])["330000", "310101", "330199000", "x", "999999"])
        {
            (await host.StatusAsync(CockpitHost.Regulator("330100"), $"/api/cockpit/summary?region={asked}")).ShouldBe(
                HttpStatusCode.NotFound,
                asked
            );
            (await host.StatusAsync(CockpitHost.Staff(0), $"/api/cockpit/stream?region={asked}")).ShouldBe(HttpStatusCode.NotFound, asked);
        }

        foreach (var path in (string[])["summary", "rankings", "events", "stream", "me"])
        {
            (await host.StatusAsync(null, "/api/cockpit/" + path)).ShouldBe(HttpStatusCode.Unauthorized, path);
            (await host.StatusAsync(TestTokens.Sign(new TestToken("nobody", null, null, ["prescriber"])), "/api/cockpit/" + path)).ShouldBe(
                HttpStatusCode.Forbidden,
                path
            );
        }

        using var staff = host.Service.Client(CockpitHost.Staff(0));
        (await staff.PostAsync("/api/cockpit/rebuild", null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        var own = await host.GetAsync(CockpitHost.Staff(0), "/api/cockpit/events?limit=500");
        var ownPrescriptions = own.GetProperty("items").EnumerateArray().Where(e => e.TryGetProperty("reference", out _)).ToList();
        ownPrescriptions.ShouldAllBe(e => e.GetProperty("reference").GetString()!.StartsWith("H0-"));
        ownPrescriptions.ShouldNotBeEmpty();
        var city = await host.GetAsync(CockpitHost.Regulator("330100"), "/api/cockpit/events?limit=500");
        city.GetRawText().ShouldNotContain("H0-0");
        city.GetRawText().ShouldContain("西湖区中医院");
        city.GetRawText().ShouldNotContain("义乌市中医医院");

        var rankings = await host.GetAsync(CockpitHost.Regulator("330100"), "/api/cockpit/rankings");
        rankings.GetProperty("institutions").EnumerateArray().Select(i => i.GetProperty("count").GetInt64()).ShouldBe([5, 3]);
        rankings.GetProperty("institutions")[0].GetProperty("institution").GetProperty("zh").GetString().ShouldBe("西湖区中医院");
        rankings.GetProperty("herbs").GetArrayLength().ShouldBeGreaterThan(5);
        (await host.GetAsync(CockpitHost.Regulator("320000"), "/api/cockpit/summary"))
            .GetProperty("totals")
            .EnumerateObject()
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task Bad_questions_get_coded_answers()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        using var client = host.Service.Client(CockpitHost.Operator());
        (string Path, string Code)[] questions =
        [
            ("summary?day=2026-13-01", "COC-0102"),
            ("summary?day=2999-01-01", "COC-0102"),
            ("events?limit=0", "COC-0103"),
            ("events?limit=501", "COC-0103"),
            ("events?after=-1", "COC-0104"),
            ("stream?after=abc", "COC-0104"),
            ("stream?after=99999999999999999999", "COC-0104"),
            ("stream?after=%2B5", "COC-0104"),
            ("nothing", "GEN-0006"),
        ];
        foreach (var (path, code) in questions)
        {
            using var response = await client.GetAsync("/api/cockpit/" + path);
            ((int)response.StatusCode).ShouldBeInRange(400, 499, path);
            JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("code").GetString().ShouldBe(code, path);
        }

        // Behind everything there will ever be is a place like any other.
        foreach (var path in (string[])["events?after=", "alarms?before="])
        {
            var page = await host.GetAsync(CockpitHost.Operator(), $"/api/cockpit/{path}{long.MaxValue}");
            page.GetProperty("items").GetArrayLength().ShouldBe(0, path);
        }
    }

    [Fact]
    public async Task A_summary_that_has_not_changed_is_not_sent_again()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        await host.TellAsync(new Region(23).Prescription());
        await Eventually.Be(async () => await host.TotalAsync(CockpitHost.Operator(), "delivered") == 1, "shown");
        // Which of the two it was read from is part of the answer.
        await Eventually.Be(
            async () => (await host.GetAsync(CockpitHost.Operator(), "/api/cockpit/summary")).GetProperty("source").GetString() == "redis",
            "Redis is up"
        );
        using var client = host.Service.Client(CockpitHost.Operator());
        using var first = await client.GetAsync("/api/cockpit/summary");
        var tag = first.Headers.ETag!.ToString();
        (string Known, HttpStatusCode Status)[] questions =
        [
            (tag, HttpStatusCode.NotModified),
            ("W/" + tag, HttpStatusCode.NotModified),
            ($"\"other, one\", W/{tag}", HttpStatusCode.NotModified),
            ("*", HttpStatusCode.NotModified),
            ("\"other\"", HttpStatusCode.OK),
            (tag.Trim('"'), HttpStatusCode.OK),
        ];
        foreach (var (known, status) in questions)
        {
            using var question = new HttpRequestMessage(HttpMethod.Get, "/api/cockpit/summary");
            question.Headers.TryAddWithoutValidation("If-None-Match", known).ShouldBeTrue();
            using var answer = await client.SendAsync(question);
            answer.StatusCode.ShouldBe(status, known);
            answer.Headers.ETag!.ToString().ShouldBe(tag);
        }

        client.DefaultRequestHeaders.IfNoneMatch.Add(first.Headers.ETag!);
        await host.TellAsync(new Region(24).Prescription());
        await Eventually.Be(
            async () => (await client.GetAsync("/api/cockpit/summary")).StatusCode == HttpStatusCode.OK,
            "the summary has changed"
        );
    }

    [Fact]
    public async Task Numbers_stay_right_when_Redis_dies_and_after_it_came_back_empty()
    {
        await using var redis = new RedisBuilder().WithImage("redis:7").Build();
        await redis.StartAsync();
        await using var host = await CockpitHost.StartAsync(servers, redis);
        var region = new Region(30);
        await host.TellAsync([.. Enumerable.Range(0, 10).SelectMany(_ => region.Prescription())]);
        await ShowsAsync("received", 10, "redis");

        await redis.StopAsync();
        await host.TellAsync([.. Enumerable.Range(0, 10).SelectMany(_ => region.Prescription())]);
        await ShowsAsync("received", 20, "postgres");
        using var client = host.Service.Client();
        await Eventually.Be(
            async () => (await client.GetStringAsync("/health")).Contains("\"redis\":\"Degraded\""),
            "the health says so and stays ready"
        );

        await redis.StartAsync();
        await ShowsAsync("received", 20, "redis");
        await host.TellAsync([.. Enumerable.Range(0, 5).SelectMany(_ => region.Prescription())]);
        await ShowsAsync("received", 25, "redis");
        (await client.GetStringAsync("/health")).ShouldContain("\"redis\":\"Healthy\"");
        (await CounterAudit.RunAsync(host.ConnectionString)).Differences.ShouldBeEmpty();

        async Task ShowsAsync(string metric, long value, string source) =>
            await Eventually.Hold(async () =>
            {
                var summary = await host.GetAsync(CockpitHost.Operator(), "/api/cockpit/summary");
                summary.GetProperty("source").GetString().ShouldBe(source);
                summary.GetProperty("totals").GetProperty(metric).GetInt64().ShouldBe(value);
            });
    }

    [Fact]
    public async Task A_Redis_that_can_be_read_but_not_written_is_not_believed()
    {
        await using var redis = new RedisBuilder().WithImage("redis:7").Build();
        await redis.StartAsync();
        await using var host = await CockpitHost.StartAsync(servers, redis);
        var region = new Region(33);
        await host.TellAsync(region.Prescription());
        await Eventually.Hold(async () => (await SourceAsync()).ShouldBe("redis"));
        using var admin = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(redis.GetConnectionString() + ",allowAdmin=true");
        var server = admin.GetServer(admin.GetEndPoints()[0]);
        // With no replica to copy to, every write is refused; reads go on.
        await server.ConfigSetAsync("min-replicas-to-write", "1");
        await host.TellAsync(region.Prescription());
        await Eventually.Hold(async () =>
        {
            (await host.TotalAsync(CockpitHost.Operator(), "received")).ShouldBe(2);
            (await SourceAsync()).ShouldBe("postgres");
        });
        await server.ConfigSetAsync("min-replicas-to-write", "0");
        await Eventually.Hold(async () => (await SourceAsync()).ShouldBe("redis"));
        (await host.TotalAsync(CockpitHost.Operator(), "received")).ShouldBe(2);

        async Task<string?> SourceAsync() =>
            (await host.GetAsync(CockpitHost.Operator(), "/api/cockpit/summary")).GetProperty("source").GetString();
    }

    [Fact]
    public async Task A_Redis_that_answers_nothing_for_a_while_delays_no_number()
    {
        await using var redis = new RedisBuilder().WithImage("redis:7").Build();
        await redis.StartAsync();
        await using var host = await CockpitHost.StartAsync(servers, redis);
        var region = new Region(34);
        await host.TellAsync(region.Prescription());
        await Eventually.Hold(async () => (await SummaryAsync()).ShouldBe(("redis", 1)));
        using var admin = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(redis.GetConnectionString() + ",allowAdmin=true");
        await admin.GetDatabase().ExecuteAsync("CLIENT", "PAUSE", "4000");
        await host.TellAsync(region.Prescription());
        (await SummaryAsync()).Received.ShouldBe(2);
        await Eventually.Hold(async () => (await SummaryAsync()).ShouldBe(("redis", 2)));

        async Task<(string? Source, int Received)> SummaryAsync()
        {
            var summary = await host.GetAsync(CockpitHost.Operator(), "/api/cockpit/summary");
            return (summary.GetProperty("source").GetString(), summary.GetProperty("totals").GetProperty("received").GetInt32());
        }
    }

    [Fact]
    public async Task Redis_and_PostgreSQL_give_the_same_numbers_and_a_rebuild_starts_the_live_view_anew()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        await host.TellAsync(new Region(31).Day(60));
        var fromRedis = await FromAsync("redis");
        await using (var spoil = host.Database.CreateCommand("update cockpit.counters set value = value + 7 where metric = 'received'"))
        {
            await spoil.ExecuteNonQueryAsync();
        }

        using var client = host.Service.Client(CockpitHost.Operator());
        (await client.PostAsync("/api/cockpit/rebuild", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Eventually.Hold(async () => (await FromAsync("redis")).ShouldBe(fromRedis));
        (await CounterAudit.RunAsync(host.ConnectionString)).Differences.ShouldBeEmpty();

        await using var without = await CockpitHost.StartAsync(servers, database: host.ConnectionString);
        await Eventually.Hold(async () => (await FromAsync("redis", without)).ShouldBe(fromRedis));

        async Task<string> FromAsync(string source, CockpitHost? other = null)
        {
            var result = "";
            await Eventually.Hold(async () =>
            {
                var summary = await (other ?? host).GetAsync(CockpitHost.Operator(), "/api/cockpit/summary");
                summary.GetProperty("source").GetString().ShouldBe(source);
                summary.GetProperty("totals").GetProperty("received").GetInt64().ShouldBe(60);
                // Where they stand is told of each of them.
                summary.GetProperty("standing").EnumerateObject().Sum(x => x.Value.GetInt64()).ShouldBe(60);
                result =
                    summary.GetProperty("totals").GetRawText()
                    + summary.GetProperty("hours").GetRawText()
                    + summary.GetProperty("standing").GetRawText();
            });
            return result;
        }
    }

    [Fact]
    public async Task Nothing_is_lost_of_what_came_while_the_service_was_away()
    {
        var text = await servers.DatabaseAsync("cockpit");
        var region = new Region(32);
        await using (var host = await CockpitHost.StartAsync(servers, database: text))
        {
            await host.TellAsync(region.Prescription());
        }

        await using (var database = Npgsql.NpgsqlDataSource.Create(text))
        {
            await Fold.TakeInAsync(database, region.Prescription());
        }

        await using var again = await CockpitHost.StartAsync(servers, database: text);
        await Eventually.Be(async () => await again.TotalAsync(CockpitHost.Operator(), "completed") == 2, "both are shown");
        var last = await again.GetAsync(CockpitHost.Operator(), "/api/cockpit/events?limit=5");
        last.GetProperty("items").GetArrayLength().ShouldBe(5);
        last.GetProperty("position").GetInt64().ShouldBe(30);
    }

    [Fact]
    public void The_error_catalogue_is_documented() => FaultCatalogue.Check(typeof(CockpitFaults), "cockpit", "COC");
}
