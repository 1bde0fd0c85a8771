using System.Net;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Quality.Tests.Lots;

public sealed class LotTests(QualityRoom room)
{
    private static readonly object Good = new
    {
        tests = new[]
        {
            new
            {
                test = "moisture",
                value = 11.5,
                unit = "%",
            },
            new
            {
                test = "so2",
                value = 320.0,
                unit = "mg/kg",
            },
        },
    };

    [Fact]
    public async Task An_accepted_lot_is_tested_released_and_called_back()
    {
        var lot = await room.ArriveAsync(room.Lot());
        using var controller = room.Controller();
        var waiting = (await controller.FindAsync("/api/quality/lots?state=waiting", "lotId", lot.AggregateId)).ShouldNotBeNull();
        waiting.GetProperty("quantityMilligrams").GetInt64().ShouldBe(50_000_000);
        waiting
            .GetProperty("limits")
            .EnumerateArray()
            .Single(l => l.GetProperty("test").GetString() == "so2")
            .GetProperty("max")
            .GetDecimal()
            .ShouldBe(400);

        (await Act(controller, lot, "release", Good)).Status.ShouldBe(HttpStatusCode.OK);
        (await controller.FindAsync("/api/quality/lots?state=waiting", "lotId", lot.AggregateId)).ShouldBeNull();
        var released = (await controller.FindAsync("/api/quality/lots?state=released", "lotId", lot.AggregateId)).ShouldNotBeNull();
        released.GetProperty("decidedBy").GetString().ShouldBe("quality-1");
        (
            await room.ScalarAsync<decimal>("select limit_max from quality.lot_result where lot_id = $1 and test = 'so2'", lot.AggregateId)
        ).ShouldBe(400);

        (await Act(controller, lot, "recall", new { reason = "复检二氧化硫超标" })).Status.ShouldBe(HttpStatusCode.OK);
        var told = await Told.OfAsync(room.Database, lot.AggregateId);
        told.Select(t => (t.Event.GetType(), t.Event.Version)).ShouldBe([(typeof(LotReleased), 1), (typeof(RecallIssued), 2)]);
        var release = (LotReleased)told[0].Event;
        (release.CentreCode, release.Piece, release.LotNumber).ShouldBe((lot.CentreCode, lot.Piece, lot.LotNumber));
        ((RecallIssued)told[1].Event).Reason.ShouldBe("复检二氧化硫超标");
    }

