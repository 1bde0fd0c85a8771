namespace TcmBrain.Knowledge;

/// <summary>
/// Named lists of pieces that rules refer to (piece_lists.csv, where each row has its source). A processed form is on the
/// list of its base.
/// </summary>
[Flags]
public enum PieceLists : ushort
{
    None = 0,

    /// <summary>For pills and powders, not for decoction (宜入丸散).</summary>
    PillsPowders = 1,
    MercuryArsenic = 2,
    ChildBlocked = 4,
    ChildAdvise = 8,
    ChildDoubleSign = 16,
    ElderlyAdvise = 32,
    Licorice = 64,
    OrganFailure = 128,

    /// <summary>Avoided while breast-feeding, and right for ending it (回乳).</summary>
    Weaning = 256,
}
