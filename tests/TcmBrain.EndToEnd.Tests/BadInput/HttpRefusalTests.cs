using System.Net;
using System.Text;
using System.Text.Json;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.EndToEnd.Tests.BadInput;

/// <summary>The same over the public HTTP endpoint.</summary>
public sealed class HttpRefusalTests(Region region)
{
    private const string GoodsIn = "/api/pharmacy/goods-in";

    private static string Lot(
        string piece = "黄芪",
        string quantity = "1000000",
        string producedOn = "2026-01-05",
        string certificate = "\"QC-1\""
    ) =>
        $$"""
            {"piece":"{{piece}}","lotNumber":"BAD-1","supplier":"示范饮片","origin":"甘肃","quantityMilligrams":{{quantity}},
            "producedOn":"{{producedOn}}","expiresOn":"2028-01-05","certificate":{{certificate}}}
            """;

    [Fact]
    public async Task Wrong_content_is_refused_by_code_and_field_and_leaves_nothing()
    {
        await Untouched.LeavesNothingAsync(region.Platform, RefusedAllAsync);

        async Task RefusedAllAsync()
        {
            using var dispenser = await region.HttpAsync("dispenser-1");
            using var regulator = await region.HttpAsync("regulator-1");
            using var @operator = await region.HttpAsync("operator-1");
            foreach (
                var (client, method, path, body, status, code, field) in ((HttpClient, HttpMethod, string, string?, int, string, string?)[])
                    [
                        (dispenser, HttpMethod.Post, GoodsIn, Lot(piece: "月光草"), 422, "PHA-0101", "piece"),
                        (dispenser, HttpMethod.Post, GoodsIn, Lot(quantity: "0"), 422, "PHA-0104", "quantityMilligrams"),
                        (dispenser, HttpMethod.Post, GoodsIn, Lot(quantity: "-1"), 422, "PHA-0104", "quantityMilligrams"),
                        (dispenser, HttpMethod.Post, GoodsIn, Lot(quantity: "99999999999999"), 422, "PHA-0104", "quantityMilligrams"),
                        (dispenser, HttpMethod.Post, GoodsIn, Lot(quantity: "1.5"), 400, "GEN-0003", null),
                        (dispenser, HttpMethod.Post, GoodsIn, Lot(quantity: "99999999999999999999999"), 400, "GEN-0003", null),
                        (dispenser, HttpMethod.Post, GoodsIn, Lot(producedOn: "2026-02-30"), 400, "GEN-0003", null),
                        (dispenser, HttpMethod.Post, GoodsIn, Lot(certificate: "null"), 422, "PHA-0108", "certificate"),
                        (dispenser, HttpMethod.Post, GoodsIn, "{", 400, "GEN-0003", null),
                        (dispenser, HttpMethod.Post, GoodsIn, "", 400, "GEN-0003", null),
                        (dispenser, HttpMethod.Post, GoodsIn, "[[[[", 400, "GEN-0003", null),
                        (@operator, HttpMethod.Post, "/epcis/events", "{", 400, "GEN-0003", null),
                        (@operator, HttpMethod.Get, "/api/prescriptions/?state=flying", null, 400, "GEN-0010", "state"),
                        (@operator, HttpMethod.Get, "/api/prescriptions/not-an-id", null, 404, "GEN-0006", null),
                        (regulator, HttpMethod.Get, "/api/cockpit/events?limit=100000", null, 400, "COC-", "limit"),
                        (regulator, HttpMethod.Get, "/api/cockpit/summary?day=yesterday", null, 400, "COC-", "day"),
                        (regulator, HttpMethod.Get, "/api/nothing", null, 404, "GEN-0006", null),
                        (regulator, HttpMethod.Post, "/api/cockpit/rebuild", "", 403, "GEN-0002", null),
                    ]
            )
            {
                using var request = new HttpRequestMessage(method, path);
                request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
                await ShouldBeRefusedAsync(client, request, status, code, field);
            }
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_text_or_too_many_are_refused_and_leave_nothing()
    {
        await Untouched.LeavesNothingAsync(region.Platform, RefusedAllAsync);

        async Task RefusedAllAsync()
        {
            using var client = await region.HttpAsync("dispenser-1");
            var bytes = Encoding.UTF8.GetBytes(Lot(piece: "§§"));
            var at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes("§§"));
            (bytes[at], bytes[at + 1]) = (0xFF, 0xFE);
            using var text = Json(bytes);
            await ShouldBeRefusedAsync(client, text, 400, "GEN-000", null);

            using var large = Json(Encoding.UTF8.GetBytes(Lot(piece: new string('a', 5 << 20))));
            await ShouldBeRefusedAsync(client, large, 413, "GEN-0005", null);

            using var form = new HttpRequestMessage(HttpMethod.Post, GoodsIn)
            {
                Content = new StringContent("a=b", Encoding.UTF8, "text/plain"),
            };
            await ShouldBeRefusedAsync(client, form, 415, "GEN-0008", null);
        }

        static HttpRequestMessage Json(byte[] body)
        {
            var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/json");
            return new HttpRequestMessage(HttpMethod.Post, GoodsIn) { Content = content };
        }
    }

    [Fact]
    public async Task Without_a_right_token_nobody_gets_in()
    {
        using var nobody = await region.HttpAsync(null);
        var token = await region.TokenAsync("his-1");
        foreach (
            var path in (string[])
                [
                    "/api/prescriptions/",
                    "/api/pharmacy/stock",
                    "/api/decoction/jobs",
                    "/api/quality/lots",
                    "/api/cockpit/summary",
                    "/api/institutions/",
                    $"/api/traceability/prescriptions/{Guid.NewGuid()}",
                ]
        )
        {
            using var without = new HttpRequestMessage(HttpMethod.Get, path);
            await ShouldBeRefusedAsync(nobody, without, 401, "GEN-0001", null);
            foreach (
                var wrong in (string[])
                    [
                        "nonsense",
                        token[..^6] + "AAAAAA",
                        token + "x",
                        TestTokens.Of("operator-1", "91330100TCM0005233", "330100", "operator"),
                    ]
            )
            {
                using var with = new HttpRequestMessage(HttpMethod.Get, path);
                with.Headers.Authorization = new("Bearer", wrong);
                await ShouldBeRefusedAsync(nobody, with, 401, "GEN-0001", null);
                using var cookie = new HttpRequestMessage(HttpMethod.Get, path);
                cookie.Headers.Add("Cookie", $"tcm_session={wrong}");
                await ShouldBeRefusedAsync(nobody, cookie, 401, "GEN-0001", null);
            }
        }

        using var password = new HttpRequestMessage(HttpMethod.Post, "/api/institutions/session")
        {
            Content = new StringContent("""{"user":"regulator1","password":"wrong"}""", Encoding.UTF8, "application/json"),
        };
        await ShouldBeRefusedAsync(nobody, password, 401, "INS-0205", null);
    }

    [Fact]
    public async Task Another_hospital_finds_nothing_of_a_prescription_in_any_service()
    {
        using var channel = region.Channel();
        var pushed = await new PrescriptionService.PrescriptionServiceClient(channel).PushAsync(
            new PushRequest { Prescription = region.NewPrescription($"MINE-{Guid.NewGuid():N}") },
            await region.HeadersAsync("his-1"),
            DateTime.UtcNow.AddMinutes(2)
        );
        using var own = await region.HttpAsync("his-1");
        using var stranger = await region.HttpAsync("his-2");
        (await own.GetAsync($"/api/prescriptions/{pushed.PrescriptionId}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (
            var path in (string[])
                [
                    "/api/prescriptions/{0}",
                    "/api/pharmacy/prescriptions/{0}",
                    "/api/decoction/prescriptions/{0}",
                    "/api/traceability/prescriptions/{0}",
                ]
        )
        {
            var theirs = await BodyAsync(path, pushed.PrescriptionId);
            var nobodys = await BodyAsync(path, Guid.CreateVersion7().ToString());
            theirs.Status.ShouldBe(HttpStatusCode.NotFound, path);
            theirs.Code.ShouldBe(nobodys.Code, path);
        }

        async Task<(HttpStatusCode Status, string Code)> BodyAsync(string path, string id)
        {
            using var answer = await stranger.GetAsync(path.Replace("{0}", id, StringComparison.Ordinal));
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return (answer.StatusCode, json.RootElement.GetProperty("code").GetString()!);
        }
    }

    [Fact]
    public async Task Health_stays_off_the_public_edge()
    {
        using var client = await region.HttpAsync("operator-1");
        foreach (var path in (string[])["/health", "/alive", "/Health/"])
        {
            (await client.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }
    }

    private static async Task ShouldBeRefusedAsync(HttpClient client, HttpRequestMessage request, int status, string code, string? field)
    {
        var what = $"{request.Method} {request.RequestUri}";
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, $"{what}: {text}");
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json", $"{what}: {text}");
        using var problem = JsonDocument.Parse(text);
        problem.RootElement.GetProperty("code").GetString().ShouldStartWith(code, Case.Sensitive, what);
        var faults = problem.RootElement.GetProperty("faults").EnumerateArray().ToList();
        faults.ShouldAllBe(f => f.GetProperty("zh").GetString()!.Length > 0 && f.GetProperty("en").GetString()!.Length > 0);
        if (field is not null)
        {
            faults.ShouldContain(f => f.GetProperty("field").GetString() == field, $"{what}: {text}");
        }

        text.ShouldNotContain("   at ");
        Problem.WithoutStandardTypes(text).ShouldNotContain("Exception");
        text.ShouldNotContain("Npgsql");
    }
}
