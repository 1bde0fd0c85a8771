using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Quality.Tests.Satisfaction;

public sealed class SatisfactionTests(QualityRoom room)
{
    [Fact]
    public async Task Whoever_has_the_code_answers_once_and_may_change_it_for_a_while()
    {
        var (rx, code) = await ShippedAsync(room.Organisation(), room.Organisation());
        using var patient = room.Service.Client();
        (await AskAsync(patient, code)).GetProperty("state").GetString().ShouldBe("waiting");
        (await AnswerAsync(patient, code, 5, null)).ShouldBeRefused("QUA-0712", HttpStatusCode.Conflict);
        await DeliverAsync(rx, code);
        (await AskAsync(patient, code)).GetProperty("state").GetString().ShouldBe("open");

        var answered = await AnswerAsync(patient, code, 4, "送得快,电话 13812345678");
        answered.Status.ShouldBe(HttpStatusCode.OK, answered.Text);
        answered.Json.GetProperty("state").GetString().ShouldBe("changeable");
        (await AnswerAsync(patient, code, 2, "包装漏了")).Status.ShouldBe(HttpStatusCode.OK);
        // The same again is the same.
        (await AnswerAsync(patient, code, 2, "包装漏了")).Status.ShouldBe(HttpStatusCode.OK);
        (await room.ScalarAsync<int>("select changes from quality.satisfaction where prescription_id = $1", rx.AggregateId)).ShouldBe(1);
        for (var i = 0; i < 4; i++)
        {
            (await AnswerAsync(patient, code, 3 + i % 2, null)).Status.ShouldBe(HttpStatusCode.OK);
        }

        (await AnswerAsync(patient, code, 1, null)).ShouldBeRefused("QUA-0714", HttpStatusCode.TooManyRequests);
        (await AskAsync(patient, code)).GetProperty("answer").GetProperty("answers").GetProperty("overall").GetInt32().ShouldBe(4);
    }

    [Fact]
    public async Task A_code_that_nobody_has_and_one_of_another_form_answer_alike()
    {
        using var patient = room.Service.Client();
        foreach (var code in new[] { "0123456789abcdefghjkmnpqrs", "x", "'; drop table" })
        {
            (await patient.ReadAsync($"/api/quality/public/satisfaction/{Uri.EscapeDataString(code)}")).ShouldBeRefused(
                "QUA-0711",
                HttpStatusCode.NotFound
            );
        }

        // What is kept of a code opens nobody's page.
        var (_, known) = await ShippedAsync(room.Organisation(), room.Organisation());
        (
            await room.ScalarAsync<long>(
                "select count(*) from quality.public_code where position(convert_to($1, 'UTF8') in code_sha256) > 0",
                known
            )
        ).ShouldBe(0);
    }

    [Fact]
    public async Task Results_are_shown_of_five_and_more_and_comments_after_somebody_read_them()
    {
        var (institution, centre) = (room.Organisation("330108"), room.Organisation("330108"));
        var few = room.Organisation("330108");
        using var patient = room.Service.Client();
        int[] marks = [5, 5, 4, 4, 3, 3];
        foreach (var (mark, i) in marks.Select((m, i) => (m, i)))
        {
            var (rx, code) = await ShippedAsync(i < 5 ? institution : few, centre, "330108");
            await DeliverAsync(rx, code);
            (await AnswerAsync(patient, code, mark, i == 0 ? "<b>好</b>" : null)).Status.ShouldBe(HttpStatusCode.OK);
        }

        using var regulator = Regulator("330108");
        var byCentre = (await regulator.ReadAsync("/api/quality/satisfaction/results?subject=centre")).Json;
        var theirs = byCentre.GetProperty("items").EnumerateArray().Single(p => Code(p) == centre);
        (theirs.GetProperty("answers").GetInt32(), theirs.GetProperty("overall").GetDouble()).ShouldBe((6, 4.0));
        var byInstitution = (await regulator.ReadAsync("/api/quality/satisfaction/results")).Json;
        // One of six would be the total less the five.
        byInstitution.GetProperty("items").EnumerateArray().ShouldAllBe(p => p.GetProperty("answers").ValueKind == JsonValueKind.Null);
        byInstitution.GetProperty("answers").GetInt32().ShouldBe(6);

        using var own = room.Service.Client(TestTokens.Of("admin-1", institution, "330108", "admin"));
        var mine = (await own.ReadAsync("/api/quality/satisfaction/results")).Json;
        mine.GetProperty("items").EnumerateArray().Single().GetProperty("overall").GetDouble().ShouldBe(4.2);
        using var stranger = Regulator("330782");
        (await stranger.ReadAsync("/api/quality/satisfaction/results")).Json.GetProperty("items").GetArrayLength().ShouldBe(0);

        (await own.ReadAsync("/api/quality/satisfaction/comments?state=waiting")).Items.ShouldBeEmpty();
        var waiting = (await regulator.ReadAsync("/api/quality/satisfaction/comments?state=waiting")).Items.ShouldHaveSingleItem();
        waiting.GetProperty("comment").GetString().ShouldBe("<b>好</b>");
        var id = waiting.GetProperty("answerId").GetGuid();
        (await stranger.SendAsync($"/api/quality/satisfaction/comments/{id}", new { state = "shown" })).ShouldBeRefused(
            "QUA-0716",
            HttpStatusCode.NotFound
        );
        (await regulator.SendAsync($"/api/quality/satisfaction/comments/{id}", new { state = "shown" })).Status.ShouldBe(HttpStatusCode.OK);
        (await own.ReadAsync("/api/quality/satisfaction/comments")).Items.Count.ShouldBe(1);
    }

