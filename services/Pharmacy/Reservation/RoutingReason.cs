using TcmBrain.Pharmacy.Centres;

namespace TcmBrain.Pharmacy.Reservation;

/// <summary>Why this centre, in a sentence for people.</summary>
internal static class RoutingReason
{
    public static (string Zh, string En) Of(
        Map.Candidate chosen,
        int lines,
        int able,
        IReadOnlyList<(Map.Candidate Candidate, string[] Missing)> passedOver
    )
    {
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
        var (choiceZh, choiceEn) = able > 1 ? ($";可承接的 {able} 家中最优先", $"; first of the {able} centres that have all") : ("", "");
        var (lackZh, lackEn) =
            passedOver.Count > 0
                ? (
                    $";较近的{passedOver[0].Candidate.Centre.NameZh}缺{string.Join("、", passedOver[0].Missing.Take(3))}",
                    $"; the preferred {passedOver[0].Candidate.Centre.NameEn} lacks {string.Join(", ", passedOver[0].Missing.Take(3))}"
                )
                : ("", "");
        return (
            $"{chosen.Centre.NameZh}备齐全部 {lines} 味,{nearZh}{farZh}{choiceZh}{lackZh}。",
            $"{chosen.Centre.NameEn} has all {lines} pieces, {nearEn}{farEn}{choiceEn}{lackEn}."
        );
    }
}
