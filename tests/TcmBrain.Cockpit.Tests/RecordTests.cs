using System.Net;
using System.Text.Json;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Testing;

namespace TcmBrain.Cockpit.Tests;

/// <summary>Every number opens to its records: as many, and adding up to it.</summary>
public sealed class RecordTests(Servers servers)
{
    [Fact]
    public async Task The_records_behind_every_number_add_up_to_it()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(51);
        await host.TellAsync([.. region.Institutions(), .. region.Shuffle(region.Day(60).Concat(region.Prescription()))]);
        string[] scopes = ["", "region=330100", "region=330782", "institution=" + Region.Hospitals[0].Code, "institution=" + Region.Centre];
        var opened = 0;
        foreach (var scope in scopes)
        {
            var token = CockpitHost.Operator();
            await Eventually.Hold(async () =>
                (await host.GetAsync(token, "/api/cockpit/summary?" + scope)).GetProperty("asOf").GetInt64().ShouldBeGreaterThan(0)
            );
            var summary = await Settled(host, scope);
            foreach (var total in summary.GetProperty("totals").EnumerateObject())
            {
                var (number, sum, _) = await OpenAsync(host, $"{scope}&metric={total.Name}");
                number.ShouldBe(total.Value.GetInt64(), $"{scope} {total.Name}");
                sum.ShouldBe(number, $"{scope} {total.Name}");
                opened++;
            }

            foreach (var time in summary.GetProperty("times").EnumerateObject())
            {
                var (number, sum, count) = await OpenAsync(host, $"{scope}&metric=time:{time.Name}");
                count.ShouldBe(number);
                number.ShouldBe(time.Value.GetProperty("count").GetInt64(), $"{scope} {time.Name}");
                (sum / count).ShouldBe(time.Value.GetProperty("mean").GetDouble(), 0.01);
                opened++;
            }

            foreach (var rate in summary.GetProperty("rates").EnumerateObject())
            {
                var (number, sum, count) = await OpenAsync(host, $"{scope}&metric=rate:{rate.Name}");
                number.ShouldBe(rate.Value.GetProperty("whole").GetInt64(), $"{scope} {rate.Name}");
                if (rate.Name != "traceCoverage")
                {
                    count.ShouldBe(number, rate.Name);
                    sum.ShouldBe(rate.Value.GetProperty("part").GetInt64(), rate.Name);
                }
            }

            foreach (var stage in summary.GetProperty("standing").EnumerateObject())
            {
                var (number, sum, _) = await OpenAsync(host, $"{scope}&stage={stage.Name}");
                number.ShouldBe(stage.Value.GetInt64(), $"{scope} {stage.Name}");
                sum.ShouldBe(number);
            }
        }

