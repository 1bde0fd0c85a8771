using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Knowledge.Tests.Audit;

public sealed class PolicyTests
{
    private static readonly AuditPolicy Policy = AuditPolicy.Default;

    [Fact]
    public void A_level_may_be_raised_and_the_release_says_so()
    {
        var stricter = Policy.With("pregnancy.caution", Severity.DoubleSign);
        stricter.Release.ShouldNotBe(Policy.Release);
        var request = Rx.OfPieces("桃仁") with { Sex = Sex.Female, Pregnant = Answer.Yes };
        var result = new PrescriptionAuditor(Rx.Catalogue, stricter).Audit(request);
        result.Outcome.ShouldBe(Severity.DoubleSign);
        result.Release.ShouldContain(stricter.Release);
        request.Audit().Outcome.ShouldBe(Severity.Advise);
    }

    [Theory]
    [InlineData("banned.aristolochic")]
    [InlineData("incompatible.18fan")]
    [InlineData("pregnancy.forbid")]
    [InlineData("toxic.two_day_limit")]
    [InlineData("name.raw_or_processed")]
    public void A_level_that_may_not_be_lowered_is_not(string rule) =>
        Should.Throw<ArgumentException>(() => Policy.With(rule, Severity.Advise));

    [Theory]
    [InlineData("banned.withdrawn", Severity.DoubleSign)]
    [InlineData("lactation.avoid", Severity.Advise)]
    [InlineData("duration.outpatient", Severity.Advise)]
    [InlineData("dose.small_toxic_over", Severity.Advise)]
    public void A_level_is_lowered_as_far_as_its_row_says_and_no_further(string rule, Severity severity)
    {
        Policy.With(rule, severity)[rule].Severity.ShouldBe(severity);
        Should.Throw<ArgumentException>(() => Policy.With(rule, severity - 1));
    }

    [Fact]
    public void A_slightly_toxic_piece_far_over_stays_a_double_signature_when_its_rule_is_lowered()
    {
        var auditor = new PrescriptionAuditor(Rx.Catalogue, Policy.With("dose.small_toxic_over", Severity.Advise));
        auditor.Audit(Rx.Of(Rx.Line("吴茱萸", 6m))).Outcome.ShouldBe(Severity.Advise);
        auditor.Audit(Rx.Of(Rx.Line("吴茱萸", 8m))).Outcome.ShouldBe(Severity.DoubleSign);
    }

    [Fact]
    public void An_unknown_rule_has_no_level() => Should.Throw<ArgumentException>(() => Policy.With("no.rule", Severity.Block));

    [Theory]
    [InlineData(AuditReleaseFiles.Rules, "dose.over,1,dose,advise", "dose.over,1,dose,harsh", 44, "'harsh' is not a severity")]
    [InlineData(
        AuditReleaseFiles.Rules,
        "dose.over,1,dose,advise,advise",
        "dose.over,1,dose,advise,block",
        44,
        "may_lower_to is above severity"
    )]
    [InlineData(AuditReleaseFiles.Rules, "dose.over,", "dose.above,", 44, "no code asks for the rule dose.above")]
    [InlineData(AuditReleaseFiles.Rules, "dose.over,", "dose.above,", 0, "the rule dose.over is missing")]
    [InlineData(AuditReleaseFiles.Limits, "narcotic_days,3", "narcotic_days,three", 4, "'three' is not a whole number")]
    [InlineData(AuditReleaseFiles.Limits, "narcotic_days,3", "narcotic_days,0", 4, "narcotic_days may not be 0")]
    [InlineData(AuditReleaseFiles.AgeBands, ",1,0,1,2,block", ",1,0,3,2,block", 4, "3/2 is no share of a dose")]
    [InlineData(AuditReleaseFiles.PolicyVersion, "2026.2", " ", 1, "the version is empty")]
    public void A_broken_table_is_refused_with_its_line(string file, string text, string broken, int line, string reason)
    {
        var files = AuditReleaseFiles.Embedded();
        files.Text(file).ShouldContain(text);
        var draft = files.With(file, files.Text(file).Replace(text, broken, StringComparison.Ordinal));
        Should.Throw<BrokenReleaseException>(() => AuditRelease.Load(draft)).Faults.ShouldContain(new ReleaseFault(file, line, reason));
    }

