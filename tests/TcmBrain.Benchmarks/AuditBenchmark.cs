using System.Diagnostics;
using TcmBrain.HisSimulator.His;
using TcmBrain.Knowledge;
using TcmBrain.Knowledge.Tests.Labelled;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.Prescriptions.Push;

namespace TcmBrain.Benchmarks;

/// <summary>The audit alone, on one core: its speed on clean prescriptions of twelve lines, how right it is and how much it says.</summary>
internal sealed class AuditBenchmark(int count, int rounds)
{
    private const int DemoDay = 1_000;
    private const int DemoFlawEvery = 7;

    private static readonly Catalogue Catalogue = Catalogue.Default;
    private static readonly PrescriptionAuditor Auditor = AuditRelease.BuiltIn.Auditor;

    public IReadOnlyList<Figure> Run() =>
        [.. Speed(), .. Loading(), .. Rightness(), .. Burden("demo_day", DemoFlawEvery), .. Burden("clean_day", 0)];

    private IEnumerable<Figure> Speed()
    {
        var requests = Catalogue
            .Formulas.Where(f => f.Composition.Length >= 12 && f.Banned.Length == 0 && f.DeliberatePairs.Length == 0)
            .Select(f => new AuditRequest
            {
                Sex = Sex.Male,
                Age = Age.OfYears(40),
                Doses = 5,
                Days = 5,
                SyndromeCode = f.SyndromeCode,
                Lines = f.AsPrescription(Catalogue, Catalogue.Customs)[..12]
                    .Select(l => new AuditLine(l.Piece.Name, l.Milligrams, HandlingText.Format(l.Handling)))
                    .ToArray(),
            })
            .ToArray();
        List<double> rates = [];
        var ticks = new long[count];
        for (var round = 0; round <= rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < count; i++)
            {
                Auditor.Audit(in requests[i % requests.Length]);
            }

            if (round > 0)
            {
                rates.Add(count / clock.Elapsed.TotalSeconds);
            }
        }

        for (var i = 0; i < count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            Auditor.Audit(in requests[i % requests.Length]);
            ticks[i] = Stopwatch.GetTimestamp() - began;
        }

        Array.Sort(ticks);
        yield return new Figure("audit.per_s_core", Statistics.Median(rates), "audits/s");
        yield return new Figure("audit.p99_us", ticks[(int)(0.99 * count)] * 1e6 / Stopwatch.Frequency, "us");
    }

    private IEnumerable<Figure> Loading()
    {
        var archive = AuditReleaseFiles.Embedded().ToArchive();
        List<double> times = [];
        for (var round = 0; round <= rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            AuditRelease.Load(AuditReleaseFiles.FromArchive(archive));
            if (round > 0)
            {
                times.Add(clock.Elapsed.TotalMilliseconds);
            }
        }

        yield return new Figure("audit.release_load_ms", Statistics.Median(times), "ms");
    }

    private static IEnumerable<Figure> Rightness()
    {
        var measure = Measure.Of(Auditor, LabelledCase.All);
        foreach (var wrong in measure.Wrong)
        {
            Console.Error.WriteLine(wrong);
        }

        yield return new Figure("audit.labelled_cases", LabelledCase.All.Count, "cases");
        yield return new Figure(
            "audit.sensitivity",
            measure.Sensitivity * 100,
            "%",
            $"{measure.Hits} hits, {measure.Missed} missed",
            measure.Sensitivity
        );
        yield return new Figure(
            "audit.specificity",
            measure.Specificity * 100,
            "%",
            $"{measure.Silent} silent, {measure.FalseAlarms} false alarms",
            measure.Specificity
        );
        var formulas = LabelledCase.All.Where(x => x.Family == "formula").Select(x => x.Request).ToArray();
        var blocked = formulas.Count(x =>
            Auditor.Audit(in x).Findings.Any(y => y.Severity >= Severity.Block && y.RuleId != "banned.withdrawn")
        );
        yield return new Figure("audit.classic_formulas_blocked", blocked, "of " + formulas.Length);
    }

    /// <summary>Findings a hundred prescriptions of the simulated day, as the service would audit them.</summary>
    private static IEnumerable<Figure> Burden(string day, int flawEvery)
    {
        var factory = new PrescriptionFactory(Catalogue, seed: 1, DateTimeOffset.UtcNow.AddHours(-1));
        var findings = new int[(int)Severity.Refuse + 1];
        for (var i = 0; i < DemoDay; i++)
        {
            var request = AuditTranslation.RequestOf(
                factory.Make(i, flawEvery).Prescription,
                PrescriberAuthority.Toxic | PrescriberAuthority.Narcotic,
                institution: null
            );
            foreach (var finding in Auditor.Audit(in request).Findings)
            {
                findings[(int)finding.Severity]++;
            }
        }

        foreach (var severity in new[] { Severity.Refuse, Severity.Block, Severity.Resolve, Severity.DoubleSign, Severity.Advise })
        {
            yield return new Figure($"audit.{day}.{Word(severity)}_per_100", findings[(int)severity] * 100.0 / DemoDay, "findings");
        }
    }

    private static string Word(Severity severity) =>
        severity == Severity.DoubleSign ? "double_sign" : severity.ToString().ToLowerInvariant();
}
