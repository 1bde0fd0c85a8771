using System.Globalization;

namespace TcmBrain.Quality.Supervision.Patterns;

/// <summary>
/// An institution prescribes one piece far more often than it did, and not because everybody does (单味药激增): its own share of the months
/// before, moved as the peers' share moved, or the peers' share now, whichever is more, is what was to be expected.
/// </summary>
internal sealed class HerbSpike : IPattern
{
    public const string Name = "herb-spike";

    // An epidemic moves everybody; beyond this a growth of few counts is noise.
    private const double MostGrowth = 4;

    public string Code => Name;

    private sealed record Unit(string Institution, string Region, List<Case> Cases, Dictionary<string, int> Now, PriorUse Before);

    public IEnumerable<Signal> Find(SupervisedMonth month, Thresholds thresholds)
    {
        var units = month
            .Cases.GroupBy(c => c.Institution)
            .Select(g => new Unit(g.Key, g.First().Region, [.. g], Count(g), month.Before.GetValueOrDefault(g.Key, PriorUse.None)))
            .Where(u =>
                u.Before.Prescriptions >= thresholds.Of(Name, "min-history") && u.Cases.Count >= thresholds.Of(Name, "min-prescriptions")
            )
            .OrderBy(u => u.Institution, StringComparer.Ordinal)
            .ToList();
        foreach (var peers in PeerGroups.Of(units, u => u.Region, (int)thresholds.Of(Name, "min-peers")))
        {
            var (now, before) = (Sum(peers.Select(u => u.Now)), Sum(peers.Select(u => u.Before.Pieces)));
            var (all, allBefore) = (peers.Sum(u => u.Cases.Count), peers.Sum(u => u.Before.Prescriptions));
            foreach (var unit in peers)
            {
                foreach (var (piece, count) in unit.Now.OrderBy(p => p.Key, StringComparer.Ordinal))
                {
                    if (count < thresholds.Of(Name, "min-events"))
                    {
                        continue;
                    }

                    var ownBefore = unit.Before.Pieces.GetValueOrDefault(piece);
                    var growth =
                        Share(now[piece] - count, all - unit.Cases.Count)
                        / Share(before.GetValueOrDefault(piece) - ownBefore, allBefore - unit.Before.Prescriptions);
                    growth = Math.Clamp(growth, 1 / MostGrowth, MostGrowth);
                    var peersShare = Share(now[piece] - count, all - unit.Cases.Count);
                    var expected = Math.Min(0.95, Math.Max(Share(ownBefore, unit.Before.Prescriptions) * growth, peersShare));
                    var share = (double)count / unit.Cases.Count;
                    var z =
                        2
                        * (Math.Asin(Math.Sqrt(share)) - Math.Asin(Math.Sqrt(expected)))
                        / Math.Sqrt(1.0 / unit.Cases.Count + 1.0 / unit.Before.Prescriptions);
                    if (z >= thresholds.Of(Name, "z") && share / expected >= thresholds.Of(Name, "min-ratio"))
                    {
                        yield return Tell(unit, piece, count, share, expected, growth, peersShare, z, thresholds);
                    }
                }
            }
        }
    }

    private static Signal Tell(
        Unit unit,
        string piece,
        int count,
        double share,
        double expected,
        double growth,
        double peersShare,
        double z,
        Thresholds thresholds
    )
    {
        var records = unit.Cases.Where(c => c.Pieces.Contains(piece)).OrderBy(c => c.Day).ToList();
        var leading = records
            .Where(c => c.Prescriber.Length > 0)
            .GroupBy(c => (c.Prescriber, c.PrescriberName))
            .OrderByDescending(g => g.Count())
            .ThenBy(g => g.Key.Prescriber, StringComparer.Ordinal)
            .FirstOrDefault();
        var (ratio, limit) = (share / expected, thresholds.Of(Name, "min-ratio"));
        var byZh = leading is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"其中 {leading.Key.PrescriberName} 开具 {leading.Count()} 张。");
        var byEn = leading is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $" {leading.Count()} of them are of {leading.Key.PrescriberName}.");
        return new Signal(
            Name,
            "piece",
            $"{unit.Institution}|{piece}",
            unit.Institution,
            unit.Region,
            leading?.Key.Prescriber ?? "",
            leading?.Key.PrescriberName ?? "",
            piece,
            z,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{piece}用于 {unit.Cases.Count} 张处方中的 {count} 张,占 {share:P1};按本机构此前 {unit.Before.Prescriptions} 张处方随同行变化({growth:0.00} 倍)折算和同行现占 {peersShare:P1} 中的高者,应为 {expected:P1},为其 {ratio:0.0} 倍(阈值 {limit:0.0}),偏离 {z:0.0} 个标准误(阈值 {thresholds.Of(Name, "z"):0.0})。{byZh}"
            ),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{piece} is in {count} of {unit.Cases.Count} prescriptions, {share:P1}; by the institution's own {unit.Before.Prescriptions} prescriptions before, moved as its peers moved (× {growth:0.00}), or by its peers' {peersShare:P1} now, whichever is more, {expected:P1} was to be expected: × {ratio:0.0} (threshold {limit:0.0}), {z:0.0} standard errors away (threshold {thresholds.Of(Name, "z"):0.0}).{byEn}"
            ),
            [
                new("share", "本月占比", "share this month", share, null, "share"),
                new("expected", "预期占比", "expected share", expected, null, "share"),
                new("ratio", "倍数", "ratio", ratio, limit, "ratio"),
                new("peer-share", "同行现占", "peers' share now", peersShare, null, "share"),
                new("growth", "同行变化", "peers' change", growth, null, "ratio"),
                new("events", "涉及处方", "prescriptions concerned", count, thresholds.Of(Name, "min-events"), ""),
                new("z", "偏离(标准误)", "distance (standard errors)", z, thresholds.Of(Name, "z"), ""),
            ],
            [.. records.Select(c => c.Id)]
        );
    }

    private static double Share(int events, int trials) => (events + 0.5) / (trials + 1.0);

    private static Dictionary<string, int> Count(IEnumerable<Case> cases)
    {
        var counts = new Dictionary<string, int>();
        foreach (var piece in cases.SelectMany(c => c.Pieces.Distinct()))
        {
            counts[piece] = counts.GetValueOrDefault(piece) + 1;
        }

        return counts;
    }

    private static Dictionary<string, int> Sum(IEnumerable<IReadOnlyDictionary<string, int>> parts)
    {
        var sums = new Dictionary<string, int>();
        foreach (var (piece, count) in parts.SelectMany(p => p))
        {
            sums[piece] = sums.GetValueOrDefault(piece) + count;
        }

        return sums;
    }
}
