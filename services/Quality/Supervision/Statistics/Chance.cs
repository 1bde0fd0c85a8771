namespace TcmBrain.Quality.Supervision.Statistics;

/// <summary>Exact probabilities of counts.</summary>
public static class Chance
{
    /// <summary>P(X ≥ <paramref name="events"/>) of a binomial distribution.</summary>
    public static double AtLeast(int events, int trials, double share)
    {
        if (events <= 0)
        {
            return 1;
        }

        if (events > trials || share <= 0)
        {
            return 0;
        }

        if (share >= 1)
        {
            return 1;
        }

        var (log, not) = (Math.Log(share), Math.Log(1 - share));
        var term = LogChoose(trials, events) + events * log + (trials - events) * not;
        double sum = 0;
        for (var k = events; k <= trials; k++)
        {
            var one = Math.Exp(term);
            sum += one;
            // Beyond the mean the terms only fall: what is left cannot be seen in a double.
            if (k > trials * share && one < sum * 1e-17)
            {
                break;
            }

            term += Math.Log((double)(trials - k) / (k + 1)) + log - not;
        }

        return Math.Min(1, sum);
    }

    private static double LogChoose(int n, int k)
    {
        double sum = 0;
        var few = Math.Min(k, n - k);
        for (var i = 1; i <= few; i++)
        {
            sum += Math.Log((double)(n - few + i) / i);
        }

        return sum;
    }
}
