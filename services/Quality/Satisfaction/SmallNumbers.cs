namespace TcmBrain.Quality.Satisfaction;

/// <summary>
/// Results of few are not shown (小样本抑制): fewer than five could tell who said what. When just one would be hidden and the total is known, what is
/// hidden could be computed from the rest; then the next smallest is hidden too.
/// </summary>
public static class SmallNumbers
{
    public const int Least = 5;

    /// <returns>Which are hidden, in the order of the counts. Nothing is hidden of what is zero: there is nothing to tell.</returns>
    public static bool[] Hidden(IReadOnlyList<int> counts)
    {
        var hidden = counts.Select(c => c is > 0 and < Least).ToArray();
        if (hidden.Count(h => h) == 1)
        {
            var next = Enumerable.Range(0, counts.Count).Where(i => !hidden[i] && counts[i] > 0).OrderBy(i => counts[i]).FirstOrDefault(-1);
            if (next >= 0)
            {
                hidden[next] = true;
            }
        }

        return hidden;
    }
}
