namespace TcmBrain.Knowledge.Tests;

public sealed class NameResolutionTests
{
    private static readonly Catalogue Catalogue = Catalogue.Default;

    private static string[] Names(NameResolution x) => [.. x.Choices.Select(id => Catalogue[id].Name)];

    [Theory]
    [InlineData("生地", "生地黄")]
    [InlineData("二丑", "牵牛子")]
    [InlineData("黑附片", "黑顺片")]
    [InlineData("米壳", "罂粟壳")]
    public void An_alias_is_its_piece(string alias, string piece)
    {
        var found = Catalogue.Resolve(alias);
        found.Kind.ShouldBe(NameKind.Alias);
        Catalogue[found.Herb].Name.ShouldBe(piece);
        found.IsCertain.ShouldBeTrue();
    }

    [Fact]
    public void A_combined_name_is_its_members()
    {
        var found = Catalogue.Resolve("焦三仙");
        found.Kind.ShouldBe(NameKind.Combined);
        Names(found).ShouldBe(["焦山楂", "焦麦芽", "焦六神曲"]);
    }

    [Theory]
    [InlineData("白附子", "附子")]
    [InlineData("关白附", "白附子")]
    [InlineData("土贝母", "川贝母")]
    [InlineData("水半夏", "半夏")]
    [InlineData("草乌叶", "草乌")]
    [InlineData("水牛角", "犀角")]
    [InlineData("关木通", "木通")]
    [InlineData("雪上一枝蒿", "草乌")]
    public void A_piece_is_not_another_whose_name_it_contains(string name, string other)
    {
        var piece = Catalogue.Find(name).ShouldNotBeNull();
        piece.Id.ShouldNotBe(Catalogue.Find(other)!.Id);
        piece.Base.ShouldNotBe(Catalogue.Find(other)!.Base);
    }

