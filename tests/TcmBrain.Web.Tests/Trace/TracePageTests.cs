using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Events;
using TcmBrain.HisSimulator.Demo;

namespace TcmBrain.Web.Tests.Trace;

/// <summary>The trace as a graph, the recall board, and the patient's page whose proofs the browser itself checks.</summary>
public sealed class TracePageTests(Platform platform, Chrome chrome)
{
    [Fact]
    public async Task A_lots_way_from_the_field_is_drawn_and_can_be_read_as_a_table()
    {
        var lot = await GrowAsync("draw");
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/trace");
        await visit.Page.Locator(".scan input").FillAsync(lot);
        await visit.Page.Locator(".scan input").PressAsync("Enter");

        await Assertions.Expect(visit.Page.Locator(".chart canvas")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.Locator(".chart .card__note").First).ToContainTextAsync("6 个物品, 3 个环节, 9 条事件");
        await visit.Button("以表格显示").ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".chart__table")).ToContainTextAsync("Hdraw");
        await Assertions.Expect(visit.Page.Locator(".trace__events tbody tr")).ToHaveCountAsync(9);
        visit.Path.ShouldContain("id=");
        visit.Complaints.ShouldBeEmpty();
        await ShotAsync(visit, "trace");
    }

    [Fact]
    public async Task A_recall_is_tried_issued_settled_and_closed()
    {
        var lot = await GrowAsync("recall");
        await using var visit = await chrome.VisitAsync(platform, "operator1", $"/recalls/new?lot={Uri.EscapeDataString(lot)}");
        await visit.Field("reason").FillAsync("农残超标");
        await visit.Button("先演练").ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".banner--info")).ToContainTextAsync("毫秒列出全部");
        await Assertions.Expect(visit.Page.Locator("[data-figure=lots] dd")).ToHaveTextAsync("1");
        await visit.Button("立即召回").ClickAsync();
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "立即召回" }).ClickAsync();

        await Assertions.Expect(visit.Heading).ToHaveTextAsync("农残超标");
        await ShotAsync(visit, "recall");
        await visit.Button("结束召回").ClickAsync();
        await visit.Dialog.Locator("textarea, input").First.FillAsync("还没有");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "结束召回" }).ClickAsync();
        await visit.ToldAsync("没有处置结果");
        await Assertions.Expect(visit.Page.Locator("tbody input[type=checkbox]").First).ToBeVisibleAsync();
        foreach (var box in await visit.Page.Locator("tbody input[type=checkbox]").AllAsync())
        {
            await box.CheckAsync();
        }

        await visit.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("登记") }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".figures")).ToContainTextAsync("100 %");
        await visit.Button("结束召回").ClickAsync();
        await visit.Dialog.Locator("textarea, input").First.FillAsync("全部追回");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "结束召回" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-fact=conclusion] dd")).ToHaveTextAsync("全部追回");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_patients_phone_checks_the_proofs_itself_and_a_tampered_one_fails()
    {
        var code = await DispensedAsync();
        await using var phone = new Visit(await chrome.OpenAsync(390, 844), platform.Address);
        await phone.GoAsync($"/p/{code}");
        var seal = phone.Page.Locator(".story__seal");
        await Assertions.Expect(seal).ToContainTextAsync("记录已在您的手机上核验");
        await Assertions.Expect(phone.Page.Locator(".story__herb")).ToHaveCountAsync(2);
        await phone.Page.Locator(".story__herb summary").First.ClickAsync();
        (await phone.SidewaysAsync()).ShouldBeLessThanOrEqualTo(0);
        await ShotAsync(phone, "patient-390");
        phone.Complaints.ShouldBeEmpty();

        foreach (
            var (what, from, to) in (IEnumerable<(string, string, string)>)
                [
                    ("an event", "commissioning", "dispensing-"),
                    ("a leaf", "platform", "platforn"),
                    ("the head", "tcmbrain.example/trace\\n", "tcmbrain.example/trace\\n1"),
                ]
        )
        {
            await using var cheated = new Visit(await chrome.OpenAsync(390, 844), platform.Address);
            await cheated.Context.RouteAsync(
                "**/api/traceability/public/**",
                async route =>
                {
                    var answer = await route.FetchAsync();
                    var text = await answer.TextAsync();
                    text.ShouldContain(from, customMessage: what);
                    await route.FulfillAsync(new() { Response = answer, Body = text.Replace(from, to, StringComparison.Ordinal) });
                }
            );
            await cheated.GoAsync($"/p/{code}");
            await Assertions.Expect(cheated.Page.Locator(".story__seal--bad")).ToContainTextAsync("核验不通过");
        }
    }

    /// <summary>A chain as a maker's own system captures it, through the gateway.</summary>
    private async Task<string> GrowAsync(string batch)
    {
        using var client = new HttpClient { BaseAddress = platform.Address };
        var maker = DemoRegion.ClientOf("maker-1");
        using var ask = new HttpRequestMessage(HttpMethod.Post, "/oauth/token")
        {
            Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]),
        };
        ask.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{maker.Id}:{maker.Secret}")));
        var token = await (await client.SendAsync(ask)).Content.ReadFromJsonAsync<JsonElement>();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.GetProperty("access_token").GetString());
        var (document, lot) = Growers.Chain(1, "丹参", "山东", batch, 250, DateTimeOffset.UtcNow);
        var captured = await client.PostAsJsonAsync("/epcis/capture", document);
        captured.IsSuccessStatusCode.ShouldBeTrue(await captured.Content.ReadAsStringAsync());
        await Eventually.Be(
            async () =>
                (
                    await (await platform.AsAsync("operator1")).GetAsync($"/api/traceability/items/{Uri.EscapeDataString(lot)}")
                ).IsSuccessStatusCode,
            "the chain is captured"
        );
        return lot;
    }

    /// <summary>A prescription that was dispensed, and whose bag's code the trace knows.</summary>
    private async Task<string> DispensedAsync()
    {
        var prescription = Guid.CreateVersion7();
        await platform.TellAsync([
            new PrescriptionChecked
            {
                AggregateId = prescription,
                Version = 4,
                OccurredAt = DateTimeOffset.UtcNow.AddMinutes(-20),
                InstitutionCode = DemoRegion.Hospitals[0].Code,
                RegionCode = DemoRegion.Hospitals[0].RegionCode,
                HisNumber = "TRACE-1",
                Revision = 1,
                CentreCode = DemoRegion.Pharmacies[0].Code,
                Checker = "李四",
                Dispenser = "张三",
                Portions =
                [
                    new WeighedPortion(1, "丹参", Guid.CreateVersion7(), "Y26-0502-01", new Weight(105_000), ""),
                    new WeighedPortion(2, "甘草", Guid.CreateVersion7(), "Y26-0428-09", new Weight(42_000), ""),
                ],
                Doses = 7,
                DosesPerDay = 1,
                PacksPerDose = 2,
                MillilitresPerPack = 200,
                External = false,
                Decoct = false,
                Urgent = false,
                DeliveryRegionCode = "330106",
                SyndromeName = "心血瘀阻证",
            },
        ]);
        var decoction = platform.Decoction.GetRequiredService<NpgsqlDataSource>();
        var trace = platform.Traceability.GetRequiredService<NpgsqlDataSource>();
        string? code = null;
        await Eventually.Be(
            async () =>
            {
                await using var read = decoction.CreateCommand("select public_code from decoction.job where prescription_id = $1");
                read.Parameters.Add(new NpgsqlParameter { Value = prescription });
                return (code = (string?)await read.ExecuteScalarAsync()) is not null;
            },
            "the decoction room knows the prescription"
        );
        await using var know = trace.CreateCommand("insert into traceability.patient_code values ($1, $2)");
        know.Parameters.Add(new NpgsqlParameter { Value = SHA256.HashData(Encoding.UTF8.GetBytes(code!)) });
        know.Parameters.Add(new NpgsqlParameter { Value = prescription });
        await know.ExecuteNonQueryAsync();
        using var anyone = new HttpClient { BaseAddress = platform.Address };
        await Eventually.Be(
            async () => (await anyone.GetStringAsync($"/api/traceability/public/{code}")).Contains("\"proof\":0", StringComparison.Ordinal),
            "the dispensing is under a signed head"
        );
        // And so is what comes after it: the page reads its story once.
        await platform.StillAsync();
        return code!;
    }

    private static async Task ShotAsync(Visit visit, string name)
    {
        if (Environment.GetEnvironmentVariable("TCM_SCREENSHOTS") == "1")
        {
            var file = RepositoryRoot.Combine("tests", "TcmBrain.Web.Tests", "screenshots", $"{name}.png");
            await visit.Page.ScreenshotAsync(new() { Path = file, FullPage = true });
        }
    }
}
