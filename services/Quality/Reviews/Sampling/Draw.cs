namespace TcmBrain.Quality.Reviews.Sampling;

/// <summary>A prescription of a population.</summary>
/// <param name="Drawn">It was drawn for this plan and period before.</param>
public readonly record struct Candidate(Guid Id, string Department, string PrescriberCode, string PrescriberName, bool Drawn);

/// <summary>How many, and by what strata.</summary>
public sealed record DrawRule(int SharePermyriad, int Minimum, bool ByDepartment, bool ByPrescriber);

/// <param name="Department">Empty when the plan does not stratify by it; so too the prescriber.</param>
/// <param name="Allotted">Of this stratum there are to be so many in all the period's draws together.</param>
public sealed record DrawnStratum(
    string Department,
    string PrescriberCode,
    string PrescriberName,
    int Population,
    int Allotted,
    int DrawnBefore,
    IReadOnlyList<Guid> Drawn
);

/// <summary>What was drawn of one institution.</summary>
/// <param name="Required">By the plan's share and minimum, of the whole period so far.</param>
public sealed record DrawnPart(int Population, int Required, int DrawnBefore, int Drawn, byte[] Digest, IReadOnlyList<DrawnStratum> Strata);

/// <summary>
/// The draw of one institution (抽签), <see cref="Algorithm"/>: the number required is spread over the strata of the whole population by
/// <see cref="Allocation"/>; of each stratum those with the smallest <see cref="DrawKey"/> are taken that were not drawn before, until it has
/// what is allotted to it. A later draw of the same period therefore tops up: after any draw, however many prescriptions came late, the
/// period's sample has what the plan requires. Pure.
/// </summary>
public static class Draw
{
    public const string Algorithm = "tcm-review-draw/1";

    public static DrawnPart Of(IReadOnlyCollection<Candidate> population, DrawRule rule, ReadOnlyMemory<byte> seed)
    {
        var required = SampleSize.Of(population.Count, rule.SharePermyriad, rule.Minimum);
        var strata = population
            .GroupBy(c => (Department: rule.ByDepartment ? c.Department : "", Prescriber: rule.ByPrescriber ? c.PrescriberCode : ""))
            .OrderBy(s => s.Key.Department, StringComparer.Ordinal)
            .ThenBy(s => s.Key.Prescriber, StringComparer.Ordinal)
            .Select(s => (s.Key, Members: s.ToArray()))
            .ToArray();
        var allotted = Allocation.Of([.. strata.Select(s => s.Members.Length)], required);
        var drawn = strata.Select((s, i) => OfStratum(s.Key, s.Members, allotted[i], rule.ByPrescriber, seed.Span)).ToArray();
        return new DrawnPart(
            population.Count,
            required,
            drawn.Sum(s => s.DrawnBefore),
            drawn.Sum(s => s.Drawn.Count),
            PopulationDigest.Of(population.Select(c => c.Id)),
            drawn
        );
    }

    private static DrawnStratum OfStratum(
        (string Department, string Prescriber) key,
        Candidate[] members,
        int allotted,
        bool named,
        ReadOnlySpan<byte> seed
    )
    {
        var before = members.Count(m => m.Drawn);
        var left = new (UInt128 Key, Guid Id)[members.Length - before];
        if (allotted > before)
        {
            var n = 0;
            foreach (var member in members)
            {
                if (!member.Drawn)
                {
                    left[n++] = (DrawKey.Of(seed, member.Id), member.Id);
                }
            }

            Array.Sort(left);
        }

        return new DrawnStratum(
            key.Department,
            key.Prescriber,
            named ? members.Max(m => m.PrescriberName) ?? "" : "",
            members.Length,
            allotted,
            before,
            [.. left.Take(Math.Max(0, allotted - before)).Select(m => m.Id)]
        );
    }
}
