using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Quality.Tests.Process;

/// <summary>Charts from events, on real servers.</summary>
public sealed class ChartTests(QualityRoom room)
{
    /// <summary>Twenty-five boils that swing a little, then eight that are all too cool: rule 4 by one degree.</summary>
    private static readonly double[] Drifting = [.. Enumerable.Range(0, 25).Select(Swing), .. Enumerable.Range(0, 9).Select(_ => 98.0)];

    private static double Swing(int i) => 98.6 + (((i * 7 % 11) - 5) * 0.1);

    [Fact]
    public async Task Points_become_a_chart_whose_signal_opens_one_nonconformity()
    {
        var centre = room.Organisation();
        await MeasureAsync(Boils(centre, Drifting));
        using var controller = room.Controller();
        var chart = await WatchedAsync(controller, centre, 34);
        chart.GetProperty("state").GetString().ShouldBe("watched");
        var baseline = chart.GetProperty("baseline");
        baseline.GetProperty("points").GetInt32().ShouldBe(25);
        baseline.GetProperty("centre").GetDouble().ShouldBe(Drifting[..25].Average(), 1e-9);
        var points = chart.GetProperty("points").EnumerateArray().ToList();
        points.Select(p => p.GetProperty("phase").GetString()).Count(p => p == "baseline").ShouldBe(25);
        points[32].GetProperty("signals").EnumerateArray().Select(s => s.GetProperty("rule").GetString()).ShouldContain("we4");
        points[31].GetProperty("signals").EnumerateArray().Select(s => s.GetProperty("rule").GetString()).ShouldNotContain("we4");

        var signals = points.SelectMany(p => p.GetProperty("signals").EnumerateArray()).ToList();
        var nonconformity = signals.Select(s => s.GetProperty("nonconformityId").GetGuid()).Distinct().Single();
        (await Told.OfAsync(room.Database, nonconformity)).Single().Event.ShouldBeOfType<NonconformityOpened>().Source.ShouldBe("signal");
        var raised = (await Told.OfAsync(room.Database, chart.GetProperty("chartId").GetGuid()))
            .Select(t => t.Event.ShouldBeOfType<ControlSignalRaised>())
            .ToList();
        raised.Select(r => (r.Rule, r.Side)).ShouldBeUnique();
        raised.ShouldContain(r => r.Rule == "we4" && r.Side == -1 && r.Measure == "boil-temperature" && r.Subject == "V1");
        raised.ShouldAllBe(r => r.NonconformityId == nonconformity && r.TextZh.Contains("偏低"));
    }

    /// <summary>The same boils in any order, some told twice: the same chart, the same signals, one nonconformity.</summary>
    [Fact]
    public async Task A_chart_does_not_depend_on_the_order_in_which_its_points_come()
    {
        using var controller = room.Controller();
        string? expected = null;
        for (var seed = 0; seed < 4; seed++)
        {
            var centre = room.Organisation();
            var boils = Boils(centre, Drifting);
            var random = new Random(seed);
            var order = seed == 0 ? [.. boils] : boils.Concat(boils.Take(10)).OrderBy(_ => random.Next()).ToList();
            foreach (var some in order.Chunk(seed == 3 ? 5 : 50))
            {
                await MeasureAsync(some);
                if (seed == 3)
                {
                    await SettledAsync(centre);
                }
            }

            var chart = await WatchedAsync(controller, centre, 34);
            var said = string.Join(
                "\n",
                chart
                    .GetProperty("points")
                    .EnumerateArray()
                    .Select(p =>
                        $"{p.GetProperty("value")} {p.GetProperty("range")} {p.GetProperty("ewma")} {string.Join(",", Standing(p))}"
                    )
            );
            expected ??= said;
            said.ShouldBe(expected, $"order {seed}");
            (
                await room.ScalarAsync<long>(
                    "select count(*) from quality.nonconformity where centre_code = $1 and source = 'signal'",
                    centre
                )
            ).ShouldBe(1);
        }
    }

    [Fact]
    public async Task New_limits_are_signed_once_by_somebody_who_saw_the_ones_that_hold()
    {
        var centre = room.Organisation();
        var boils = Boils(centre, [.. Drifting[..25], .. Enumerable.Range(0, 25).Select(i => Swing(i) - 0.8)]);
        await MeasureAsync(boils);
        using var controller = room.Controller();
        var chart = await WatchedAsync(controller, centre, 50);
        var id = chart.GetProperty("chartId").GetGuid();
        var body = new
        {
            from = boils[25].FinishedAt,
            until = boils[49].FinishedAt,
            excluded = new[] { new { sourceId = boils[30].AggregateId, sourceVersion = boils[30].Version } },
            reason = "更换锅炉,工艺重新验证",
        };
        (await SignAsync(controller, id, null, body)).ShouldBeRefused("QUA-0501", HttpStatusCode.PreconditionRequired);
        (await SignAsync(controller, id, 7, body)).ShouldBeRefused("QUA-0502", HttpStatusCode.PreconditionFailed);
        (await SignAsync(controller, id, 1, body with { reason = " " })).ShouldBeRefused("QUA-0103", HttpStatusCode.BadRequest);
        (await SignAsync(controller, id, 1, body with { until = boils[30].FinishedAt })).ShouldBeRefused(
            "QUA-0513",
            HttpStatusCode.UnprocessableEntity
        );
        var answers = await Task.WhenAll(SignAsync(controller, id, 1, body), SignAsync(controller, id, 1, body));
        answers.Select(a => (int)a.Status).Order().ShouldBe([200, 412]);

        var after = (await controller.ReadAsync($"/api/quality/charts/{id}")).Json;
        var baseline = after.GetProperty("baseline");
        baseline.GetProperty("number").GetInt32().ShouldBe(1);
        baseline.GetProperty("points").GetInt32().ShouldBe(24);
        baseline.GetProperty("excluded").GetInt32().ShouldBe(1);
        after.GetProperty("points")[30].GetProperty("phase").GetString().ShouldBe("excluded");
        // Under the new limits the shifted process is the process.
        await MeasureAsync(Boils(centre, [.. Enumerable.Range(0, 3).Select(i => Swing(i) - 0.8)], boils[49].FinishedAt.AddMinutes(1)));
        var later = await WatchedAsync(controller, centre, 53);
        later
            .GetProperty("points")
            .EnumerateArray()
            .TakeLast(3)
            .ShouldAllBe(p => p.GetProperty("phase").GetString() == "watched" && p.GetProperty("signals").GetArrayLength() == 0);
        (
            await room.ScalarAsync<bool>(
                "select sha256 = sha256(convert_to(content, 'UTF8')) from quality.control_baseline where chart_id = $1 and number = 1",
                id
            )
        ).ShouldBeTrue();
        await Should.ThrowAsync<Npgsql.PostgresException>(async () =>
            await room.ScalarAsync<int>(
                "update quality.control_baseline set centre = 1 where chart_id = $1 and number = 1 returning number",
                id
            )
        );
    }

