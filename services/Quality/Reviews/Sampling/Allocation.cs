namespace TcmBrain.Quality.Reviews.Sampling;

/// <summary>
/// How a sample is spread over strata (分层分配): one for each stratum, the rest in proportion to what is left in each, by the largest
/// remainder (a tie goes to the earlier stratum). Whole numbers throughout, so that it comes out alike everywhere.
/// </summary>
public static class Allocation
{
    /// <param name="populations">How many each stratum has; none is empty.</param>
    /// <param name="size">How many are wanted; fewer than there are strata is raised to one each.</param>
    /// <returns>As many as wanted in all, at least one and never more than it has for each.</returns>
    /// <exception cref="ArgumentException">A stratum is empty, or more is wanted than there is.</exception>
    public static int[] Of(IReadOnlyList<int> populations, int size)
    {
        if (populations.Any(n => n < 1))
        {
            throw new ArgumentException("A stratum is empty.", nameof(populations));
        }

        var total = populations.Sum(n => (long)n);
        if (size > total)
        {
            throw new ArgumentException("More is wanted than there is.", nameof(size));
        }

        var rest = (long)Math.Max(size, populations.Count) - populations.Count;
        var spare = total - populations.Count;
        var allotted = new int[populations.Count];
        var remainders = new (long Remainder, int Stratum)[populations.Count];
        var given = 0L;
        for (var i = 0; i < populations.Count; i++)
        {
            var (whole, remainder) = spare == 0 ? (0L, 0L) : Math.DivRem(rest * (populations[i] - 1), spare);
            allotted[i] = 1 + (int)whole;
            remainders[i] = (remainder, i);
            given += whole;
        }

        // Whoever has a remainder has one left to give: its quota is below what it has.
        foreach (var (_, stratum) in remainders.OrderByDescending(r => r.Remainder).ThenBy(r => r.Stratum).Take((int)(rest - given)))
        {
            allotted[stratum]++;
        }

        return allotted;
    }
}
