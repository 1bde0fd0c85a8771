using System.Globalization;
using System.Net;
using System.Text.Json;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Testing;

namespace TcmBrain.Cockpit.Tests;

/// <summary>Curves, maps, flows, rates and turn-rounds, each beside what the events themselves say.</summary>
public sealed class ReadingTests(Servers servers)
{
    private static readonly string[] Cities = ["330000", "330100", "330106"];

    [Fact]
    public async Task Every_view_says_what_the_events_say()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(41);
        List<TakenEvent> events = [.. region.Institutions(), .. Enumerable.Range(0, 40).SelectMany(i => region.Prescription(i % 4))];
        await host.TellAsync(region.Shuffle(events));
        var token = CockpitHost.Operator();
        await Eventually.Be(async () => await host.TotalAsync(token, "completed") == 40, "all are shown");
        T[] Of<T>() => [.. events.Select(e => e.Event).OfType<T>()];
        var days = Of<PrescriptionReceived>().GroupBy(e => RegionTime.DayOf(e.OccurredAt)).ToDictionary(g => g.Key, g => g.Count());

        var promised = Of<PrescriptionRouted>().ToDictionary(e => e.AggregateId, e => e.PromisedAt!.Value);
        var today = RegionTime.DayOf(DateTimeOffset.UtcNow);
        var delivered = Of<ParcelDelivered>().Where(e => RegionTime.DayOf(e.OccurredAt) == today).ToList();
        var summary = await host.GetAsync(token, "/api/cockpit/summary");
        var kept = summary.GetProperty("rates").GetProperty("promiseKept");
        kept.GetProperty("whole").GetInt32().ShouldBe(delivered.Count);
        kept.GetProperty("part").GetInt32().ShouldBe(delivered.Count(e => e.OccurredAt <= promised[e.AggregateId]));
        summary.GetProperty("rates").GetProperty("rational").TryGetProperty("value", out _).ShouldBeFalse();
        var total = summary.GetProperty("times").GetProperty("total");
        total.GetProperty("count").GetInt32().ShouldBe(delivered.Count);
        total.GetProperty("mean").GetDouble().ShouldBe(140 * 60, 0.001);
        total.GetProperty("p95").GetDouble().ShouldBe(140 * 60, 140 * 60 * 0.0101);

        var series = await host.GetAsync(
            token,
            $"/api/cockpit/series?metric=received,completed&from={Iso(today.AddDays(-3))}&to={Iso(today)}"
        );
        series.GetProperty("days").GetArrayLength().ShouldBe(4);
        foreach (var day in series.GetProperty("days").EnumerateArray())
        {
            var values = day.GetProperty("values");
            var at = DateOnly.ParseExact(day.GetProperty("day").GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture);
            (values.TryGetProperty("received", out var n) ? n.GetInt32() : 0).ShouldBe(days.GetValueOrDefault(at));
        }

        var curve = await host.GetAsync(token, $"/api/cockpit/curve?metric=received&day={Iso(today)}");
        curve.GetProperty("hours").EnumerateArray().Sum(h => h.GetInt64()).ShouldBe(days.GetValueOrDefault(today));
        curve.GetProperty("before").GetProperty("day").GetString().ShouldBe(Iso(today.AddDays(-7)));
        curve.GetProperty("before").GetProperty("hours").GetArrayLength().ShouldBe(24);

        foreach (var above in Cities)
        {
            var map = await host.GetAsync(token, $"/api/cockpit/regions?region={above}&day={Iso(today)}");
            foreach (var child in map.GetProperty("children").EnumerateArray())
            {
                RegionCode.Parent(child.GetProperty("code").GetString()!).ShouldBe(above);
            }

            map.GetProperty("children")
                .EnumerateArray()
                .Sum(c => c.GetProperty("value").GetInt64())
                .ShouldBe(above == "330106" ? 0 : await host.TotalAsync(token, "received", above));
        }

        var provinces = await host.GetAsync(token, "/api/cockpit/regions?metric=rate:promiseKept");
        provinces.GetProperty("children").EnumerateArray().Select(c => c.GetProperty("code").GetString()).ShouldBe(["310000", "330000"]);
        provinces.GetProperty("children").EnumerateArray().Sum(c => c.GetProperty("whole").GetInt32()).ShouldBe(delivered.Count);
        var centre = (await host.GetAsync(token, "/api/cockpit/regions?region=330106&metric=p95:total"))
            .GetProperty("institutions")
            .EnumerateArray()
            .Single(i => i.GetProperty("institution").GetProperty("code").GetString() == Region.Centre);
        centre.GetProperty("value").GetDouble().ShouldBe(140 * 60, 140 * 60 * 0.0101);

