namespace TcmBrain.Quality.Supervision.Statistics;

/// <summary>
/// How far a share lies from its peers' (漏斗图): the arcsine-transformed difference in standard errors, divided by the overdispersion that
/// the peers themselves show. D. J. Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in Medicine 24 (2005)
/// 1185–1202, with its winsorised estimate of φ; transformation of F. J. Anscombe, Biometrika 35 (1948) 246–254.
/// </summary>
public static class Funnel
{
    /// <summary>The share of z-scores at each end that is drawn in before φ is estimated, so that those looked for do not hide themselves.</summary>
    public const double Winsorised = 0.1;

    public readonly record struct Point(int Events, int Trials);

    /// <param name="PeerShare">of all others together</param>
    /// <param name="Z">above zero: more than the peers</param>
    public readonly record struct Verdict(double Share, double PeerShare, double Z);

    /// <returns>In the order of the points. Fewer than three points, or one without trials, say nothing: z is 0.</returns>
    public static (IReadOnlyList<Verdict> Verdicts, double Overdispersion) Assess(IReadOnlyList<Point> points)
    {
        long events = points.Sum(p => (long)p.Events);
        long trials = points.Sum(p => (long)p.Trials);
        var raw = new double[points.Count];
        var peers = new double[points.Count];
        for (var i = 0; i < points.Count; i++)
        {
            var (own, of) = (points[i].Events, points[i].Trials);
            peers[i] = trials > of ? (double)(events - own) / (trials - of) : 0;
            raw[i] = of == 0 || points.Count < 3 ? 0 : 2 * Math.Sqrt(of) * (Angle(own, of) - Math.Asin(Math.Sqrt(peers[i])));
        }

        var overdispersion = Overdispersion(raw);
        var scale = Math.Sqrt(Math.Max(1, overdispersion));
        return (
            [.. points.Select((p, i) => new Verdict(p.Trials == 0 ? 0 : (double)p.Events / p.Trials, peers[i], raw[i] / scale))],
            overdispersion
        );
    }

    /// <summary>φ: the mean of squares after a tenth at each end is set to the value where it begins.</summary>
    public static double Overdispersion(IReadOnlyCollection<double> z)
    {
        if (z.Count == 0)
        {
            return 1;
        }

        var sorted = z.Order().ToArray();
        var cut = (int)(sorted.Length * Winsorised);
        var (low, high) = (sorted[cut], sorted[sorted.Length - 1 - cut]);
        return sorted.Average(value => Math.Pow(Math.Clamp(value, low, high), 2));
    }

    private static double Angle(int events, int trials) => Math.Asin(Math.Sqrt((events + 0.375) / (trials + 0.75)));
}
