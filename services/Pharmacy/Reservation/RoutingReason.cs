using TcmBrain.Pharmacy.Centres;
using TcmBrain.Pharmacy.Routing;

namespace TcmBrain.Pharmacy.Reservation;

/// <summary>Why this centre, in a sentence for people.</summary>
internal static class RoutingReason
{
    public static (string Zh, string En) Of(Map.Candidate chosen, int lines, Candidate picked, IReadOnlyList<Candidate> candidates)
    {
        var able = candidates.Count(c => c.IsAble);
        var (nearZh, nearEn) = chosen.Nearness switch
        {
            Nearness.SameCounty => ("与收货地同区县", "in the county of delivery"),
            Nearness.SameCity => ("与收货地同市", "in the city of delivery"),
            Nearness.SameProvince => ("与收货地同省", "in the province of delivery"),
            _ => ("与收货地不同省", "outside the province of delivery"),
        };
        var (farZh, farEn) = chosen.Kilometres is { } km
            ? (FormattableString.Invariant($",相距约 {km:0.0} 公里"), FormattableString.Invariant($", about {km:0.0} km away"))
            : ("", "");
        var (choiceZh, choiceEn) =
            able > 1 ? ($";可承接的 {able} 家中综合分最优", $"; best score of the {able} centres that have all") : ("", "");
        // The one that came closest to being chosen tells most.
        var nearer = candidates
            .Where(c => c.Kilometres < picked.Kilometres)
            .OrderByDescending(c => c.IsAble)
            .ThenBy(c => c.Missing.Count)
            .ThenBy(c => c.Kilometres)
            .FirstOrDefault();
        var (lackZh, lackEn) = nearer is null ? ("", "") : NotChosen(nearer, picked);
        return (
            $"{chosen.Centre.NameZh}备齐全部 {lines} 味,{nearZh}{farZh}{choiceZh}{lackZh}。",
            $"{chosen.Centre.NameEn} has all {lines} pieces, {nearEn}{farEn}{choiceEn}{lackEn}."
        );
    }

    /// <summary>What spoke against the nearest one.</summary>
    private static (string Zh, string En) NotChosen(Candidate nearer, Candidate picked) =>
        nearer switch
        {
            { Missing.Count: > 0 } => (
                $";较近的{nearer.NameZh}缺{string.Join("、", nearer.Missing.Take(3))}",
                $"; the nearer {nearer.NameEn} lacks {string.Join(", ", nearer.Missing.Take(3))}"
            ),
            { Obstacle: Obstacles.Closed or Obstacles.Closing } => (
                $";较近的{nearer.NameZh}停业或即将停业",
                $"; the nearer {nearer.NameEn} is closed or about to close"
            ),
            { Obstacle.Length: > 0 } => ($";较近的{nearer.NameZh}不承接此处方", $"; the nearer {nearer.NameEn} does not take it"),
            _ when nearer.Parts.Lateness > picked.Parts.Lateness => (
                $";较近的{nearer.NameZh}会更晚送达",
                $"; the nearer {nearer.NameEn} would be later"
            ),
            _ when picked.Parts.Consortium < nearer.Parts.Consortium => (";同属一个医共体", "; of the same consortium"),
            _ when nearer.Parts.Load > picked.Parts.Load => ($";较近的{nearer.NameZh}更忙", $"; the nearer {nearer.NameEn} is busier"),
            _ => ($";较近的{nearer.NameZh}费用更高", $"; the nearer {nearer.NameEn} costs more"),
        };
}
