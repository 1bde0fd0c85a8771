using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit;

/// <summary>What about a piece may concern a rule: a rule whose traits nobody on the prescription has is not asked.</summary>
[Flags]
internal enum Traits
{
    None = 0,
    Banned = 1 << 0,
    RestrictedWildlife = 1 << 1,
    Incompatible = 1 << 2,
    PregnancyForbidOrAvoid = 1 << 3,
    PregnancyCaution = 1 << 4,
    Lactation = 1 << 5,
    Controlled = 1 << 6,
    Narcotic = 1 << 7,
    Toxic = 1 << 8,
    NeedsHandling = 1 << 9,
    NotForDecoction = 1 << 10,
    WatchedInChildren = 1 << 11,
    WatchedInElderly = 1 << 12,
    WatchedInOrganFailure = 1 << 13,

    /// <summary>Set on a prescription, not on a piece: some name is not the standard name of one piece.</summary>
    NameFault = 1 << 14,

    /// <summary>Set on a prescription: a material is there more than once, or as a powder, granule or compound.</summary>
    MayRepeat = 1 << 15,
}

internal static class TraitsOfHerb
{
    public static Traits Of(Catalogue catalogue, Herb herb)
    {
        var lists = catalogue.Lists(herb.Id);
        var traits = Traits.None;
        Set(Traits.Banned, herb.IsBanned);
        Set(Traits.RestrictedWildlife, herb.Regulation == Regulation.RestrictedWildlife);
        Set(Traits.Incompatible, catalogue.ConflictBit(herb.Id) >= 0);
        Set(Traits.PregnancyForbidOrAvoid, herb.Pregnancy >= PregnancyUse.Avoid);
        Set(Traits.PregnancyCaution, herb.Pregnancy == PregnancyUse.Caution);
        Set(Traits.Lactation, herb.Lactation != LactationUse.None);
        Set(Traits.Controlled, herb.RawEquivalent is not null);
        Set(Traits.Narcotic, herb.Regulation == Regulation.Narcotic);
        Set(Traits.Toxic, herb.Toxicity >= Toxicity.Toxic);
        Set(Traits.NeedsHandling, herb.RequiredHandling != Handling.None);
        Set(Traits.NotForDecoction, (lists & (PieceLists.PillsPowders | PieceLists.MercuryArsenic)) != 0);
        Set(Traits.WatchedInChildren, (lists & (PieceLists.ChildBlocked | PieceLists.ChildAdvise | PieceLists.ChildDoubleSign)) != 0);
        Set(Traits.WatchedInElderly, (lists & (PieceLists.ElderlyAdvise | PieceLists.Licorice)) != 0);
        Set(Traits.WatchedInOrganFailure, (lists & PieceLists.OrganFailure) != 0);
        Set(Traits.MayRepeat, herb.Type != PieceType.Piece);
        return traits;

        void Set(Traits trait, bool when) => traits |= when ? trait : Traits.None;
    }
}
