using System.Net;
using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.PatientPage;
using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests.PatientPage;

public sealed class PatientPageTests(Room room)
{
    [Fact]
    public async Task Whoever_has_the_code_sees_where_it_is_and_how_to_take_it_and_not_whose_it_is()
    {
        var centre = room.Organisation();
        var rx = room.Checked(centre) with
        {
            Taking = new Taking("每日1剂,水煎400ml,分早晚两次空腹温服", 2, 200),
            Portions = [Room.Portion(1, "茯苓", 15), Room.Portion(2, "三七粉", 3, "冲服"), Room.Portion(3, "薄荷", 6, "后下")],
            External = true,
        };
        await room.ArriveAsync(rx);
        using var worker = room.Worker(centre);
        await room.DecoctAsync(worker, rx.AggregateId, "V01", room.Morning);
        using var anybody = room.Service.Client();
        var page = await anybody.ReadAsync("/api/decoction/public/" + await CodeAsync(rx));
        page.Status.ShouldBe(HttpStatusCode.OK, page.Text);
        page.Json.GetProperty("stage").GetString().ShouldBe("packed");
        page.Json.GetProperty("timesPerDay").GetInt32().ShouldBe(2);
        page.Json.GetProperty("bags").GetInt32().ShouldBe(14);
        page.Json.GetProperty("usage").GetString().ShouldBe(rx.Taking.Usage);
        page.Json.GetProperty("useBy").GetDateTimeOffset().ShouldBe(room.Morning.AddMinutes(85).AddDays(7));
        page.Json.GetProperty("apart").EnumerateArray().Select(a => a.GetProperty("handling").GetString()).ShouldBe(["冲服"]);
        page.Json.GetProperty("advice")
            .EnumerateArray()
            .Select(a => a.GetProperty("topic").GetString())
            .ShouldBe(["external", "storage", "spoiled", "apart"]);
        page.Json.GetProperty("advice").EnumerateArray().ShouldAllBe(a => a.GetProperty("source").GetString()!.Length > 0);
        foreach (var secret in new[] { rx.HisNumber, rx.InstitutionCode, rx.AggregateId.ToString(), rx.SyndromeName, "茯苓", rx.Checker })
        {
            page.Text.ShouldNotContain(secret);
        }
    }

    [Fact]
    public async Task Whoever_has_the_code_sees_the_pots_curve_of_its_boils_and_of_nothing_else()
    {
        var centre = room.Organisation();
        var rx = room.Checked(centre);
        await room.ArriveAsync(rx);
        using var worker = room.Worker(centre);
        // The vessel is warm before and after: that is somebody else's medicine.
        await Controller.SendAsync(
            room.Service.Grpc,
            centre,
            Controller.Curve("V01", room.Morning.AddHours(-1), room.Morning.AddHours(3), 97_25)
        );
        await room.DecoctAsync(worker, rx.AggregateId, "V01", room.Morning);
        using var anybody = room.Service.Client();

        var answer = await anybody.ReadAsync($"/api/decoction/public/{await CodeAsync(rx)}/curve");

        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        var boils = answer.Json.GetProperty("boils").EnumerateArray().ToList();
        boils.Select(b => b.GetProperty("step").GetString()).ShouldBe(["first-boil", "second-boil"]);
        foreach (var boil in boils)
        {
            var (from, until) = (boil.GetProperty("startedAt").GetDateTimeOffset(), boil.GetProperty("finishedAt").GetDateTimeOffset());
            var readings = boil.GetProperty("readings").EnumerateArray().ToList();
            readings.Count.ShouldBeInRange(10, 120);
            readings.ShouldAllBe(r => r.GetProperty("at").GetDateTimeOffset() >= from && r.GetProperty("at").GetDateTimeOffset() <= until);
            readings.ShouldAllBe(r => r.GetProperty("celsius").GetDecimal() == 97.25m);
        }

        answer.Text.ShouldNotContain("V01");
        answer.Text.ShouldNotContain(rx.HisNumber);
    }

    [Fact]
    public async Task A_code_that_nobody_has_and_what_is_no_code_answer_alike()
    {
        using var anybody = room.Service.Client();
        var rx = await room.ArriveAsync(room.Organisation());
        foreach (var code in new[] { PublicCode.New(), "x", rx.AggregateId.ToString(), rx.HisNumber, new string('0', 400) })
        {
            (await anybody.ReadAsync("/api/decoction/public/" + code)).ShouldBeRefused("DEC-0601", HttpStatusCode.NotFound);
            (await anybody.ReadAsync($"/api/decoction/public/{code}/curve")).ShouldBeRefused("DEC-0601", HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task Who_fetches_it_sees_where_and_until_when()
    {
        var centre = room.Organisation();
        var hospital = room.Organisation();
        var until = room.Morning.AddDays(3);
        await room.NameAsync(hospital, "西溪示范中医院", "Xixi Hospital");
        var rx = await room.ArriveAsync(room.Checked(centre) with { PickUp = new PickUp(hospital, room.Morning.AddHours(4), until) });
        using var anybody = room.Service.Client();
        var coming = (await anybody.ReadAsync("/api/decoction/public/" + await CodeAsync(rx))).Json.GetProperty("coming");
        coming.GetProperty("kind").GetString().ShouldBe("pick-up");
        coming.GetProperty("place").GetProperty("zh").GetString().ShouldBe("西溪示范中医院");
        coming.GetProperty("until").GetDateTimeOffset().ShouldBe(until);
    }

    [Fact]
    public void Codes_are_long_alike_in_form_and_never_the_same()
    {
        var codes = Enumerable.Range(0, 10_000).Select(_ => PublicCode.New()).ToList();
        codes.Distinct().Count().ShouldBe(codes.Count);
        codes.ShouldAllBe(code => code.Length == 26 && PublicCode.IsWellFormed(code));
        // Every place but the last takes every sign: no bit stands still.
        for (var place = 0; place < 25; place++)
        {
            codes.Select(code => code[place]).Distinct().Count().ShouldBe(32);
        }
    }

    private Task<string> CodeAsync(PrescriptionChecked rx) =>
        room.ScalarAsync<string>("select public_code from decoction.job where prescription_id = $1", rx.AggregateId);
}