        var routed = Of<PrescriptionRouted>().Where(e => RegionTime.DayOf(e.OccurredAt) == today).ToList();
        var flows = await host.GetAsync(token, "/api/cockpit/flows");
        flows.GetProperty("paths").EnumerateArray().Sum(p => p.GetProperty("count").GetInt32()).ShouldBe(routed.Count);
        var own = await host.GetAsync(CockpitHost.Staff(2), "/api/cockpit/flows");
        own.GetProperty("centreToDistrict").EnumerateArray().Select(l => l.GetProperty("to").GetString()).ShouldBe(["330782"]);
        own.GetProperty("institutionToCentre")[0]
            .GetProperty("count")
            .GetInt32()
            .ShouldBe(routed.Count(e => e.InstitutionCode == Region.Hospitals[2].Code));

        var rankings = await host.GetAsync(token, "/api/cockpit/rankings");
        rankings.GetProperty("formulas").EnumerateArray().Single().GetProperty("formula").GetString().ShouldBe("四君子汤");
        rankings.GetProperty("departments").EnumerateArray().Single().GetProperty("count").GetInt32().ShouldBe(days[today]);
        rankings.GetProperty("centres")[0].GetProperty("institution").GetProperty("code").GetString().ShouldBe(Region.Centre);
    }

    [Fact]
    public async Task Alarms_come_newest_first_in_pages_to_those_they_concern()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(42);
        var events = region.Institutions();
        for (var i = 0; i < 7; i++)
        {
            events.AddRange(region.Prescription(0, steps: 2));
            events.Add(
                Region.Taken(
                    new DeviationDetected
                    {
                        AggregateId = Guid.CreateVersion7(),
                        Version = 1,
                        OccurredAt = DateTimeOffset.UtcNow,
                        InstitutionCode = Region.Hospitals[i % 2 == 0 ? 0 : 3].Code,
                        RegionCode = Region.Hospitals[i % 2 == 0 ? 0 : 3].County,
                        HisNumber = "H" + i,
                        Revision = 1,
                        CentreCode = Region.Centre,
                        Step = "first-boil",
                        RuleId = "boil.short",
                        TextZh = "",
                        TextEn = "",
                    }
                )
            );
        }

        await host.TellAsync(events);
        var seen = new List<long>();
        for (var next = ""; next is not null; )
        {
            var page = await host.GetAsync(CockpitHost.Regulator("330100"), "/api/cockpit/alarms?limit=3" + next);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(a => a.GetProperty("id").GetInt64()));
            page.GetProperty("items").EnumerateArray().ShouldAllBe(a => a.GetProperty("alarm").GetInt32() == 2);
            next = page.GetProperty("next") is { ValueKind: JsonValueKind.String } text ? "&before=" + text.GetString() : null;
        }

        seen.Count.ShouldBe(4);
        seen.ShouldBe(seen.OrderDescending());
        await Eventually.Be(async () => await host.TotalAsync(CockpitHost.Operator(), "alarms") == 7, "alarms are counted");
        // Also where no prescription is.
        await Eventually.Hold(async () =>
            (await host.GetAsync(CockpitHost.Operator(), "/api/cockpit/regions?metric=alarms"))
                .GetProperty("children")
                .EnumerateArray()
                .Select(c => (c.GetProperty("code").GetString(), c.GetProperty("value").GetInt32()))
                .ShouldBe([("310000", 3), ("330000", 4)])
        );
    }

    [Fact]
    public async Task Bad_questions_get_coded_answers()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        using var client = host.Service.Client(CockpitHost.Operator());
        (string Path, string Code)[] questions =
        [
            ("curve?metric=nothing", "COC-0201"),
            ("regions?metric=rate:nothing", "COC-0201"),
            ("regions?metric=p95:nothing", "COC-0201"),
            ("series?from=2020-01-01", "COC-0202"),
            // Nothing can be counted back from the first days there are.
            ("curve?day=0001-01-03", "COC-0102"),
            ("series?to=0001-01-05", "COC-0102"),
            ("series?from=2026-11-02&to=2026-11-01", "COC-0202"),
            ("alarms?before=x", "COC-0104"),
            ("alarms?limit=0", "COC-0103"),
        ];
        foreach (var (path, code) in questions)
        {
            using var response = await client.GetAsync("/api/cockpit/" + path);
            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, path);
            JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("code").GetString().ShouldBe(code, path);
        }
    }

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
