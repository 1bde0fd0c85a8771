using System.Numerics;

namespace TcmBrain.Knowledge.Tests;

public sealed class IncompatibilityTests
{
    private static readonly Catalogue Catalogue = Catalogue.Default;

    [Theory]
    [InlineData("附子", "法半夏")]
    [InlineData("制川乌", "瓜蒌皮")]
    [InlineData("炙甘草", "海藻")]
    [InlineData("藜芦", "玄参")]
    [InlineData("丁香", "郁金")]
    [InlineData("人参", "五灵脂")]
    public void A_pair_is_found_in_both_orders(string a, string b)
    {
        var pair = Find(a, b).ShouldNotBeNull();
        Find(b, a).ShouldBeSameAs(pair);
    }

    [Theory]
    [InlineData("白附子", "法半夏")]
    [InlineData("附子", "土贝母")]
    [InlineData("附子", "水半夏")]
    [InlineData("水牛角", "川乌")]
    [InlineData("桂枝", "赤石脂")]
    [InlineData("黄芪", "藜芦")]
    [InlineData("党参", "五灵脂")]
    public void A_near_miss_is_no_pair(string a, string b) => Find(a, b).ShouldBeNull();

    [Fact]
    public void The_masks_say_what_the_pairs_say()
    {
        foreach (var a in Catalogue.Herbs)
        {
            var mask = Catalogue.ConflictMask(a.Id);
            var bits = 0;
            foreach (var word in mask)
            {
                bits += BitOperations.PopCount(word);
            }
            bits.ShouldBe(Catalogue.Incompatibilities.Count(x => x.A == a.Id || x.B == a.Id), a.Name);
        }
        foreach (var pair in Catalogue.Incompatibilities)
        {
            var bit = Catalogue.ConflictBit(pair.B);
            ((Catalogue.ConflictMask(pair.A)[bit >> 6] >> (bit & 63)) & 1).ShouldBe(1UL);
        }
    }

    private static Incompatibility? Find(string a, string b) => Catalogue.FindIncompatibility(Catalogue.Find(a)!.Id, Catalogue.Find(b)!.Id);
}
