using System.Globalization;
using TcmBrain.Quality.Supervision.Statistics;

namespace TcmBrain.Quality.Supervision.Patterns;

/// <summary>
/// A prescriber does something far more often than the peers (行为习惯). Told only when it is beyond what differs between peers anyway
/// (<see cref="Funnel"/>), happened often enough to look at, and is a difference that matters.
/// </summary>
internal sealed class ShareAgainstPeers(string code, string zh, string en, Func<Case, bool> concerns, Func<Case, bool> counts) : IPattern
{
    public string Code => code;

    private sealed record Unit(string Institution, string Region, string Prescriber, string Name, List<Case> Cases, List<Case> Counted);

    public IEnumerable<Signal> Find(SupervisedMonth month, Thresholds thresholds)
    {
        var (least, events) = ((int)thresholds.Of(code, "min-prescriptions"), (int)thresholds.Of(code, "min-events"));
        var (limit, difference) = (thresholds.Of(code, "z"), thresholds.Of(code, "min-difference"));
        var units = month
            .Cases.Where(c => c.Prescriber.Length > 0 && concerns(c))
            .GroupBy(c => (c.Institution, c.Prescriber))
            .Select(g => new Unit(
                g.Key.Institution,
                g.First().Region,
                g.Key.Prescriber,
                g.First().PrescriberName,
                [.. g],
                [.. g.Where(counts)]
            ))
            .Where(u => u.Cases.Count >= least)
            .OrderBy(u => u.Institution, StringComparer.Ordinal)
            .ThenBy(u => u.Prescriber, StringComparer.Ordinal)
            .ToList();
        foreach (var peers in PeerGroups.Of(units, u => u.Region, (int)thresholds.Of(code, "min-peers")))
        {
            var (verdicts, overdispersion) = Funnel.Assess([.. peers.Select(u => new Funnel.Point(u.Counted.Count, u.Cases.Count))]);
            for (var i = 0; i < peers.Count; i++)
            {
                var (unit, verdict) = (peers[i], verdicts[i]);
                if (verdict.Z >= limit && unit.Counted.Count >= events && verdict.Share - verdict.PeerShare >= difference)
                {
                    yield return Tell(unit, verdict, overdispersion, peers.Count - 1, limit, events, difference);
                }
            }
        }
    }

    private Signal Tell(Unit unit, Funnel.Verdict verdict, double overdispersion, int peers, double limit, int events, double difference) =>
        new(
            code,
            "prescriber",
            $"{unit.Institution}|{unit.Prescriber}",
            unit.Institution,
            unit.Region,
            unit.Prescriber,
            unit.Name,
            "",
            verdict.Z,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{unit.Cases.Count} 张处方中 {unit.Counted.Count} 张{zh},占 {verdict.Share:P1};{peers} 名同行合计占 {verdict.PeerShare:P1}。按同行间本有的差异(离散系数 {overdispersion:0.00})折算,偏离 {verdict.Z:0.0} 个标准误,阈值 {limit:0.0}。"
            ),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{unit.Counted.Count} of {unit.Cases.Count} prescriptions {en}, {verdict.Share:P1}; {peers} peers together {verdict.PeerShare:P1}. By how peers differ anyway (overdispersion {overdispersion:0.00}) this is {verdict.Z:0.0} standard errors away; the threshold is {limit:0.0}."
            ),
            [
                new("share", "本人占比", "own share", verdict.Share, null, "share"),
                new("peer-share", "同行占比", "peers' share", verdict.PeerShare, null, "share"),
                new("difference", "相差", "difference", verdict.Share - verdict.PeerShare, difference, "share"),
                new("events", "涉及处方", "prescriptions concerned", unit.Counted.Count, events, ""),
                new("prescriptions", "处方数", "prescriptions", unit.Cases.Count, null, ""),
                new("z", "偏离(标准误)", "distance (standard errors)", verdict.Z, limit, ""),
                new("overdispersion", "同行离散系数", "peers' overdispersion", overdispersion, null, ""),
            ],
            [.. unit.Counted.OrderBy(c => c.Day).Select(c => c.Id)]
        );
}