    [Fact]
    public async Task A_chart_is_seen_by_its_centre_and_its_supervisors_and_signed_by_quality_only()
    {
        var centre = room.Organisation("330782");
        await MeasureAsync(Boils(centre, Drifting));
        using var regional = room.Controller();
        var id = (await WatchedAsync(regional, centre, 34)).GetProperty("chartId").GetGuid();
        var path = $"/api/quality/charts/{id}";
        using var own = room.Service.Client(TestTokens.Of("d", centre, "330782", "decoction"));
        (await own.ReadAsync(path)).Status.ShouldBe(HttpStatusCode.OK);
        (await SignAsync(own, id, 1, new { })).ShouldBeRefused("GEN-0002", HttpStatusCode.Forbidden);
        foreach (
            var (institution, region, role) in new[]
            {
                (room.Organisation(), "330105", "quality"),
                (room.Organisation(), "330782", "decoction"),
            }
        )
        {
            using var other = room.Service.Client(TestTokens.Of("x", institution, region, role));
            (await other.ReadAsync(path)).ShouldBeRefused("QUA-0511", HttpStatusCode.NotFound);
            (await other.ReadAsync("/api/quality/charts?centre=" + centre)).Items.ShouldBeEmpty();
        }

        using var stranger = room.Controller(room.Organisation(), "330105");
        var body = new
        {
            from = DateTimeOffset.UnixEpoch,
            until = DateTimeOffset.UtcNow,
            reason = "x",
        };
        (await SignAsync(stranger, id, 1, body)).ShouldBeRefused("QUA-0511", HttpStatusCode.NotFound);
        using var his = room.Service.Client(TestTokens.Of("x", centre, "330782", "his"));
        (await his.ReadAsync(path)).ShouldBeRefused("GEN-0002", HttpStatusCode.Forbidden);
    }

    private static IEnumerable<string> Standing(JsonElement point) =>
        point
            .GetProperty("signals")
            .EnumerateArray()
            .Where(s => s.GetProperty("standing").GetBoolean())
            .Select(s => $"{s.GetProperty("rule")}{s.GetProperty("side")}");

    private StepCompleted[] Boils(string centre, double[] celsius, DateTimeOffset? from = null)
    {
        var start = from ?? room.Now.AddDays(-2);
        return
        [
            .. celsius.Select(
                (value, i) =>
                    new StepCompleted
                    {
                        AggregateId = Guid.CreateVersion7(),
                        Version = 4,
                        OccurredAt = start.AddMinutes(i * 30),
                        InstitutionCode = "123301000000000000",
                        RegionCode = "330106",
                        HisNumber = $"RX-{i}",
                        Revision = 1,
                        CentreCode = centre,
                        Step = "first-boil",
                        StartedAt = start.AddMinutes((i * 30) - 25),
                        FinishedAt = start.AddMinutes(i * 30),
                        Vessel = "V1",
                        Operator = "煎药员",
                        MeanCenticelsius = (int)Math.Round(value * 100),
                    }
            ),
        ];
    }

    private async Task MeasureAsync(IReadOnlyList<StepCompleted> boils) =>
        await room.TakenInAsync(await room.Decoction.TellAsync([.. boils]));

    private Task SettledAsync(string centre) =>
        Eventually.Be(
            async () =>
                await room.ScalarAsync<long>(
                    """
                    select count(*) from quality.control_point p join quality.control_chart c using (chart_id)
                    where c.centre_code = $1 and not p.judged
                    """,
                    centre
                ) == 0,
            $"the charts of {centre} have looked at everything"
        );

    private async Task<JsonElement> WatchedAsync(HttpClient client, string centre, int points)
    {
        await SettledAsync(centre);
        var item = (await client.ReadAsync("/api/quality/charts?measure=boil-temperature&centre=" + centre)).Items.Single();
        item.GetProperty("points").GetInt64().ShouldBe(points);
        var answer = await client.ReadAsync($"/api/quality/charts/{item.GetProperty("chartId").GetGuid()}");
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return answer.Json;
    }

    private static async Task<Answer> SignAsync(HttpClient client, Guid id, int? version, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/quality/charts/{id}/baselines")
        {
            Content = JsonContent.Create(body),
        };
        if (version is { } seen)
        {
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{seen}\"");
        }

        using var response = await client.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
