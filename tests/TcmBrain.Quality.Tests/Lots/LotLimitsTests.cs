using TcmBrain.CatalogueCopy;
using TcmBrain.Knowledge;
using TcmBrain.Quality.Lots;

namespace TcmBrain.Quality.Tests.Lots;

public sealed class LotLimitsTests
{
    private static readonly LotLimits Limits = LotLimits.Load(new CurrentCatalogue());

    [Theory]
    [InlineData("moisture", "陈皮", 13)]
    [InlineData("moisture", "甘草", 12)]
    [InlineData("moisture", "麦冬", 18)]
    [InlineData("so2", "陈皮", 150)]
    [InlineData("so2", "白芍", 400)]
    [InlineData("so2", "山药", 400)]
    [InlineData("so2", "山药片", 10)]
    [InlineData("lead", "黄芪", 5)]
    [InlineData("cadmium", "黄芪", 1)]
    [InlineData("arsenic", "黄芪", 2)]
    [InlineData("copper", "黄芪", 20)]
    [InlineData("banned-pesticides", "黄芪", 0)]
    [InlineData("aflatoxin-b1", "陈皮", 5)]
    [InlineData("aflatoxin-total", "陈皮", 10)]
    public void A_piece_is_held_against(string test, string piece, int max) => Limits.Find(test, piece)!.Max.ShouldBe(max);

    [Fact]
    public void A_processed_piece_has_its_bases_limit() => Limits.Find("so2", "炒白芍")!.Max.ShouldBe(400);

    [Theory]
    [InlineData("aflatoxin-b1", "白芍")]
    [InlineData("diester-alkaloids", "白芍")]
    [InlineData("brix", "白芍")]
    public void Where_the_source_names_no_limit_there_is_none(string test, string piece) => Limits.Find(test, piece).ShouldBeNull();

    [Fact]
    public void Every_limit_names_source_edition_and_mark_and_a_piece_of_the_catalogue()
    {
        Limits.Rows.ShouldAllBe(l =>
            l.Source.Length > 0 && l.Edition.StartsWith("ChP 20") && (l.Mark == "M" || l.Mark == "C*") && (l.Max >= 0 || l.Min > 0)
        );
        // 山药片 is a form of 山药 that the catalogue does not list by itself.
        Limits.Rows.Where(l => l.Piece.Length > 0 && l.Piece != "山药片").ShouldAllBe(l => Catalogue.Default.Find(l.Piece) != null);
    }

    [Fact]
    public void One_test_has_one_unit_and_one_name() =>
        Limits.Rows.Select(l => (l.Test, l.Unit, l.NameZh, l.NameEn)).Distinct().GroupBy(t => t.Test).Count(g => g.Count() > 1).ShouldBe(0);
}
