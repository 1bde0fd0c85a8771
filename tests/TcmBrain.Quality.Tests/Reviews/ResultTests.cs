using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TcmBrain.Quality.Reviews.Sampling;
using TcmBrain.Testing;
using static TcmBrain.Quality.Tests.Reviews.ReviewOffice;

namespace TcmBrain.Quality.Tests.Reviews;

public sealed class ResultTests(QualityRoom room)
{
    [Fact]
    public async Task Each_number_of_every_cut_leads_to_its_prescriptions_and_a_month_is_published_once_and_for_all()
    {
        var office = new ReviewOffice(room);
        string[] hospitals = [office.Hospital(), office.Hospital()];
        var all = await office.ArriveAsync([
            .. Enumerable.Range(0, 6).Select(i => office.Rx(hospitals[0], i < 4 ? "内科" : "骨伤科", i < 4 ? "D1" : "D2")),
            .. Enumerable.Range(0, 2).Select(_ => office.Rx(hospitals[1], "内科", "D1")),
        ]);
        var plan = await office.PlanAsync();
        await office.DrawAsync(plan);
        using var reviewer = office.Reviewer();
        var publication = Guid.CreateVersion7();
        var body = new { planId = plan, month = office.Month };
        (await PutAsync(reviewer, $"{At}/publications/{publication}", body)).ShouldBeRefused("QUA-0440", HttpStatusCode.Conflict);

        // Three of D1 are 超常, one of D2 is badly written; the rest is rational.
        string[][] codes =
        [
            ["3-1"],
            ["3-1", "1-10"],
            ["3-3"],
            [],
            ["1-1"],
            [],
            [],
            [],
        ];
        foreach (var (rx, given) in all.Zip(codes))
        {
            (await JudgeAsync(reviewer, rx.AggregateId, 1, given)).Status.ShouldBe(HttpStatusCode.OK);
            if (given.Length > 0)
            {
                using var pharmacist = office.Pharmacist(rx.InstitutionCode);
                (await pharmacist.SendAsync($"{At}/{rx.AggregateId}/answer", new { answer = "accepted" })).Status.ShouldBe(
                    HttpStatusCode.OK
                );
            }
        }

        foreach (var by in new[] { "institution", "region", "department", "prescriber", "code", "month", "plan" })
        {
            var table = (await reviewer.ReadAsync($"{At}/rates?by={by}")).Json;
            Numbers(table.GetProperty("total")).ShouldBe((8, 4, 4, 2, 0, 3), by);
            foreach (var row in table.GetProperty("items").EnumerateArray())
            {
                var key = row.GetProperty("key").GetString();
                var cut =
                    (by == "month" ? $"from={key}&until={key}" : $"{by}={key}")
                    + (by != "institution" && row.GetProperty("institutionCode").GetString() is { } of ? $"&institution={of}" : "");
                await CountAsync(reviewer, cut, by == "code" ? Long(row, "irrational") : Long(row, "reviewed"));
                await CountAsync(reviewer, cut + "&rational=false", Long(row, "irrational"));
            }
        }

        (await reviewer.ReadAsync($"{At}/rates?by=star")).ShouldBeRefused("QUA-0401", HttpStatusCode.BadRequest);
        // An institution sees its own, a regulator of elsewhere nothing.
        using var own = office.Pharmacist(hospitals[1]);
        Numbers((await own.ReadAsync($"{At}/rates?by=department")).Json.GetProperty("total")).ShouldBe((2, 2, 0, 0, 0, 0));
        using var elsewhere = new ReviewOffice(room).Arbiter();
        Numbers((await elsewhere.ReadAsync($"{At}/rates")).Json.GetProperty("total")).ShouldBe((0, 0, 0, 0, 0, 0));

        var hint = (await reviewer.ReadAsync($"{At}/consequences")).Items.ShouldHaveSingleItem();
        (hint.GetProperty("ruleCode").GetString(), hint.GetProperty("prescriberCode").GetString(), Long(hint, "count")).ShouldBe(
            ("limit", "D1", 3)
        );

        (await PutAsync(reviewer, $"{At}/publications/{publication}", body)).Status.ShouldBe(HttpStatusCode.Created);
        (await PutAsync(reviewer, $"{At}/publications/{publication}", body)).Status.ShouldBe(HttpStatusCode.OK);
        var again = Guid.CreateVersion7();
        (await PutAsync(reviewer, $"{At}/publications/{again}", body)).ShouldBeRefused("QUA-0443", HttpStatusCode.BadRequest);
        var correction = new
        {
            planId = plan,
            month = office.Month,
            reason = "更正一张",
        };
        (await PutAsync(reviewer, $"{At}/publications/{again}", correction)).Status.ShouldBe(HttpStatusCode.Created);

        var seen = (await reviewer.ReadAsync($"{At}/publications/{again}")).Json;
        var head = seen.GetProperty("publication");
        (head.GetProperty("head").GetProperty("version").GetInt32(), head.GetProperty("head").GetProperty("reviewed").GetInt32()).ShouldBe(
            (2, 8)
        );
        seen.GetProperty("verifies").GetBoolean().ShouldBeTrue();

        // The institution reads its own part only and can still check the whole.
        var theirs = (await own.ReadAsync($"{At}/publications/{again}")).Json;
        var parts = theirs.GetProperty("parts").EnumerateArray().ToArray();
        parts.Count(p => p.GetProperty("part").ValueKind != JsonValueKind.Null).ShouldBe(1);
        var text = parts.Single(p => p.GetProperty("text").ValueKind != JsonValueKind.Null);
        Hex(text.GetProperty("text").GetString()!).ShouldBe(text.GetProperty("sha256").GetString());
        string?[] lines =
        [
            head.GetProperty("previous").GetString(),
            Hex(theirs.GetProperty("headText").GetString()!),
            .. parts.Select(p => p.GetProperty("sha256").GetString()),
        ];
        Hex(string.Concat(lines.Select(l => l + "\n"))).ShouldBe(theirs.GetProperty("publication").GetProperty("sha256").GetString());
        (await elsewhere.ReadAsync($"{At}/publications/{again}")).ShouldBeRefused("QUA-0441", HttpStatusCode.NotFound);
        await Should.ThrowAsync<Npgsql.PostgresException>(() =>
            room.ScalarAsync<object>("update quality.review_publication set head = '{}' where publication_id = $1 returning 1", again)
        );
    }

