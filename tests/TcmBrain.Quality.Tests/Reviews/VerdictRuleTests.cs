using TcmBrain.Prescriptions.Audit;
using TcmBrain.Quality.Reviews;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Tests.Reviews;

public sealed class VerdictRuleTests
{
    private static readonly ReviewCodes National = ReviewCodes.Load();

    [Fact]
    public void The_national_list_is_complete()
    {
        string[] expected =
        [
            .. Enumerable.Range(1, 15).Select(n => $"1-{n}"),
            .. Enumerable.Range(1, 9).Select(n => $"2-{n}"),
            .. Enumerable.Range(1, 4).Select(n => $"3-{n}"),
        ];
        National.All.Select(c => c.Code).ShouldBe(expected);
        National.All.ShouldAllBe(c => c.Zh.Length > 0 && c.En.Length > 0);
        National.All.Select(c => c.Kind).Distinct().ShouldBe(["不规范", "不适宜", "超常"]);
    }

    [Fact]
    public void Each_national_code_can_be_given()
    {
        foreach (var code in National.All)
        {
            VerdictRule.Check(false, [code.Code], National).Codes.ShouldBe([code.Code]);
        }
    }

    [Fact]
    public void Codes_come_out_in_the_order_of_the_list() =>
        VerdictRule.Check(false, ["2-8", "1-10", "1-2"], National).Codes.ShouldBe(["1-2", "1-10", "2-8"]);

    [Fact]
    public void A_verdict_that_contradicts_itself_is_refused()
    {
        Codes(true, "2-1").ShouldBe(["QUA-0304"]);
        Codes(false).ShouldBe(["QUA-0305"]);
        Codes(null).ShouldBe(["QUA-0103"]);
        Codes(false, "4-1", "2-1", "2-1", "").ShouldBe(["QUA-0302", "QUA-0303", "QUA-0302"]);
    }

    [Theory]
    [InlineData("incompatible.18fan", "2-8")]
    [InlineData("pregnancy.forbid", "2-8")]
    [InlineData("dose.over", "2-5")]
    [InlineData("format.dose", "1-7")]
    [InlineData("format.alias", "1-6")]
    [InlineData("handling.missing", "1-15")]
    [InlineData("duration.outpatient", "1-12")]
    [InlineData("duplicate.piece", "2-7")]
    [InlineData("toxic.two_day_limit", "1-13")]
    public void A_finding_suggests_its_code(string ruleId, string code) => National.Suggest([ruleId]).ShouldBe([code]);

    [Theory]
    [InlineData("toxic.controlled")]
    [InlineData("pregnancy.unknown")]
    [InlineData("something.new")]
    public void What_is_no_fault_of_the_prescription_suggests_nothing(string ruleId) => National.Suggest([ruleId]).ShouldBeEmpty();

    [Fact]
    public void Every_rule_of_the_audit_has_been_thought_of()
    {
        var known = EmbeddedFindingPrefixes();
        AuditPolicy.Default.Rules.Select(r => r.Id).ShouldAllBe(id => known.Any(prefix => id.StartsWith(prefix)));
    }

    private static string[] EmbeddedFindingPrefixes()
    {
        using var stream = typeof(ReviewCodes).Assembly.GetManifestResourceStream("finding_codes.csv")!;
        using var text = new StreamReader(stream);
        return [.. text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(',')[0])];
    }

    private static string[] Codes(bool? rational, params string[] codes) =>
        [.. Should.Throw<FaultException>(() => VerdictRule.Check(rational, codes, National)).Faults.Select(f => f.Code)];
}
