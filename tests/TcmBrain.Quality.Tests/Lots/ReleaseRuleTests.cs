using TcmBrain.CatalogueCopy;
using TcmBrain.Knowledge;
using TcmBrain.Quality.Lots;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Tests.Lots;

public sealed class ReleaseRuleTests
{
    private static readonly LotLimits Limits = LotLimits.Load(new CurrentCatalogue());

    [Fact]
    public void A_result_at_its_limit_passes() =>
        ReleaseRule.Check("陈皮", [new("moisture", 13.0m, "%")], Limits).Single().Limit.Max.ShouldBe(13);

    [Fact]
    public void A_result_just_over_its_limit_is_refused_with_the_source()
    {
        var refused = Refusal("陈皮", new LotTest("moisture", 13.01m, "%"));
        refused.Code.ShouldBe("QUA-0206");
        refused.Faults[0].Field.ShouldBe("tests[0].value");
        refused
            .Faults[0]
            .Zh.ShouldBe("水分 13.01 % 超过限度 13 %(《中国药典》通则0213 炮制通则、0832 水分测定法: 饮片水分通常不得过13%, ChP 2020)");
        refused.Faults[0].En.ShouldStartWith("Loss on drying (moisture) 13.01 % is over the limit of 13 %");
    }

    [Fact]
    public void Sulphur_dioxide_of_the_listed_pieces_may_be_higher()
    {
        ReleaseRule.Check("白芍", [new("so2", 399m, "mg/kg")], Limits).Count.ShouldBe(1);
        Refusal("陈皮", new LotTest("so2", 399m, "mg/kg")).Code.ShouldBe("QUA-0206");
    }

    [Fact]
    public void One_banned_pesticide_is_one_too_many() =>
        Refusal("陈皮", new LotTest("banned-pesticides", 1, "count")).Code.ShouldBe("QUA-0206");

    [Fact]
    public void All_faults_are_named_at_once()
    {
        var refused = Refusal(
            "陈皮",
            new LotTest("moisture", 12, "%"),
            new LotTest("brix", 1, "%"),
            new LotTest("lead", 4, "g"),
            new LotTest("moisture", 12, "%"),
            new LotTest("copper", -1, "mg/kg"),
            new LotTest("mercury", null, "mg/kg"),
            new LotTest("arsenic", 3, "mg/kg")
        );
        refused
            .Faults.Select(f => (f.Code, f.Field))
            .ShouldBe([
                ("QUA-0202", "tests[1].test"),
                ("QUA-0203", "tests[2].unit"),
                ("QUA-0205", "tests[3].test"),
                ("QUA-0204", "tests[4].value"),
                ("QUA-0204", "tests[5].value"),
                ("QUA-0206", "tests[6].value"),
            ]);
    }

    [Fact]
    public void Nothing_is_released_without_a_test()
    {
        Refusal("陈皮").Code.ShouldBe("QUA-0103");
        Should.Throw<FaultException>(() => ReleaseRule.Check("陈皮", null, Limits)).Code.ShouldBe("QUA-0103");
    }

    private static FaultException Refusal(string piece, params LotTest[] tests) =>
        Should.Throw<FaultException>(() => ReleaseRule.Check(piece, tests, Limits));
}