        opened.ShouldBeGreaterThan(100);
        // They follow the counters in steps of their own.
        await Eventually.Hold(async () =>
        {
            var rankings = await host.GetAsync(CockpitHost.Regulator("330100"), "/api/cockpit/rankings");
            var herb = rankings.GetProperty("herbs")[0];
            var behind = await OpenAsync(host, "region=330100&list=herb&topic=" + herb.GetProperty("piece").GetString());
            behind.ShouldBe(
                (herb.GetProperty("count").GetInt64(), herb.GetProperty("milligrams").GetDouble(), herb.GetProperty("count").GetInt64())
            );
            var flow = (await host.GetAsync(CockpitHost.Operator(), "/api/cockpit/flows")).GetProperty("paths")[0];
            var sent = await OpenAsync(
                host,
                $"from={flow.GetProperty("institution").GetProperty("code").GetString()}&to={Region.Centre}&district={flow.GetProperty("district").GetString()}"
            );
            sent.Count.ShouldBe(flow.GetProperty("count").GetInt64());
            sent.Total.ShouldBe(sent.Count);
        });
    }

    [Fact]
    public async Task Records_are_opened_to_those_whose_they_are_and_numbers_of_hospitals_to_the_hospital_only()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(52);
        await host.TellAsync([
            .. region.Institutions(),
            .. region.Prescription(0, steps: 3, hisNumber: "H0-1"),
            .. region.Prescription(2, steps: 3, hisNumber: "H2-1"),
        ]);
        var own = await host.GetAsync(CockpitHost.Staff(0), "/api/cockpit/records?metric=received");
        own.GetProperty("items")[0].GetProperty("reference").GetString().ShouldBe("H0-1");
        own.GetProperty("items").GetArrayLength().ShouldBe(1);
        var id = own.GetProperty("items")[0].GetProperty("id").GetString();
        own.GetProperty("items")[0].GetProperty("links").GetProperty("prescription").GetString().ShouldBe("/api/prescriptions/" + id);
        var city = await host.GetAsync(CockpitHost.Regulator("330100"), "/api/cockpit/records?metric=received");
        city.GetProperty("items").GetArrayLength().ShouldBe(1);
        city.GetRawText().ShouldNotContain("H0-1");
        (await host.StatusAsync(CockpitHost.Regulator("330100"), "/api/cockpit/records?metric=received&region=330782")).ShouldBe(
            HttpStatusCode.NotFound
        );
        (
            await host.StatusAsync(CockpitHost.Staff(0), "/api/cockpit/records?metric=received&institution=" + Region.Hospitals[2].Code)
        ).ShouldBe(HttpStatusCode.NotFound);
        using var client = host.Service.Client(CockpitHost.Operator());
        (string Path, string Code)[] questions =
        [
            ("", "COC-0201"),
            ("metric=nothing", "COC-0201"),
            ("stage=nowhere", "COC-0201"),
            ("list=herb&hour=3", "COC-0201"),
            ("metric=received&hour=24", "COC-0204"),
            ("metric=received&after=x", "COC-0203"),
            ("stage=received&after=x", "COC-0203"),
        ];
        foreach (var (path, code) in questions)
        {
            using var response = await client.GetAsync("/api/cockpit/records?" + path);
            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, path);
            JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("code").GetString().ShouldBe(code, path);
        }
    }

    /// <summary>The summary once two readings of it, a refresh apart, are alike.</summary>
    private static async Task<JsonElement> Settled(CockpitHost host, string scope)
    {
        var all = await host.CountAsync();
        JsonElement summary = default;
        await Eventually.Be(
            async () =>
            {
                summary = await host.GetAsync(CockpitHost.Operator(), "/api/cockpit/summary?" + scope);
                var everything = await host.GetAsync(CockpitHost.Operator(), "/api/cockpit/summary");
                return everything.GetProperty("asOf").GetInt64() == all;
            },
            "all is shown"
        );
        return await host.GetAsync(CockpitHost.Operator(), "/api/cockpit/summary?" + scope);
    }

    /// <summary>The number, the sum of its records' values, and how many there are, in pages of seven.</summary>
    private static async Task<(long Total, double Sum, long Count)> OpenAsync(CockpitHost host, string query)
    {
        long total = 0;
        double sum = 0;
        var seen = new HashSet<string>();
        for (var after = ""; after is not null; )
        {
            var page = await host.GetAsync(CockpitHost.Operator(), $"/api/cockpit/records?limit=100&{query}{after}");
            total = page.GetProperty("total").GetInt64();
            foreach (var item in page.GetProperty("items").EnumerateArray())
            {
                seen.Add(item.GetProperty("position").GetRawText() + item.GetProperty("id").GetString())
                    .ShouldBeTrue($"{query}{after} after {seen.Count}: {item.GetRawText()}");
                sum += item.GetProperty("value") is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : 0;
            }

            after = page.GetProperty("next") is { ValueKind: JsonValueKind.String } next ? "&after=" + next.GetString() : null;
        }

        return (total, sum, seen.Count);
    }
}
