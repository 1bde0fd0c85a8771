using TcmBrain.Contracts.Events;

namespace TcmBrain.Decoction.Packing;

/// <summary>Pieces that are packed apart from the bags, such as what is dissolved when drinking (冲服).</summary>
public sealed record PackedApart(string Handling, IReadOnlyList<string> Pieces);

/// <summary>
/// Which weighed pieces the patient gets apart from the bags. Decocted by the centre: what never goes into the pot (冲服, 吞服, 溶入, 烊化 when
/// so written). Decocted at home: everything with a handling of its own, for it goes in at another time. Pure.
/// </summary>
public static class ApartRule
{
    private static readonly string[] Never = ["冲服"];
    private static readonly string[] Handlings = ["先煎", "后下", "包煎", "另煎", "烊化", "冲服"];

    public static IReadOnlyList<PackedApart> Of(IEnumerable<WeighedPortion> portions, bool decocted) =>
        With(decocted ? Never : Handlings, portions);

    /// <summary>
    /// What has a label of its own: what the patient gets apart, and, decocted by the centre, what the room puts in at another time.
    /// </summary>
    public static IReadOnlyList<PackedApart> Labelled(IEnumerable<WeighedPortion> portions) => With(Handlings, portions);

    private static IReadOnlyList<PackedApart> With(string[] handlings, IEnumerable<WeighedPortion> portions)
    {
        var all = portions.ToList();
        return
        [
            .. handlings
                .Select(word => new PackedApart(
                    word,
                    [.. all.Where(p => p.Handling.Contains(word, StringComparison.Ordinal)).Select(p => p.Piece).Distinct()]
                ))
                .Where(part => part.Pieces.Count > 0),
        ];
    }
}