    [Fact]
    public async Task The_reviews_audit_themselves()
    {
        var office = new ReviewOffice(room);
        var rx = await office.DrawnAsync();
        using var reviewer = office.Reviewer();
        await JudgeAsync(reviewer, rx.AggregateId, 1);
        var checks = await ReviewAudit.RunAsync(room.Database, TestContext.Current.CancellationToken);
        checks.Count.ShouldBe(6);
        // Another test tampers with a population of its own.
        checks.Where(c => c.Name != "reviews.draws-come-out-again").ShouldAllBe(c => c.Expected == c.Actual);
        checks.Single(c => c.Name == "reviews.draws-come-out-again").Actual.ShouldBeGreaterThan(0);
        await room.ScalarAsync<int>(
            "update quality.review set final_codes = '{3-1}', final_rational = false where prescription_id = $1 returning 1",
            rx.AggregateId
        );
        var broken = await ReviewAudit.RunAsync(room.Database, TestContext.Current.CancellationToken);
        broken.Single(c => c.Name == "reviews.conclusions-rest-on-a-verdict").Actual.ShouldBe(1);
        await room.ScalarAsync<int>(
            "update quality.review set final_codes = '{}', final_rational = true where prescription_id = $1 returning 1",
            rx.AggregateId
        );
    }

    private static async Task CountAsync(HttpClient reader, string cut, long expected)
    {
        var page = await reader.ReadAsync($"{At}?state=concluded&limit=500&{cut}");
        page.Items.Count.ShouldBe((int)expected, cut);
    }

    private static (long, long, long, long, long, long) Numbers(JsonElement row) =>
        (
            Long(row, "reviewed"),
            Long(row, "rational"),
            Long(row, "irrational"),
            Long(row, "unstandardised"),
            Long(row, "unsuitable"),
            Long(row, "abnormal")
        );

    private static long Long(JsonElement row, string name) => row.GetProperty(name).GetInt64();

    private static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
