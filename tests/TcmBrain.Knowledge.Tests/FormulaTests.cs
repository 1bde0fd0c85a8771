namespace TcmBrain.Knowledge.Tests;

public sealed class FormulaTests
{
    private static readonly Catalogue Catalogue = Catalogue.Default;

    public static TheoryData<string> All => new(Catalogue.Formulas.Select(x => x.Name));

    [Fact]
    public void A_formula_tells_its_composition_in_milligrams()
    {
        var formula = Catalogue.FindFormula("麻黄汤")!;
        formula
            .Composition.Select(x => (Catalogue[x.Herb].Name, x.Milligrams, x.Handling))
            .ShouldBe([
                ("麻黄", 9_000, Handling.None),
                ("桂枝", 6_000, Handling.None),
                ("苦杏仁", 9_000, Handling.AddLate),
                ("炙甘草", 3_000, Handling.None),
            ]);
        (formula.SyndromeCode, formula.Form).ShouldBe(("B02.02.04.01.01.02", FormulaForm.Decoction));
        Catalogue.FindTerm(formula.SyndromeCode)!.Name.ShouldBe("风寒束表证");
    }

    [Fact]
    public void Deliberate_pairs_and_banned_pieces_are_kept()
    {
        Catalogue
            .Formulas.Where(x => !x.DeliberatePairs.IsEmpty)
            .Select(x => x.Name)
            .ShouldBe(["甘遂半夏汤", "附子粳米汤", "海藻玉壶汤"], ignoreOrder: true);
        Catalogue.Formulas.Where(x => !x.Banned.IsEmpty).Select(x => x.Name).ShouldBe(["仙方活命饮", "复元活血汤"], ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void As_a_prescription_every_dose_is_within_the_pharmacopoeia(string name)
    {
        var lines = Catalogue.FindFormula(name)!.AsPrescription(Catalogue, Catalogue.Customs);
        foreach (var line in lines)
        {
            if (line.Piece.MaxMilligrams is { } max)
            {
                line.Milligrams.ShouldBeInRange(line.Piece.MinMilligrams!.Value, max, line.Piece.Name);
            }
            if (line.Piece.RequiredHandling != Handling.None)
            {
                (line.Handling & (line.Piece.RequiredHandling | line.Piece.AlternativeHandling)).ShouldNotBe(Handling.None);
            }
        }
    }
}
