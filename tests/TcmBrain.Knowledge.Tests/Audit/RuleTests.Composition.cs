using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Knowledge.Tests.Audit;

// Granules, forms of one material, number of pieces, formula and syndrome.
public sealed partial class RuleTests
{
    [Theory]
    [InlineData("黄芪配方颗粒")]
    [InlineData("黄芪颗粒")]
    [InlineData("黄芪（配方颗粒）")]
    [InlineData("生地颗粒")]
    [InlineData("板蓝根颗粒")]
    public void A_granule_among_pieces_waits_for_a_person(string name) =>
        Expect(Rx.Of(Rx.Line("茯苓"), new(name, 6_000)), "form.granule", Severity.Resolve);

    [Theory]
    [InlineData("小柴胡颗粒")]
    [InlineData("颗粒")]
    [InlineData("焦三仙颗粒")]
    public void A_granule_of_no_piece_is_an_unknown_name(string name) =>
        Rx.Of(new AuditLine(name, 6_000)).Audit().Ids().ShouldBe(["name.unknown"]);

    [Fact]
    public void A_granule_is_held_against_the_dangers_of_its_piece_but_not_against_its_least_dose_or_its_boiling()
    {
        var result = Rx.Of(new("附子配方颗粒", 1_000), Rx.Line("法半夏")).Audit();
        result.Ids().ShouldContain("incompatible.18fan");
        result.Ids().ShouldNotContain("dose.under");
        result.Ids().ShouldNotContain(x => x.StartsWith("handling."));
    }

    [Theory]
    [InlineData("黄芪", "黄芪配方颗粒", "duplicate.granule")]
    [InlineData("炙黄芪", "黄芪配方颗粒", "duplicate.granule")]
    [InlineData("黄芩", "黄芪配方颗粒", null)]
    [InlineData("制巴戟天", "盐巴戟天", "duplicate.base")]
    [InlineData("法半夏", "姜半夏", null)] // each with a monograph of its own
    [InlineData("炒麦芽", "焦麦芽", "duplicate.base")]
    [InlineData("生龙骨", "煅龙骨", "duplicate.base")]
    [InlineData("法半夏", "制白附子", null)]
    public void A_material_twice_in_another_form_is_advised(string a, string b, string? rule) =>
        Rx.OfPieces(a, b).Audit().Ids().Where(x => x.StartsWith("duplicate.")).ShouldBe(rule is null ? [] : [rule]);

    [Fact]
    public void More_than_twenty_pieces_are_advised_and_twenty_are_not()
    {
        var names = Rx
            .Catalogue.Herbs.Where(x => x.MaxMilligrams.HasValue && x.Base == x.Id && x.Toxicity == Toxicity.None && x.DispenseAs.IsEmpty)
            .Select(x => x.Name)
            .Take(21)
            .ToArray();
        Expect(Rx.OfPieces(names), "quantity.many_pieces", Severity.Advise);
        Rx.OfPieces(names[..20]).Audit().Ids().ShouldNotContain("quantity.many_pieces");
        Rx.OfPieces([.. names[..20], names[0]]).Audit().Ids().ShouldNotContain("quantity.many_pieces");
        Expect(Rx.Of([.. names[..20].Select(x => Rx.Line(x)), new("无此药", 3_000)]), "quantity.many_pieces", Severity.Advise);
    }

    [Theory]
    [InlineData("麻黄汤", "B02.02.05.01.04.01", true)] // 风热犯表证
    [InlineData("麻黄汤", "B02.02.04.01.01.02", false)] // 风寒束表证, its own
    [InlineData("麻黄汤", "B03.01.01.01", false)] // 营卫不和证: another formula of the category is for it
    [InlineData("麻黄汤", "B02.02.04", false)] // above its own in the tree
    [InlineData("麻黄汤", "B12.34", false)] // not in the catalogue: not judged
    [InlineData("六味地黄丸", "B04.05.01.03.03", true)] // 肾阳虚证 against 肾阴虚证
    [InlineData("银翘散", "B02.02.04.01.01.02", true)] // 风寒束表证
    public void A_clear_formula_for_another_syndrome_is_advised(string formula, string syndrome, bool hit)
    {
        var lines = Rx
            .Catalogue.FindFormula(formula)!
            .AsPrescription(Rx.Catalogue, Rx.Catalogue.Customs)
            .Select(x => new AuditLine(x.Piece.Name, x.Milligrams, HandlingText.Format(x.Handling)));
        Check(Rx.Of([.. lines]) with { SyndromeCode = syndrome }, "match.formula_syndrome", Severity.Advise, hit);
    }

    [Fact]
    public void A_prescription_like_no_formula_is_not_judged_by_one() =>
        (Rx.OfPieces("黄芪", "板蓝根", "伸筋草", "乌梅") with { SyndromeCode = "B04.05.01.03.03" })
            .Audit()
            .Ids()
            .ShouldNotContain("match.formula_syndrome");
}
