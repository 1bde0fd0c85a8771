using System.Globalization;
using TcmBrain.Quality.Supervision.Statistics;

namespace TcmBrain.Quality.Supervision.Patterns;

/// <summary>
/// An institution charges some prescriptions far more than their pieces cost (价格离群): the fee over the pieces' price by the centre's catalogue is
/// compared on a logarithmic scale with all of the region, by median and MAD. One costly prescription is nothing; more of them than peers have is.
/// </summary>
internal sealed class PriceOutliers : IPattern
{
    public const string Name = "price-outlier";

    public string Code => Name;

    private sealed record Unit(string Institution, string Region, List<(Case Case, double Ratio)> Priced);

    public IEnumerable<Signal> Find(SupervisedMonth month, Thresholds thresholds)
    {
        var units = month
            .Cases.Where(c => c is { PiecesFen: > 0, FeeFen: > 0 })
            .GroupBy(c => c.Institution)
            .Select(g => new Unit(g.Key, g.First().Region, [.. g.Select(c => (c, (double)c.FeeFen / c.PiecesFen!.Value))]))
            .Where(u => u.Priced.Count >= thresholds.Of(Name, "min-prescriptions"))
            .OrderBy(u => u.Institution, StringComparer.Ordinal)
            .ToList();
        foreach (var peers in PeerGroups.Of(units, u => u.Region, (int)thresholds.Of(Name, "min-peers")))
        {
            var logs = peers.SelectMany(u => u.Priced.Select(p => Math.Log(p.Ratio))).ToList();
            var median = Robust.Median(logs);
            var mad = Robust.Mad(logs, median);
            if (mad <= 0)
            {
                continue;
            }

            var limit = Math.Exp(median + thresholds.Of(Name, "modified-z") * mad / Robust.Normal);
            var outlying = peers.Select(u => u.Priced.Where(p => p.Ratio > limit).ToList()).ToList();
            var (all, priced) = (outlying.Sum(o => o.Count), logs.Count);
            for (var i = 0; i < peers.Count; i++)
            {
                var (unit, found) = (peers[i], outlying[i]);
                var peerShare = (all - found.Count + 0.5) / (priced - unit.Priced.Count + 1);
                var chance = Chance.AtLeast(found.Count, unit.Priced.Count, peerShare);
                if (found.Count >= thresholds.Of(Name, "min-events") && chance <= thresholds.Of(Name, "max-chance"))
                {
                    yield return Tell(unit, found, Math.Exp(median), limit, peerShare, chance, thresholds);
                }
            }
        }
    }

    private static Signal Tell(
        Unit unit,
        List<(Case Case, double Ratio)> found,
        double usual,
        double limit,
        double peerShare,
        double chance,
        Thresholds thresholds
    )
    {
        var (share, highest) = ((double)found.Count / unit.Priced.Count, found.Max(f => f.Ratio));
        var z = thresholds.Of(Name, "modified-z");
        return new Signal(
            Name,
            "institution",
            unit.Institution,
            unit.Institution,
            unit.Region,
            "",
            "",
            "",
            -Math.Log10(Math.Max(chance, 1e-300)),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{unit.Priced.Count} 张处方中 {found.Count} 张的收费超过饮片目录价的 {limit:0.00} 倍(当地中位 {usual:0.00} 倍,修正 z 值 {z:0.0}),占 {share:P1},同行 {peerShare:P2};最高 {highest:0.00} 倍。偶然出现的概率 {chance:0.0e+0},阈值 {thresholds.Of(Name, "max-chance"):0.0e+0}。"
            ),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{found.Count} of {unit.Priced.Count} prescriptions were charged more than {limit:0.00} × the catalogue price of their pieces (median here {usual:0.00} ×, modified z {z:0.0}), {share:P1}, peers {peerShare:P2}; the highest {highest:0.00} ×. Chance of so many {chance:0.0e+0}, threshold {thresholds.Of(Name, "max-chance"):0.0e+0}."
            ),
            [
                new("events", "离群处方", "outlying prescriptions", found.Count, thresholds.Of(Name, "min-events"), ""),
                new("limit", "离群界限(收费/目录价)", "limit (fee / catalogue price)", limit, null, "ratio"),
                new("usual", "当地中位", "median here", usual, null, "ratio"),
                new("highest", "最高", "highest", highest, limit, "ratio"),
                new("share", "本机构占比", "own share", share, null, "share"),
                new("peer-share", "同行占比", "peers' share", peerShare, null, "share"),
                new("chance", "偶然概率", "chance", chance, thresholds.Of(Name, "max-chance"), "chance"),
            ],
            [.. found.OrderByDescending(f => f.Ratio).Select(f => f.Case.Id)]
        );
    }
}