    /// <summary>A rule without a test here would be a rule nobody has seen work.</summary>
    [Fact]
    public void Every_rule_of_the_table_is_reported_by_the_code_and_none_besides()
    {
        var source = string.Concat(
            Directory.GetFiles(Path.Combine(Root(), "services", "Prescriptions.Audit", "Rules"), "*.cs").Select(File.ReadAllText)
        );
        var tests = string.Concat(
            Directory.GetFiles(Path.Combine(Root(), "tests", "TcmBrain.Knowledge.Tests", "Audit"), "RuleTests*.cs").Select(File.ReadAllText)
        );
        foreach (var rule in Policy.Rules.Select(x => x.Id).Except(["incompatible.19wei_extension"]))
        {
            source.ShouldContain($"\"{rule}\"");
            tests.ShouldContain($"\"{rule}\"");
        }
    }

    [Fact]
    public void Every_rule_has_a_title_a_source_and_a_version()
    {
        Policy.Rules.ShouldAllBe(x => x.TitleZh.Length > 0 && x.TitleEn.Length > 0 && x.Source.Length > 0 && x.Version > 0);
    }

    [Theory]
    [InlineData("2024-02-29", "2025-02-28", 0)]
    [InlineData("2024-02-29", "2025-03-01", 1)]
    [InlineData("2020-06-15", "2026-06-14", 5)]
    [InlineData("2020-06-15", "2026-06-15", 6)]
    public void Age_is_counted_in_full_years(string birth, string day, int years) =>
        Age.On(DateOnly.Parse(birth), DateOnly.Parse(day)).Years.ShouldBe(years);

    [Fact]
    public void Nobody_is_audited_before_birth() =>
        Should.Throw<ArgumentOutOfRangeException>(() => Age.On(new(2026, 1, 2), new(2026, 1, 1)));

    [Theory]
    [InlineData(0, "≤28天")]
    [InlineData(28, "≤28天")]
    [InlineData(29, "29天–不足1岁")]
    [InlineData(364, "29天–不足1岁")]
    [InlineData(365, "1–不足3岁")]
    public void A_small_child_is_in_the_group_of_its_days(int days, string band) => Policy.BandOf(Age.OfDays(days)).NameZh.ShouldBe(band);

    [Fact]
    public void The_documentation_is_that_of_the_rule_table()
    {
        var path = Path.Combine(Root(), "docs", "audit-rules.md");
        var current = RuleDocument.Write(Policy);
        if (Environment.GetEnvironmentVariable("TCM_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, current);
        }
        File.ReadAllText(path).ShouldBe(current, "docs/audit-rules.md is out of date: run this test with TCM_WRITE_DOCS=1");
    }

    [Fact]
    public void Nothing_is_allocated_when_nothing_is_found()
    {
        var request = Rx.OfPieces("黄芪", "党参", "茯苓", "陈皮", "当归", "川芎", "白芍", "熟地黄", "桔梗", "枳壳", "柴胡", "升麻");
        request.Audit().Findings.ShouldBeEmpty();
        for (var i = 0; i < 100; i++)
        {
            Rx.Auditor.Audit(request);
        }
        // A collection gives up what is left of the thread's allocation space and counts it as used: only rounds without one tell.
        var least = long.MaxValue;
        for (var round = 0; round < 20 && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
            {
                Rx.Auditor.Audit(request);
            }
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        least.ShouldBe(0);
    }

    [Fact]
    public void Threads_do_not_disturb_each_other()
    {
        var requests = Rx
            .Catalogue.Formulas.Select(x => Rx.Of([.. x.Composition.Select(y => new AuditLine(Rx.Catalogue[y.Herb].Name, y.Milligrams))]))
            .ToArray();
        var expected = requests.Select(Tell).ToArray();
        Parallel.For(0, 2_000, i => Tell(requests[i % requests.Length]).ShouldBe(expected[i % requests.Length]));

        static string Tell(AuditRequest x) => string.Join('\n', x.Audit().Findings.Select(y => y.RuleId + y.Zh));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TcmBrain.sln")))
        {
            folder = folder.Parent;
        }
        return folder.ShouldNotBeNull().FullName;
    }
}
