using TcmBrain.Quality.Satisfaction;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Tests.Satisfaction;

public sealed class SatisfactionRuleTests
{
    private static readonly Questionnaire Asked = Questionnaire.Load();

    [Fact]
    public void Results_of_fewer_than_five_are_hidden_and_none_can_be_computed_from_the_rest()
    {
        SmallNumbers.Hidden([20, 4, 9, 3]).ShouldBe([false, true, false, true]);
        // With the total known, the four would be the total less the others.
        SmallNumbers.Hidden([20, 4, 9]).ShouldBe([false, true, true]);
        SmallNumbers.Hidden([20, 0, 9]).ShouldBe([false, false, false]);
        SmallNumbers.Hidden([4]).ShouldBe([true]);
        SmallNumbers.Hidden([5, 6]).ShouldBe([false, false]);
    }

    [Theory]
    [InlineData("药很好 13812345678 请回电", "药很好 *** 请回电")]
    [InlineData("身份证33010519900101123X", "身份证***")]
    [InlineData("看 https://example.com/x?y 再说", "看 *** 再说")]
    [InlineData("信箱 a.b@c.example", "信箱 ***")]
    [InlineData("第 1 次  \n 等了 120 分钟", "第 1 次 等了 120 分钟")]
    [InlineData("   ", null)]
    [InlineData("<script>alert(1)</script>", "<script>alert(1)</script>")]
    public void What_could_name_somebody_or_lead_elsewhere_is_taken_out_of_a_comment(string written, string? kept) =>
        Questionnaire.Clean(written).ShouldBe(kept);

    [Fact]
    public void The_overall_answer_is_needed_and_every_answer_is_one_to_five()
    {
        var (answers, comment) = Asked.Check(new Dictionary<string, int> { ["overall"] = 5, ["delivery"] = 1 }, " 好 ");
        answers.ShouldBe([new("delivery", 1), new("overall", 5)]);
        comment.ShouldBe("好");
        Codes(null, null).ShouldBe(["QUA-0103"]);
        Codes(new() { ["overall"] = 6 }, null).ShouldBe(["QUA-0715"]);
        Codes(new() { ["overall"] = 3, ["name"] = 3 }, null).ShouldBe(["QUA-0715"]);
        Codes(new() { ["overall"] = 3 }, new string('长', Questionnaire.LongestComment + 1)).ShouldBe(["QUA-0104"]);
    }

    private static string[] Codes(Dictionary<string, int>? answers, string? comment) =>
        [.. Should.Throw<FaultException>(() => Asked.Check(answers, comment)).Faults.Select(f => f.Code)];
}
