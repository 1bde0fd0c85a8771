using Microsoft.Playwright;
using TcmBrain.Knowledge;

namespace TcmBrain.Web.Tests.Prescriptions;

/// <summary>What the audit knows, a prescription to try, and its rules with their use.</summary>
public sealed class AuditPageTests(Platform platform, Chrome chrome)
{
    [Fact]
    public async Task A_piece_is_found_by_an_everyday_name_and_shows_its_dose_its_pairs_and_the_sources()
    {
        var catalogue = Catalogue.Default;
        var pair = catalogue.Incompatibilities.First(p =>
            !p.IsExtension && catalogue.Aliases(p.A).Any() && catalogue[p.A].MaxMilligrams > 0
        );
        var piece = catalogue[pair.A];
        var alias = catalogue.Aliases(pair.A).First();
        await using var visit = await chrome.VisitAsync(platform, "prescriber1", "/audit");
        await visit.Page.GetByRole(AriaRole.Searchbox).FillAsync(alias);
        await visit.Row(piece.Name).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(visit.Heading).ToHaveTextAsync(piece.Name);
        await Assertions.Expect(visit.Page.Locator("[data-fact='dose']")).ToContainTextAsync($"{piece.MaxMilligrams / 1000m:0.###} g");
        await Assertions.Expect(visit.Page.Locator("[data-fact='doseSource']")).ToContainTextAsync(piece.DoseSource);
        await Assertions.Expect(visit.Page.Locator(".words__one").Filter(new() { HasText = alias }).First).ToBeVisibleAsync();
        var row = visit
            .Page.Locator("tbody tr")
            .Filter(new() { Has = visit.Page.GetByRole(AriaRole.Link, new() { Name = catalogue[pair.B].Name, Exact = true }) });
        await Assertions.Expect(row.First).ToContainTextAsync(pair.Basis);
        // Rules with their rates are not the prescriber's.
        await visit.GoAsync("/audit");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Tab, new() { Name = "规则" })).ToHaveCountAsync(0);
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_prescription_is_tried_by_keyboard_its_findings_stand_at_their_lines_and_nothing_is_stored()
    {
        // What other tests pushed goes its way meanwhile: its state is not looked at.
        var before = await StoredAsync();
        await using var visit = await chrome.VisitAsync(platform, "pharmacist1", "/audit?tab=try");
        await visit.Page.GetByLabel("第 1 味药名").FocusAsync();
        foreach (var typed in new[] { "炙甘草", "6", "", "醋甘遂", "0.5" })
        {
            await visit.Page.Keyboard.InsertTextAsync(typed);
            await visit.Page.Keyboard.PressAsync("Enter");
        }

        await visit.Page.GetByLabel("年龄").FillAsync("40");
        await visit.Page.GetByLabel("第 1 味药名").FocusAsync();
        await visit.Page.Keyboard.PressAsync("Control+Enter");
        await Assertions.Expect(visit.Page.Locator("[data-finding='incompatible.18fan']")).ToContainTextAsync("炙甘草、醋甘遂");
        await Assertions.Expect(visit.Page.Locator("tr[data-line='1'] .mark").First).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.Locator("tr[data-line='2'] .mark").First).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.Locator("tr[data-line='3'] .mark")).ToHaveCountAsync(0);
        await visit.Page.GetByLabel("第 2 味药名").FillAsync("茯苓");
        await Assertions.Expect(visit.Page.Locator(".try__told")).ToContainTextAsync("结果是修改前的");

        // A classic formula, tried from its own page, is recognised as itself.
        var formula = Catalogue.Default.Formulas.First(f =>
            f.Composition.Length >= 5 && f.Banned.Length == 0 && f.Form == FormulaForm.Decoction
        );
        await visit.GoAsync("/audit/formulas/" + Uri.EscapeDataString(formula.Name));
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "试审此方" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator($"[data-formula='{formula.Name}']")).ToContainTextAsync("100%");
        (await StoredAsync()).ShouldBe(before);
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_rules_stand_with_their_severity_source_and_use_and_can_be_narrowed()
    {
        var told = await platform.GetAsync("pharmacist1", "/api/prescriptions/audit/rules");
        var rules = told.GetProperty("items").EnumerateArray().ToList();
        await using var visit = await chrome.VisitAsync(platform, "pharmacist1", "/audit?tab=rules");
        await Assertions.Expect(visit.Page.Locator("[data-row]")).ToHaveCountAsync(rules.Count);
        foreach (var rule in rules.Take(5))
        {
            await Assertions
                .Expect(visit.Row(rule.GetProperty("ruleId").GetString()!))
                .ToContainTextAsync(rule.GetProperty("source").GetString()!);
        }

        await visit.Page.GetByLabel("级别").SelectOptionAsync("block");
        await Assertions
            .Expect(visit.Page.Locator("[data-row]"))
            .ToHaveCountAsync(rules.Count(rule => rule.GetProperty("severity").GetString() == "block"));
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pharmacist_signs_the_institution_s_own_policy_and_a_prescriber_reads_it()
    {
        await using var visit = await chrome.VisitAsync(platform, "pharmacist2", "/audit?tab=policy");
        var before = await platform.GetAsync("pharmacist2", "/api/prescriptions/audit/policy");
        var version = before.GetProperty("policy").GetProperty("version").GetInt32();
        await visit.Page.Locator("[data-custom='半夏']").SelectOptionAsync("姜半夏");
        await visit.Page.GetByLabel("规则名称或编号").FillAsync("format.alias");
        await visit.Row("format.alias").GetByRole(AriaRole.Combobox).SelectOptionAsync("double_sign");
        // Without a reason it is refused at its field.
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "签署并生效" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[aria-invalid='true']")).ToHaveCountAsync(1);
        await visit.Page.GetByLabel("设置理由").FillAsync("药事会二〇二六年第三次会议");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "签署并生效" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".rules__note")).ToContainTextAsync($"第 {version + 1} 版");
        await Assertions.Expect(visit.Page.Locator(".rules__note")).ToContainTextAsync("药事会二〇二六年第三次会议");

        await using var prescriber = await chrome.VisitAsync(platform, "prescriber2", "/audit?tab=policy");
        await Assertions.Expect(prescriber.Page.Locator("[data-custom='半夏']")).ToHaveValueAsync("姜半夏");
        await Assertions.Expect(prescriber.Page.Locator("[data-custom='半夏']")).ToBeDisabledAsync();
        await prescriber.Page.GetByLabel("只看本院改动").CheckAsync();
        await Assertions.Expect(prescriber.Page.Locator("[data-row]")).ToHaveCountAsync(1);
        prescriber.Complaints.ShouldBeEmpty();
        if (Environment.GetEnvironmentVariable("TCM_SCREENSHOTS") == "1")
        {
            await prescriber.Page.ScreenshotAsync(new() { Path = "artifacts/screenshots/audit-policy.png" });
            await visit.Page.ScreenshotAsync(new() { Path = "artifacts/screenshots/audit-policy-pharmacist.png" });
        }

        // Back to the release, so that other tests find it as it was.
        await visit.Page.Locator("[data-custom='半夏']").SelectOptionAsync("法半夏");
        await visit.Page.GetByLabel("规则名称或编号").FillAsync("format.alias");
        await visit.Row("format.alias").GetByRole(AriaRole.Combobox).SelectOptionAsync("advise");
        await visit.Page.GetByLabel("设置理由").FillAsync("恢复默认");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "签署并生效" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".rules__note")).ToContainTextAsync($"第 {version + 2} 版");
    }

    private async Task<List<string?>> StoredAsync() =>
        [
            .. (await platform.GetAsync("pharmacist1", "/api/prescriptions?limit=200"))
                .GetProperty("items")
                .EnumerateArray()
                .Select(item => item.GetProperty("id").GetString()),
        ];
}