    [Fact]
    public async Task A_release_over_a_limit_is_refused_and_the_lot_still_waits()
    {
        var lot = await room.ArriveAsync(room.Lot("陈皮"));
        using var controller = room.Controller();
        var refused = await Act(controller, lot, "release", Good);
        refused.ShouldBeRefused("QUA-0206", HttpStatusCode.UnprocessableEntity);
        refused.Json.GetProperty("faults")[0].GetProperty("zh").GetString()!.ShouldContain("通则0212");
        (await controller.FindAsync("/api/quality/lots?state=waiting", "lotId", lot.AggregateId)).ShouldNotBeNull();
        (await room.ScalarAsync<long>("select count(*) from quality.lot_result where lot_id = $1", lot.AggregateId)).ShouldBe(0);
        (await Told.OfAsync(room.Database, lot.AggregateId)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rejected_lot_can_never_be_released()
    {
        var lot = await room.ArriveAsync(room.Lot());
        using var controller = room.Controller();
        (await Act(controller, lot, "reject", new { reason = "霉变" })).Status.ShouldBe(HttpStatusCode.OK);
        (await Act(controller, lot, "release", Good)).ShouldBeRefused("QUA-0207", HttpStatusCode.Conflict);
        (await Act(controller, lot, "recall", new { reason = "x" })).ShouldBeRefused("QUA-0209", HttpStatusCode.Conflict);
        (await Told.OfAsync(room.Database, lot.AggregateId)).Single().Event.ShouldBeOfType<LotRejected>().Reason.ShouldBe("霉变");
    }

    [Fact]
    public async Task A_decision_asked_for_twice_is_made_once()
    {
        var lot = await room.ArriveAsync(room.Lot());
        using var controller = room.Controller();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Act(controller, lot, "release", Good)));
        answers.ShouldAllBe(a => a.Status == HttpStatusCode.OK);
        answers.Count(a => a.Json.GetProperty("recorded").GetBoolean()).ShouldBe(1);
        (await Told.OfAsync(room.Database, lot.AggregateId)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_expired_lot_is_not_released()
    {
        var lot = await room.ArriveAsync(room.Lot() with { ExpiresOn = new DateOnly(2026, 1, 1) });
        using var controller = room.Controller();
        (await Act(controller, lot, "release", Good)).ShouldBeRefused("QUA-0208", HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData("reject", """{}""", "QUA-0103")]
    [InlineData("reject", """{"reason":"  "}""", "QUA-0103")]
    [InlineData("recall", """{"reason":null}""", "QUA-0103")]
    [InlineData("release", """{}""", "QUA-0103")]
    [InlineData("release", """{"tests":[]}""", "QUA-0103")]
    [InlineData("release", """{"tests":[{"test":"moisture","value":"12","unit":"%"}]}""", "GEN-0003")]
    [InlineData("release", """{"tests":[{"test":"moisture","value":1e30,"unit":"%"}]}""", "GEN-0003")]
    [InlineData("release", """{"tests":[{"test":"moisture","value":10000001,"unit":"%"}]}""", "QUA-0204")]
    public async Task Bad_input_is_refused(string what, string body, string code)
    {
        var lot = await room.ArriveAsync(room.Lot());
        using var controller = room.Controller();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await controller.PostAsync($"/api/quality/lots/{lot.AggregateId}/{what}", content);
        new Answer(response.StatusCode, await response.Content.ReadAsStringAsync()).ShouldBeRefused(code, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_reason_has_a_length()
    {
        var lot = await room.ArriveAsync(room.Lot());
        using var controller = room.Controller();
        (await Act(controller, lot, "reject", new { reason = new string('霉', 501) })).ShouldBeRefused(
            "QUA-0104",
            HttpStatusCode.BadRequest
        );
    }

    [Fact]
    public async Task A_lot_told_twice_is_one_lot_and_keeps_its_decision()
    {
        var lot = await room.ArriveAsync(room.Lot());
        using var controller = room.Controller();
        await Act(controller, lot, "release", Good);
        await room.ArriveAsync(lot);
        (await controller.FindAsync("/api/quality/lots?state=released", "lotId", lot.AggregateId)).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("330105", "centre", "330105", true)]
    [InlineData("330105", "other", "330105", true)]
    [InlineData("330105", "other", "330100", true)]
    [InlineData("330105", "other", "330106", false)]
    [InlineData("330782", "other", "330100", false)]
    [InlineData("330782", "regional", "330100", true)]
    public async Task A_lot_is_in_sight_of_its_centre_and_of_those_who_look_after_its_region(
        string at,
        string whose,
        string region,
        bool may
    )
    {
        var lot = await room.ArriveAsync(room.Lot(centre: room.Organisation(at)));
        var institution = whose switch
        {
            "centre" => lot.CentreCode,
            "regional" => QualityRoom.Centre,
            _ => room.Organisation(),
        };
        using var controller = room.Controller(institution, region);
        ((await controller.FindAsync("/api/quality/lots", "lotId", lot.AggregateId)) is not null).ShouldBe(may);
        var answer = await Act(controller, lot, "release", Good);
        if (may)
        {
            answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        }
        else
        {
            answer.ShouldBeRefused("QUA-0201", HttpStatusCode.NotFound);
        }
    }

    [Theory]
    [InlineData("his")]
    [InlineData("dispenser")]
    [InlineData("regulator")]
    public async Task Only_quality_control_decides(string role)
    {
        var lot = await room.ArriveAsync(room.Lot());
        using var client = room.Service.Client(TestTokens.Of("x", lot.CentreCode, "330105", role));
        (await Act(client, lot, "release", Good)).ShouldBeRefused("GEN-0002", HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("/api/quality/lots?state=lost", "QUA-0101")]
    [InlineData("/api/quality/lots?next=x", "QUA-0102")]
    [InlineData("/api/quality/reviews?state=lost", "QUA-0101")]
    [InlineData("/api/quality/nonconformities?state=lost", "QUA-0101")]
    public async Task A_list_asked_for_wrongly_is_refused(string path, string code)
    {
        using var controller = room.Controller();
        (await controller.ReadAsync(path)).ShouldBeRefused(code, HttpStatusCode.BadRequest);
    }

    private static Task<Answer> Act(HttpClient client, LotAccepted lot, string what, object body) =>
        client.SendAsync($"/api/quality/lots/{lot.AggregateId}/{what}", body);
}
