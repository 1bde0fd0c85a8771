using TcmBrain.Knowledge.Tests.Audit;
using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Knowledge.Tests.Labelled;

/// <summary>The audit against prescriptions labelled without it: see README.md.</summary>
public sealed class LabelledSetTests
{
    [Fact]
    public void Every_case_is_answered_as_labelled()
    {
        var measure = Measure.Of(Rx.Auditor, LabelledCase.All);
        measure.Wrong.ShouldBeEmpty(string.Join('\n', measure.Wrong.Take(30)));
        measure.Sensitivity.ShouldBe(1);
        measure.Specificity.ShouldBe(1);
    }

    [Fact]
    public void Every_rule_that_data_can_reach_is_hit_and_missed()
    {
        foreach (var rule in AuditPolicy.Default.Rules.Select(x => x.Id))
        {
            if (rule is "name.processing_unspecified" or "incompatible.19wei_extension")
            {
                // The first needs an institution without customs, the second has no row in the table.
                continue;
            }
            LabelledCase.All.ShouldContain(x => x.Expected.Contains(rule), rule);
            LabelledCase.All.ShouldContain(x => !x.Expected.Contains(rule), rule);
        }
    }

    [Fact]
    public void The_set_is_large_enough_and_its_ids_are_unique()
    {
        LabelledCase.All.Count.ShouldBeGreaterThan(600);
        LabelledCase.All.Select(x => x.Id).Distinct().Count().ShouldBe(LabelledCase.All.Count);
    }

    [Fact]
    public void No_classic_formula_for_its_own_syndrome_is_blocked_but_for_a_banned_piece()
    {
        var blocking = AuditPolicy.Default.Rules.Where(x => x.Severity >= Severity.Block).Select(x => x.Id).ToHashSet();
        foreach (var labelled in LabelledCase.All.Where(x => x.Family == "formula"))
        {
            labelled.Expected.Where(blocking.Contains).ShouldBe(labelled.Expected.Where(x => x == "banned.withdrawn"));
        }
    }
}
