using System.Diagnostics;
using TcmBrain.Knowledge;
using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Benchmarks;

/// <summary>The audit alone, on one core: clean prescriptions of twelve lines.</summary>
internal sealed class AuditBenchmark(int count, int rounds)
{
    public IReadOnlyList<Figure> Run()
    {
        var catalogue = Catalogue.Default;
        var auditor = new PrescriptionAuditor(catalogue, AuditPolicy.Default);
        var requests = catalogue
            .Formulas.Where(f => f.Composition.Length >= 12 && f.Banned.Length == 0 && f.DeliberatePairs.Length == 0)
            .Select(f => new AuditRequest
            {
                Sex = Sex.Male,
                Age = Age.OfYears(40),
                Doses = 5,
                Days = 5,
                SyndromeCode = f.SyndromeCode,
                Lines = f.AsPrescription(catalogue, catalogue.Customs)[..12]
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
                auditor.Audit(in requests[i % requests.Length]);
            }

            if (round > 0)
            {
                rates.Add(count / clock.Elapsed.TotalSeconds);
            }
        }

        for (var i = 0; i < count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            auditor.Audit(in requests[i % requests.Length]);
            ticks[i] = Stopwatch.GetTimestamp() - began;
        }

        Array.Sort(ticks);
        var p99 = ticks[(int)(0.99 * count)] * 1e6 / Stopwatch.Frequency;
        return [new Figure("audit.per_s_core", Statistics.Median(rates), "audits/s"), new Figure("audit.p99_us", p99, "us")];
    }
}
