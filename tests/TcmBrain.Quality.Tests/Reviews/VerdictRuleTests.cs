using TcmBrain.Prescriptions.Audit;
using TcmBrain.Quality.Reviews.Judging;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Tests.Reviews;

public sealed class VerdictRuleTests
{
    private static readonly ReviewCodes National = ReviewCodes.Load();

    private static readonly SuggestedCode Found = new("2-8", SuggestedCode.Finding, "", "", "incompatible.18fan", "double_sign", [1]);

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
        National.All.Where(c => !c.Applies).Select(c => c.Code).ShouldBe(["1-5", "1-11", "1-14", "2-4"]);
    }

    [Fact]
    public void Each_national_code_can_be_given()
    {
        foreach (var code in National.All)
        {
            VerdictRule.Check(Irrational([(code.Code, "见附注")]), [], National).Codes.ShouldBe([code.Code]);
        }
    }

    [Fact]
    public void Codes_come_out_in_the_order_of_the_list() =>
        VerdictRule.Check(Irrational([("2-8", ""), ("1-10", ""), ("1-2", "")]), [], National).Codes.ShouldBe(["1-2", "1-10", "2-8"]);

    [Fact]
    public void A_verdict_that_contradicts_itself_is_refused()
    {
        Faults(new VerdictRequest(1, true, [new CodeComment("2-1", "")], null, null)).ShouldBe(["QUA-0304"]);
        Faults(Irrational([])).ShouldBe(["QUA-0305"]);
        Faults(new VerdictRequest(null, null, null, null, null)).ShouldBe(["QUA-0103", "QUA-0103"]);
        Faults(Irrational([("4-1", ""), ("2-1", ""), ("2-1", ""), ("", "")])).ShouldBe(["QUA-0302", "QUA-0303", "QUA-0302"]);
        Faults(new VerdictRequest(4, true, null, null, new string('长', 501))).ShouldBe(["QUA-0402", "QUA-0104"]);
    }

    [Fact]
    public void What_the_audit_found_is_confirmed_or_dismissed_with_a_reason()
    {
        Faults(new VerdictRequest(1, true, null, null, null), Found).ShouldBe(["QUA-0423"]);
        Faults(new VerdictRequest(1, true, null, [new CodeComment("2-8", " ")], null), Found).ShouldBe(["QUA-0424"]);
        var dismissed = VerdictRule.Check(
            new VerdictRequest(1, true, null, [new CodeComment("2-8", "相反相成,有据可依")], null),
            [Found],
            National
        );
        (dismissed.Rational, dismissed.Codes.Length, dismissed.Decisions.Single().Applies).ShouldBe((true, 0, false));
        VerdictRule.Check(Irrational([("2-8", "")]), [Found], National).Codes.ShouldBe(["2-8"]);
        // A hint may be passed over.
        VerdictRule.Check(new VerdictRequest(1, true, null, null, null), [Found with { Certainty = SuggestedCode.Hint }], National);
    }

    [Fact]
    public void A_code_that_is_not_meant_for_pieces_needs_a_reason()
    {
        Faults(Irrational([("1-14", "")])).ShouldBe(["QUA-0424"]);
        VerdictRule.Check(Irrational([("1-14", "附抗菌药物医嘱")]), [], National).Codes.ShouldBe(["1-14"]);
    }

    [Fact]
    public void Every_rule_of_the_audit_has_been_thought_of()
    {
        using var stream = typeof(ReviewCodes).Assembly.GetManifestResourceStream("finding_codes.csv")!;
        using var text = new StreamReader(stream);
        var known = text.ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(line => line.Split(',')[0])
            .ToArray();
        AuditPolicy.Default.Rules.Select(r => r.Id).ShouldAllBe(id => known.Any(prefix => id.StartsWith(prefix)));
    }

    private static VerdictRequest Irrational((string Code, string Comment)[] codes) =>
        new(1, false, [.. codes.Select(c => new CodeComment(c.Code, c.Comment))], null, null);

    private static string[] Faults(VerdictRequest request, params SuggestedCode[] suggested) =>
        [.. Should.Throw<FaultException>(() => VerdictRule.Check(request, suggested, National)).Faults.Select(f => f.Code)];
}
