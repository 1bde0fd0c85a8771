using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TcmBrain.Prescriptions.AuditAdvice;
using TcmBrain.Prescriptions.Reading;

namespace TcmBrain.Prescriptions.Tests.AuditAdvice;

public sealed class KnowledgeTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    private readonly HttpClient pharmacist = fixture.Pharmacist(1);

    [Theory]
    [InlineData("黄芪", "黄芪")]
    [InlineData("huangqi", "黄芪")]
    [InlineData("hq", "黄芪")]
    [InlineData("Astragali", "黄芪")]
    [InlineData("北芪", "黄芪")]
    public async Task A_piece_is_found_by_name_pinyin_latin_and_everyday_name(string search, string name)
    {
        var page = await pharmacist.GetFromJsonAsync<Page<PieceItem>>($"/api/prescriptions/knowledge/pieces?search={search}&limit=200");
        page!.Items.ShouldContain(x => x.Name == name);
    }

    [Fact]
    public async Task A_piece_is_told_with_its_rules_and_sources()
    {
        var piece = await pharmacist.GetFromJsonAsync<PieceDetail>("/api/prescriptions/knowledge/pieces/附子");
        piece!.MaxMilligrams.ShouldBe(15_000);
        piece.Toxicity.ShouldBe("toxic");
        piece.Handling.ShouldBe("先煎");
        piece.DispenseAs.ShouldContain("黑顺片");
        piece.Pairs.ShouldContain(x => x.With == "法半夏" && x.Rule == "十八反" && x.Basis.Length > 0);
        piece.Formulas.ShouldContain("真武汤");
        piece.DoseSource.ShouldNotBeEmpty();
        (await pharmacist.GetFromJsonAsync<PieceDetail>("/api/prescriptions/knowledge/pieces/生地"))!.Name.ShouldBe("生地黄");
        (await pharmacist.GetAsync("/api/prescriptions/knowledge/pieces/月光草根")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Lists_turn_pages_to_the_end_and_each_piece_comes_once()
    {
        var names = new List<string>();
        string? next = null;
        do
        {
            var page = await pharmacist.GetFromJsonAsync<Page<PieceItem>>(
                $"/api/prescriptions/knowledge/pieces?limit=200{(next is null ? "" : "&next=" + next)}"
            );
            names.AddRange(page!.Items.Select(x => x.Name));
            next = page.Next;
            page.Total.ShouldBe(935);
        } while (next is not null);
        names.Count.ShouldBe(935);
        names.ShouldBeUnique();
    }

    [Fact]
    public async Task A_formula_is_told_with_its_composition()
    {
        var formula = await pharmacist.GetFromJsonAsync<FormulaDetail>("/api/prescriptions/knowledge/formulas/麻黄汤");
        formula!.Composition.Select(x => x.Piece).ShouldBe(["麻黄", "桂枝", "苦杏仁", "炙甘草"]);
        formula.Source.ShouldBe("《伤寒论》");
        var found = await pharmacist.GetFromJsonAsync<Page<FormulaItem>>("/api/prescriptions/knowledge/formulas?search=海藻");
        found!.Items.ShouldHaveSingleItem().Name.ShouldBe("海藻玉壶汤");
    }

    [Fact]
    public async Task A_prescription_is_tried_and_not_stored()
    {
        var before = await fixture.CountAsync("prescriptions.prescriptions");
        var answer = await pharmacist.PostAsJsonAsync(
            "/api/prescriptions/audit/try",
            new
            {
                lines = new object[] { new { name = "黑顺片", milligrams = 9_000 }, new { name = "法半夏", milligrams = 6_000 } },
                sex = "male",
                ageYears = 40,
                syndromeCode = "B03.04.02",
            }
        );
        var tried = (await answer.Content.ReadFromJsonAsync<TryAnswer>())!;
        tried.Severity.ShouldBe("double_sign");
        tried.Findings.Select(x => x.RuleId).ShouldBe(["incompatible.18fan", "handling.toxic_missing"]);
        tried.Findings[0].LineNumbers.ShouldBe([1, 2]);
        (await fixture.CountAsync("prescriptions.prescriptions")).ShouldBe(before);
    }

    [Fact]
    public async Task What_cannot_be_tried_is_refused_with_every_place()
    {
        var answer = await pharmacist.PostAsJsonAsync(
            "/api/prescriptions/audit/try",
            new
            {
                lines = new object[] { new { name = " ", milligrams = 9_000 } },
                sex = "both",
                doses = 0,
            }
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        problem
            .RootElement.GetProperty("faults")
            .EnumerateArray()
            .Select(x => x.GetProperty("field").GetString())
            .ShouldBe(["sex", "doses", "lines[0].name"]);
    }
}
