using System.Text.Json;
using TcmBrain.Cockpit.Indicators.Evaluation;

namespace TcmBrain.Cockpit.Tests.Indicators;

/// <summary>Every expression of the published plans, against a register that was counted by hand.</summary>
[Collection(PlanRegion.Shared)]
public sealed class EvaluationTests(PlanRegion region)
{
    // By hand, of PlanRegion's county of half a million: what the plan asks and what is there. Growth is against the end of 2020.
    public static TheoryData<string, int, double> ByHand =>
        new()
        {
            { "yiwu-2025", 1, 600 / 500_000.0 * 1000 },
            { "yiwu-2025", 2, 11 / 500_000.0 * 1000 },
            { "yiwu-2025", 3, 3 / 7.0 * 100 },
            { "yiwu-2025", 8, 1 },
            { "yiwu-2025", 9, 2 },
            { "shanghai-145", 1, 50 },
            { "shanghai-145", 2, 37.5 },
            { "shanghai-145", 3, 100 },
            { "shanghai-145", 4, 60 },
            { "shanghai-145", 5, 100 / 3.0 },
            { "shanghai-145", 6, 200 / 3.0 },
            { "shanghai-145", 7, 100 },
            { "shanghai-145", 8, 50 },
            { "shanghai-145", 9, 50 },
            { "shanghai-145", 10, 100 },
            { "shanghai-145", 15, 1 },
            { "hangzhou-2025", 1, 3 },
            { "hangzhou-2025", 2, 6 },
            { "hangzhou-2025", 3, 3 },
            { "hangzhou-2025", 4, 1 },
            { "hangzhou-2025", 6, 1 },
            { "yantai-2025", 1, 1 },
            { "yantai-2025", 2, 1 },
            { "yantai-2025", 3, 25 },
            { "yantai-2025", 4, 50 },
            { "yantai-2025", 7, 50 },
            { "yantai-2025", 8, 50 },
            { "yantai-2025", 12, 50 },
        };

    [Fact]
    public async Task Every_expression_counts_what_a_hand_counts_and_opens_down_to_just_that()
    {
        var wall = await region.GetAsync(PlanRegion.Operator, "/api/cockpit/indicators");
        var items = wall.GetProperty("items")
            .EnumerateArray()
            .Where(i => ByHand.Any(row => row.Data.Item1 == i.GetProperty("plan").GetString()))
            .ToDictionary(i => (i.GetProperty("plan").GetString()!, i.GetProperty("seq").GetInt32()));
        items.Count.ShouldBe(53);
        foreach (var row in ByHand)
        {
            var (plan, seq, expected) = row.Data;
            var item = items[(plan, seq)];
            item.GetProperty("value").ValueKind.ShouldBe(JsonValueKind.Number, $"{plan} {seq} {item.GetProperty("reason")}");
            item.GetProperty("value").GetDouble().ShouldBe(expected, 0.000001, $"{plan} {seq}");
            item.GetProperty("source").GetString().ShouldBe("computed");
            await OpensDownAsync(plan, seq);
        }

        items.Values.Count(i => i.GetProperty("source").GetString() == "computed").ShouldBe(ByHand.Count());
        items
            .Values.Where(i => i.GetProperty("value").ValueKind == JsonValueKind.Null)
            .ShouldAllBe(i => i.GetProperty("light").GetString() == "grey");
        items[("hangzhou-2025", 2)].GetProperty("each").GetRawText().ShouldBe("""{"met":1,"of":1}""");
        items[("hangzhou-2025", 3)].GetProperty("each").GetRawText().ShouldBe("""{"met":0,"of":1}""");
        items[("yiwu-2025", 1)].GetProperty("light").GetString().ShouldBe("green");
        items[("yiwu-2025", 2)].GetProperty("light").GetString().ShouldBe("red");
    }

    [Fact]
    public async Task A_past_day_is_counted_as_it_was()
    {
        async Task<JsonElement> At(string date) =>
            (await region.GetAsync(PlanRegion.Operator, $"/api/cockpit/indicators/yiwu-2025/1?date={date}")).GetProperty("item");

        (await At("2021-06-30")).GetProperty("value").GetDouble().ShouldBe(0.8);
        // The day of the change in the region's time: 08:00 on 1 March.
        (await At("2022-02-28"))
            .GetProperty("value")
            .GetDouble()
            .ShouldBe(0.8);
        (await At("2022-03-01")).GetProperty("value").GetDouble().ShouldBe(1.2);
        var before = await At("2020-05-31");
        before.GetProperty("value").ValueKind.ShouldBe(JsonValueKind.Null);
        before.GetProperty("reason").GetProperty("code").GetString().ShouldBe("COC-0352");
        var light = await region.GetAsync(PlanRegion.Operator, "/api/cockpit/indicators/shanghai-145/1?date=2021-06-30");
        light.GetProperty("item").GetProperty("value").GetDouble().ShouldBe(0);
    }

