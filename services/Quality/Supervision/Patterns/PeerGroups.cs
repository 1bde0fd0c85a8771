using TcmBrain.Contracts;

namespace TcmBrain.Quality.Supervision.Patterns;

/// <summary>Who is compared with whom: those of the same city when they are enough, else those of the province, else nobody.</summary>
internal static class PeerGroups
{
    public static IEnumerable<List<T>> Of<T>(IReadOnlyCollection<T> units, Func<T, string> region, int least)
    {
        foreach (var province in units.GroupBy(u => region(u)[..2]))
        {
            var scattered = new List<T>();
            foreach (var city in province.GroupBy(u => region(u)[..4]))
            {
                var members = city.ToList();
                if (members.Count >= least)
                {
                    yield return members;
                }
                else
                {
                    scattered.AddRange(members);
                }
            }

            if (scattered.Count >= least)
            {
                yield return scattered;
            }
        }
    }

    /// <summary>The smallest region that holds all of them; empty when they lie in several provinces.</summary>
    public static string Holding(IEnumerable<string> regions)
    {
        string? all = null;
        foreach (var region in regions)
        {
            all ??= region;
            while (all is not null && !region.StartsWith(RegionCode.SubtreePrefix(all), StringComparison.Ordinal))
            {
                all = RegionCode.Parent(all);
            }

            if (all is null)
            {
                return "";
            }
        }

        return all ?? "";
    }
}
