using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;

namespace TcmBrain.Web.Tests.Quality;

/// <summary>Supervision, evaluation and the report as the regulator sees them, and the questionnaire on a patient's phone.</summary>
public sealed class OversightPageTests(Platform platform, Chrome chrome)
{
    private static DateTimeOffset Lately => DateTimeOffset.UtcNow.AddMinutes(-30);

    [Fact]
    public async Task A_regulator_looks_through_the_month_decides_about_an_alert_and_freezes_what_was_found()
    {
        await HabitAsync();
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/supervision");
        await visit.Button("重新分析").ClickAsync();
        var row = visit.Page.Locator("tbody tr", new() { HasText = "超量习惯" });
        await Assertions.Expect(row).ToHaveCountAsync(1);
        await ShotAsync(visit, "supervision");
        await row.GetByRole(AriaRole.Link).First.ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".alert__why")).ToContainTextAsync("40 张处方中 20 张有药味超过剂量上限");
        await Assertions.Expect(visit.Page.Locator("tbody th.mono")).ToHaveCountAsync(20);
        await visit.Button("我已查看").ClickAsync();
        await visit.Field("state").SelectOptionAsync("justified");
        await visit.Button("提交处理").ClickAsync();
        await Assertions.Expect(visit.FaultOf("reason")).ToBeVisibleAsync();
        await visit.Field("reason").FillAsync("专病门诊,剂量依指南");
        await visit.Button("提交处理").ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".head .tag")).ToHaveTextAsync("有合理理由");
        await ShotAsync(visit, "supervision-alert");

        await visit.GoAsync("/evaluation");
        var ranked = visit.Page.Locator("[data-table=ranking] tbody tr");
        await Assertions.Expect(ranked.First).ToBeVisibleAsync();
        await ShotAsync(visit, "evaluation");
        var api = await platform.GetAsync("regulator1", $"/api/quality/evaluations/{DemoRegion.Hospitals[3].Code}");
        await ranked.Filter(new() { HasText = DemoRegion.Hospitals[3].NameZh }).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions
            .Expect(visit.Page.Locator("[data-total]"))
            .ToHaveTextAsync(FormattableString.Invariant($"{api.GetProperty("card").GetProperty("total").GetInt32() / 1000m:0.0}"));
        await visit.Page.Locator("[data-indicator=over-dose] button").ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".eval__records")).ToContainTextAsync("未达标");
        await ShotAsync(visit, "evaluation-of");

        await visit.GoAsync("/reports");
        await visit.Button("生成并冻结").ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".head .tag").First).ToHaveTextAsync("哈希一致,未被改动");
        var figures = await platform.GetAsync("regulator1", "/api/quality/figures");
        var received = figures.GetProperty("figures").EnumerateArray().Single(f => f.GetProperty("code").GetString() == "received");
        await Assertions
            .Expect(visit.Page.Locator("[data-figure=received] strong"))
            .ToHaveTextAsync(received.GetProperty("shown").GetString()!);
        await Assertions.Expect(visit.Page.Locator(".report__chart").First).ToBeVisibleAsync();
        await ShotAsync(visit, "report");
        await PaperAsync(visit);
        await visit.Page.Locator("[data-figure=intercepted] a").ClickAsync();
        await Assertions.Expect(visit.Heading).ToContainTextAsync("审方拦截");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_patient_says_on_the_phone_how_it_was_and_may_change_it()
    {
        var code = await DeliveredAsync();
        await using var phone = new Visit(await chrome.OpenAsync(390, 844), platform.Address);
        // The way to the patient's hand is told of in the decoction room's own tests; here it has been gone.
        await phone.Context.RouteAsync(
            "**/api/decoction/public/**",
            async route =>
            {
                var answer = await route.FetchAsync();
                var text = await answer.TextAsync();
                var stage = JsonDocument.Parse(text).RootElement.GetProperty("stage").GetString();
                await route.FulfillAsync(
                    new()
                    {
                        Response = answer,
                        Body = text.Replace($"\"stage\":\"{stage}\",\"mil", "\"stage\":\"delivered\",\"mil", StringComparison.Ordinal),
                    }
                );
            }
        );
        await phone.GoAsync($"/p/{code}");
        var part = phone.Page.Locator("[data-part=satisfaction]");
        await part.Locator("input[name=overall][value='4']").CheckAsync(new() { Force = true });
        await part.Locator("input[name=delivery][value='5']").CheckAsync(new() { Force = true });
        await part.Locator("textarea").FillAsync("送得快 <img src=x onerror=alert(1)>");
        await part.ScrollIntoViewIfNeededAsync();
        await ShotAsync(phone, "satisfaction-390");
        await part.GetByRole(AriaRole.Button, new() { Name = "提交评价" }).ClickAsync();
        await Assertions.Expect(part.GetByRole(AriaRole.Status)).ToContainTextAsync("谢谢");
        await part.GetByRole(AriaRole.Button, new() { Name = "修改评价" }).ClickAsync();
        await part.Locator("input[name=overall][value='2']").CheckAsync(new() { Force = true });
        await part.GetByRole(AriaRole.Button, new() { Name = "保存修改" }).ClickAsync();
        await Assertions.Expect(part).ToContainTextAsync("您的总体评价:2 分");
        (await phone.SidewaysAsync()).ShouldBeLessThanOrEqualTo(0);
        phone.Complaints.ShouldBeEmpty();

        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/satisfaction");
        var comment = visit.Page.Locator(".sat__comment", new() { HasText = "送得快" });
        await Assertions.Expect(comment).ToContainTextAsync("<img src=x onerror=alert(1)>");
        await ShotAsync(visit, "satisfaction");
        await comment.GetByRole(AriaRole.Button, new() { Name = "显示" }).ClickAsync();
        await Assertions.Expect(comment).ToHaveCountAsync(0);
    }

    private async Task PaperAsync(Visit visit)
    {
        using var client = await platform.AsAsync("regulator1");
        var id = visit.Path.Split('/')[^1];
        foreach (var what in new[] { "html?lang=zh-CN", "html?lang=en", "pdf?lang=zh-CN", "pdf?lang=en" })
        {
            using var paper = await client.GetAsync($"/api/quality/reports/{id}/{what}");
            // Without a font with Chinese characters there is no PDF, and the service says so.
            paper.StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable);
            if (Environment.GetEnvironmentVariable("TCM_SCREENSHOTS") == "1")
            {
                var name = "report-" + what.Replace("?lang=", "-", StringComparison.Ordinal);
                var extension = what.StartsWith("pdf", StringComparison.Ordinal) ? "pdf" : "html";
                await File.WriteAllBytesAsync(
                    RepositoryRoot.Combine("tests", "TcmBrain.Web.Tests", "screenshots", $"{name}.{extension}"),
                    await paper.Content.ReadAsByteArrayAsync()
                );
            }
        }
    }

    /// <summary>Twelve prescribers of four hospitals with forty prescriptions each; the last overdoses in half of them.</summary>
    private async Task HabitAsync()
    {
        // All of one month, also on its first day.
        await RegionDay.NotEndingAsync();
        var now = DateTimeOffset.UtcNow;
        var month = RegionTime.StartOf(RegionTime.DayOf(now).AddDays(1 - RegionTime.DayOf(now).Day));
        var received = Enumerable.Range(0, 480).Select(i => (Nth: i, Event: Received(i, Latest(now.AddHours(-i % 48), month)))).ToList();
        await platform.TellOfPrescriptionsAsync([
            .. received.Select(r => r.Event),
            .. received.Select(r => new PrescriptionAudited
            {
                AggregateId = r.Event.AggregateId,
                Version = 2,
                OccurredAt = now,
                InstitutionCode = r.Event.InstitutionCode,
                RegionCode = r.Event.RegionCode,
                HisNumber = r.Event.HisNumber,
                Revision = 1,
                Outcome = r.Nth % 12 == 11 && r.Nth < 240 ? "double_sign" : "pass",
                Release = "test",
                Findings = r.Nth % 12 == 11 && r.Nth < 240 ? [new AuditedFinding("dose.over_k", "double_sign", [1])] : [],
            }),
        ]);
        // Quality knows the month: all of these, and not as many of whatever others pushed.
        await platform.StillAsync();
    }

    private static DateTimeOffset Latest(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static PrescriptionReceived Received(int nth, DateTimeOffset at)
    {
        var hospital = DemoRegion.Hospitals[nth % 4];
        return new PrescriptionReceived
        {
            AggregateId = Guid.CreateVersion7(),
            Version = 1,
            OccurredAt = at,
            InstitutionCode = hospital.Code,
            RegionCode = hospital.RegionCode,
            HisNumber = $"OV-{nth:0000}",
            Revision = 1,
            DepartmentName = "中医内科",
            DiseaseCode = "A01.01.01",
            SyndromeCode = "B02.02.04.01.01.02",
            SyndromeName = "风寒束表证",
            Doses = 7,
            LineCount = 12,
            Urgent = false,
            FeeFen = 12_300,
            VisitKind = "outpatient",
            PrescriberCode = $"D{nth % 12}",
            PrescriberName = $"示范医师{nth % 12}",
            Days = 7,
        };
    }

    private async Task<string> DeliveredAsync()
    {
        var hospital = DemoRegion.Hospitals[0];
        var id = Guid.CreateVersion7();
        await platform.TellAsync([
            new PrescriptionChecked
            {
                AggregateId = id,
                Version = 4,
                OccurredAt = Lately,
                InstitutionCode = hospital.Code,
                RegionCode = hospital.RegionCode,
                HisNumber = "OV-PATIENT",
                Revision = 1,
                CentreCode = DemoRegion.Pharmacies[0].Code,
                Checker = "李四",
                Dispenser = "张三",
                Portions = [new WeighedPortion(1, "丹参", Guid.CreateVersion7(), "Y26-0502-01", new Weight(105_000), "")],
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
        var code = "";
        await Eventually.Be(async () => (code = await platform.PublicCodeAsync(id)).Length > 0, "the patient's page has its code");
        await using (var work = await platform.Decoction.GetRequiredService<EventExchange>().BeginAsync())
        {
            work.Publish(
                new ParcelDelivered
                {
                    AggregateId = id,
                    Version = 100,
                    OccurredAt = Lately,
                    InstitutionCode = hospital.Code,
                    RegionCode = hospital.RegionCode,
                    HisNumber = "OV-PATIENT",
                    Revision = 1,
                    ParcelId = Guid.CreateVersion7(),
                    Sscc = "069012345000000018",
                    CentreCode = DemoRegion.Pharmacies[0].Code,
                    Courier = "配送员一",
                    BagSerials = [],
                    DeliveryRegionCode = "330106",
                    PublicCode = code,
                }
            );
            await work.CommitAsync();
        }

        using var anyone = new HttpClient { BaseAddress = platform.Address };
        await Eventually.Be(
            async () =>
            {
                using var asked = await anyone.GetAsync($"/api/quality/public/satisfaction/{code}");
                return asked.IsSuccessStatusCode
                    && (await asked.Content.ReadAsStringAsync()).Contains("\"open\"", StringComparison.Ordinal);
            },
            "it can be rated"
        );
        return code;
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