    [Theory]
    [InlineData("附")]
    [InlineData("乌")]
    [InlineData("半夏汤")]
    [InlineData("生麻黄甲")]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("ma huang")]
    [InlineData("\uD800")]
    public void A_name_that_is_nearly_one_is_unknown(string name) => Catalogue.Resolve(name).Kind.ShouldBe(NameKind.Unknown);

    [Theory]
    [InlineData("川乌", "制川乌")]
    [InlineData("草乌", "制草乌")]
    [InlineData("天南星", "制天南星")]
    [InlineData("马钱子", "制马钱子;马钱子粉")]
    [InlineData("巴豆", "巴豆霜")]
    [InlineData("甘遂", "醋甘遂")]
    [InlineData("千金子", "千金子霜")]
    [InlineData("狼毒", "醋狼毒")]
    [InlineData("斑蝥", "米斑蝥")]
    public void A_bare_toxic_name_is_asked_and_never_taken_for_the_raw_piece(string name, string processed)
    {
        var found = Catalogue.Resolve(name);
        found.Kind.ShouldBe(NameKind.RawOrProcessed);
        found.IsCertain.ShouldBeFalse();
        string.Join(';', Names(found)).ShouldBe(processed);
        Catalogue.Customs.For(found.Herb).ShouldBeNull();
    }

    [Theory]
    [InlineData("半夏", "法半夏")]
    [InlineData("附子", "黑顺片")]
    [InlineData("附片", "黑顺片")]
    [InlineData("白附子", "制白附子")]
    [InlineData("苍耳", "炒苍耳子")]
    public void A_bare_name_becomes_the_processed_piece_of_custom(string name, string piece)
    {
        var found = Catalogue.Resolve(name);
        found.Kind.ShouldBe(NameKind.UnspecifiedProcessing);
        Catalogue[Catalogue.Customs.For(found.Herb)!.Value].Name.ShouldBe(piece);
    }

    [Theory]
    [InlineData("贝母")]
    [InlineData("乌头")]
    [InlineData("制半夏")]
    [InlineData("炒黄芩")]
    [InlineData("芍药")]
    [InlineData("信石")]
    [InlineData("番木鳖")]
    public void A_name_of_several_pieces_offers_them_and_picks_none(string name)
    {
        var found = Catalogue.Resolve(name);
        found.Kind.ShouldBe(NameKind.Ambiguous);
        found.Choices.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("川草乌")]
    [InlineData("乳没")]
    [InlineData("龙牡")]
    public void A_combined_name_of_uncertain_members_is_asked(string name) =>
        Catalogue.Resolve(name).Kind.ShouldBe(NameKind.AmbiguousCombined);

    [Theory]
    [InlineData("生川乌", "川乌")]
    [InlineData("生半夏", "生半夏")]
    [InlineData("生南星", "天南星")]
    [InlineData("闹阳花", "闹羊花")]
    public void The_raw_piece_is_had_only_by_asking_for_it_in_words(string name, string piece)
    {
        var found = Catalogue.Resolve(name);
        found.IsCertain.ShouldBeTrue();
        found.RawInWords.ShouldBeTrue();
        Catalogue[found.Herb].Name.ShouldBe(piece);
        Catalogue[found.Herb].RawEquivalent.ShouldNotBeNull();
    }

    [Fact]
    public void No_name_turns_silently_into_a_controlled_raw_piece()
    {
        foreach (var row in ReleaseFiles.Embedded().Text(ReleaseFiles.Aliases).Split('\n').Skip(1).Where(x => x.Length > 0))
        {
            var alias = row.Split(',')[0];
            var found = Catalogue.Resolve(alias);
            if (found.Kind == NameKind.Alias && Catalogue[found.Herb].RawEquivalent is not null)
            {
                found.RawInWords.ShouldBeTrue(alias);
            }
        }
    }

    [Theory]
    [InlineData(" 麻黄 ", "麻黄")]
    [InlineData("麻黄\u3000", "麻黄")]
    public void Blanks_around_a_name_do_not_matter(string name, string piece) =>
        Catalogue[Catalogue.Resolve(name).Herb].Name.ShouldBe(piece);

    [Fact]
    public void An_institution_may_choose_among_what_the_catalogue_allows_and_nothing_else()
    {
        var own = Catalogue.Customs.With(Catalogue, "半夏", "姜半夏");
        Catalogue[own.For(Catalogue.Find("半夏")!.Id)!.Value].Name.ShouldBe("姜半夏");
        Should.Throw<ArgumentException>(() => Catalogue.Customs.With(Catalogue, "半夏", "生半夏"));
        Should.Throw<ArgumentException>(() => Catalogue.Customs.With(Catalogue, "川乌", "制川乌"));
        Should.Throw<ArgumentException>(() => Catalogue.Customs.With(Catalogue, "麻黄", "蜜麻黄"));
    }

    [Theory]
    [InlineData("半夏", "生半夏")]
    [InlineData("附子", "生附子")]
    [InlineData("川乌", "川乌")]
    [InlineData("麻黄", "麻黄")]
    public void The_raw_form_of_a_name(string name, string raw) =>
        Catalogue[Catalogue.RawForm(Catalogue.Find(name)!.Id)].Name.ShouldBe(raw);

    [Theory]
    [InlineData("先煎", Handling.DecoctFirst)]
    [InlineData("先煎60分钟", Handling.DecoctFirst)]
    [InlineData("布包先煎", Handling.DecoctFirst | Handling.Wrapped)]
    [InlineData("研末吞服", Handling.TakenDirectly)]
    [InlineData("打碎", Handling.None)]
    [InlineData(null, Handling.None)]
    [InlineData("生用", Handling.Raw)]
    public void A_footnote_is_read(string? text, Handling handling) => HandlingText.Parse(text).ShouldBe(handling);

    [Fact]
    public void Every_handling_is_read_as_it_is_written()
    {
        for (var handling = 0; handling < 64; handling++)
        {
            HandlingText.Parse(HandlingText.Format((Handling)handling)).ShouldBe((Handling)handling);
        }
    }
}
