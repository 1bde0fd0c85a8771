namespace TcmBrain.Knowledge.Tests;

public sealed class FormulaRecognitionTests
{
    private static readonly Catalogue Catalogue = Catalogue.Default;
    private static readonly FormulaRecognition Recognition = Catalogue.Recognition;

    public static TheoryData<string> All => new(Catalogue.Formulas.Select(x => x.Name));

    [Theory]
    [MemberData(nameof(All))]
    public void A_classic_formula_is_recognised_as_itself(string name)
    {
        var match = Recognition.Recognise(AsWritten(name)).ShouldNotBeNull();
        match.Formula.Name.ShouldBe(name);
        match.SimilarityPermille.ShouldBe(1000);
        match.CoveragePermille.ShouldBe(1000);
        match.Added.ShouldBeEmpty();
        match.Removed.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_formula_as_it_is_prescribed_today_is_still_that_formula(string name)
    {
        var pieces = Catalogue
            .FindFormula(name)!
            .AsPrescription(Catalogue, Catalogue.Customs)
            .Select(x => new WeighedPiece(x.Piece.Id, x.Milligrams));
        Recognition.Recognise([.. pieces]).ShouldNotBeNull().Formula.Name.ShouldBe(name);
    }

    [Fact]
    public void What_was_added_and_removed_is_told()
    {
        var match = Recognition.Recognise(Pieces("麻黄", "桂枝", "苦杏仁", "陈皮", "甘草")).ShouldNotBeNull();
        match.Formula.Name.ShouldBe("麻黄汤");
        Names(match.Added).ShouldBe(["陈皮"]);
        match.Removed.ShouldBeEmpty();

        match = Recognition.Recognise(Pieces("人参", "白术", "炙甘草", "法半夏", "陈皮", "木香")).ShouldNotBeNull();
        Names([.. match.Added, .. match.Removed]).ShouldContain("茯苓");
    }

    [Fact]
    public void A_larger_formula_is_preferred_to_the_one_it_holds()
    {
        Recognition.Recognise(AsWritten("六君子汤"))!.Formula.Name.ShouldBe("六君子汤");
        Recognition.Recognise(AsWritten("八珍汤"))!.Formula.Name.ShouldBe("八珍汤");
        Recognition.Recognise(AsWritten("知柏地黄丸"))!.Formula.Name.ShouldBe("知柏地黄丸");
    }

    [Fact]
    public void Formulas_of_five_and_more_survive_one_ingredient_out_and_one_in()
    {
        var random = new Random(5);
        var tried = 0;
        var found = 0;
        foreach (var formula in Catalogue.Formulas.Where(x => x.Composition.Length >= 5))
        {
            var pieces = AsWritten(formula.Name).ToList();
            pieces.RemoveAt(random.Next(pieces.Count));
            pieces.Add(new(Catalogue.Herbs[random.Next(Catalogue.Herbs.Length)].Id, 9_000));
            tried++;
            var match = Recognition.Recognise([.. pieces]).ShouldNotBeNull(formula.Name);
            found += match.Formula == formula ? 1 : 0;
        }
        // Where the ingredient taken out is what tells two formulas apart, the other one is right.
        found.ShouldBeGreaterThan(tried * 90 / 100);
    }

    [Fact]
    public void Ten_random_pieces_are_no_formula()
    {
        var random = new Random(7);
        var found = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var pieces = Enumerable
                .Range(0, 10)
                .Select(_ => new WeighedPiece(Catalogue.Herbs[random.Next(Catalogue.Herbs.Length)].Id, 9_000));
            found += Recognition.Recognise([.. pieces]) is null ? 0 : 1;
        }
        found.ShouldBe(0);
    }

    [Fact]
    public void Order_repetition_and_processing_change_nothing()
    {
        var closest = Recognition.Closest(Pieces("黄芪", "白术", "防风"));
        Recognition.Closest(Pieces("防风", "炙黄芪", "黄芪", "炒白术")).ShouldBe(closest);
        Catalogue.Formulas[closest!.Value.Formula].Name.ShouldBe("玉屏风散");
    }

    [Fact]
    public void Nothing_shared_is_nothing_found()
    {
        Recognition.Closest([]).ShouldBeNull();
        Recognition.Recognise(Pieces("伸筋草")).ShouldBeNull();
    }

    private static WeighedPiece[] AsWritten(string formula) =>
        [.. Catalogue.FindFormula(formula)!.Composition.Select(x => new WeighedPiece(x.Herb, x.Milligrams))];

    private static WeighedPiece[] Pieces(params string[] names) => [.. names.Select(x => new WeighedPiece(Catalogue.Find(x)!.Id, 9_000))];

    private static string[] Names(IEnumerable<HerbId> ids) => [.. ids.Select(x => Catalogue[x].Name)];
}