    [Fact]
    public async Task The_series_of_a_computed_indicator_is_long_enough_to_say_where_it_goes()
    {
        var card = await region.GetAsync(PlanRegion.Operator, "/api/cockpit/indicators/yiwu-2025/1?date=2023-06-30");
        card.GetProperty("series").GetArrayLength().ShouldBeGreaterThan(10);
        var forecast = card.GetProperty("item").GetProperty("forecast");
        forecast.GetProperty("status").GetString().ShouldBe("ok");
        forecast.GetProperty("at").GetString().ShouldBe("2025-12-31");
        card.GetProperty("path").GetArrayLength().ShouldBe(6);
        card.GetProperty("numerator").GetProperty("zh").GetString()!.ShouldContain("床位数之和");
    }

    [Fact]
    public async Task An_event_counter_is_an_expression_like_any_other_and_opens_down_to_the_events()
    {
        var seed = new Region(77);
        await region.Host.TellAsync([.. seed.Prescription(0), .. seed.Prescription(0), .. seed.Prescription(1)]);
        var plan = new
        {
            regionCode = "330100",
            nameZh = "处方",
            nameEn = "Prescriptions",
            indicators = new[]
            {
                new
                {
                    seq = 1,
                    nameZh = "处方量",
                    nameEn = "Prescriptions",
                    kind = "count",
                    targetYear = 2030,
                    targetMin = 100,
                    numerator = "events('received')",
                },
            },
        };
        var saved = await region.SendAsync(PlanRegion.Operator, HttpMethod.Put, "/api/cockpit/plans/counted", plan, ("If-None-Match", "*"));
        saved.Status.ShouldBe(200);
        var card = await region.GetAsync(PlanRegion.Regulator("330100"), "/api/cockpit/indicators/counted/1");
        card.GetProperty("item").GetProperty("value").GetDouble().ShouldBe(3);
        await OpensDownAsync("counted", 1);
    }

    [Fact]
    public async Task The_map_has_every_institution_at_work_and_the_people_of_each_county()
    {
        var map = await region.GetAsync(PlanRegion.Regulator("330106"), "/api/cockpit/resources");
        var points = map.GetProperty("points").EnumerateArray().ToList();
        points.Count.ShouldBe(15);
        points.ShouldAllBe(p => p.GetProperty("regionCode").GetString() == "330106");
        points.ShouldNotContain(p => p.GetProperty("code").GetString() == PlanRegion.CodeOf("330106", 'S'));
        points
            .Single(p => p.GetProperty("leading").GetBoolean())
            .GetProperty("code")
            .GetString()
            .ShouldBe(PlanRegion.CodeOf("330106", 'M'));
        var people = map.GetProperty("people").EnumerateArray().Single();
        (
            people.GetProperty("physicians").GetInt32(),
            people.GetProperty("tcmPhysicians").GetInt32(),
            people.GetProperty("pharmacists").GetInt32()
        ).ShouldBe((22, 11, 3));
        var kinds = await region.GetAsync(PlanRegion.Operator, "/api/cockpit/resources?region=310000&kind=planting,venue");
        kinds.GetProperty("points").EnumerateArray().Single().GetProperty("kind").GetString().ShouldBe("planting");
        (await region.Host.StatusAsync(PlanRegion.Regulator("330106"), "/api/cockpit/resources?region=310000")).ShouldBe(
            System.Net.HttpStatusCode.NotFound
        );
    }

    /// <summary>All records of every term, page by page, are as many as was counted, or add up to it.</summary>
    private async Task OpensDownAsync(string plan, int seq)
    {
        var card = await region.GetAsync(PlanRegion.Operator, $"/api/cockpit/indicators/{plan}/{seq}");
        foreach (var part in (string[])["numerator", "denominator"])
        {
            if (card.GetProperty(part).ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            foreach (var term in card.GetProperty(part).GetProperty("terms").EnumerateArray())
            {
                var path = $"/api/cockpit/indicators/{plan}/{seq}/records?part={part}&term={term.GetProperty("at")}&limit=7";
                var values = new List<decimal>();
                var page = await region.GetAsync(PlanRegion.Operator, path);
                while (true)
                {
                    values.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("value").GetDecimal()));
                    if (page.GetProperty("next").ValueKind == JsonValueKind.Null)
                    {
                        break;
                    }

                    page = await region.GetAsync(PlanRegion.Operator, $"{path}&next={page.GetProperty("next").GetString()}");
                }

                var text = term.GetProperty("text").GetString()!;
                var counted = text.StartsWith("min", StringComparison.Ordinal) ? values.Min() : values.Sum();
                counted.ShouldBe(page.GetProperty("value").GetDecimal(), $"{plan} {seq} {text}");
            }
        }
    }
}