    private HttpClient Regulator(string region) =>
        room.Service.Client(TestTokens.Of("regulator-1", "11" + region + "MB00000017", region, "regulator"));

    private static string? Code(JsonElement of) => of.GetProperty("place").GetProperty("code").GetString();

    private async Task<(PrescriptionReceived Rx, string PublicCode)> ShippedAsync(
        string institution,
        string centre,
        string region = "330106"
    )
    {
        var rx = room.Received(institution, region);
        var code = Guid.NewGuid().ToString("N");
        await room.TakenInAsync(await room.Prescriptions.TellAsync(rx));
        await room.TakenInAsync(await room.Pharmacy.TellAsync(QualityRoom.Checked(rx, centre)));
        await room.TakenInAsync(await room.Decoction.TellAsync(Shipped(rx, centre, code)));
        return (rx, code);
    }

    private static ParcelShipped Shipped(PrescriptionReceived rx, string centre, string code) =>
        new()
        {
            AggregateId = rx.AggregateId,
            Version = 7,
            OccurredAt = rx.OccurredAt,
            InstitutionCode = rx.InstitutionCode,
            RegionCode = rx.RegionCode,
            HisNumber = rx.HisNumber,
            Revision = 1,
            ParcelId = Guid.CreateVersion7(),
            Sscc = "069012345000000018",
            CentreCode = centre,
            Courier = "配送员",
            BagSerials = [],
            DeliveryRegionCode = "330106",
            PublicCode = code,
        };

    private async Task DeliverAsync(PrescriptionReceived rx, string code)
    {
        var shipped = Shipped(rx, room.Organisation(), code);
        await room.TakenInAsync(
            await room.Decoction.TellAsync(
                new ParcelDelivered
                {
                    AggregateId = rx.AggregateId,
                    Version = 8,
                    OccurredAt = rx.OccurredAt.AddMinutes(30),
                    InstitutionCode = rx.InstitutionCode,
                    RegionCode = rx.RegionCode,
                    HisNumber = rx.HisNumber,
                    Revision = 1,
                    ParcelId = shipped.ParcelId,
                    Sscc = shipped.Sscc,
                    CentreCode = shipped.CentreCode,
                    Courier = shipped.Courier,
                    BagSerials = [],
                    DeliveryRegionCode = shipped.DeliveryRegionCode,
                    PublicCode = code,
                }
            )
        );
    }

    private static async Task<JsonElement> AskAsync(HttpClient patient, string code)
    {
        var asked = await patient.ReadAsync($"/api/quality/public/satisfaction/{code}");
        asked.Status.ShouldBe(HttpStatusCode.OK, asked.Text);
        return asked.Json;
    }

    private static async Task<Answer> AnswerAsync(HttpClient patient, string code, int overall, string? comment)
    {
        using var response = await patient.PutAsJsonAsync(
            $"/api/quality/public/satisfaction/{code}",
            new { answers = new { overall, delivery = 5 }, comment }
        );
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
