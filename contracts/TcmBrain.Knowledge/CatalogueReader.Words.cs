namespace TcmBrain.Knowledge;

// The words of the tables, as they are written in a release.
internal sealed partial class CatalogueReader
{
    private static readonly Dictionary<string, Toxicity> Toxicities = new()
    {
        ["none"] = Toxicity.None,
        ["small"] = Toxicity.Small,
        ["toxic"] = Toxicity.Toxic,
        ["very"] = Toxicity.Very,
    };

    private static readonly Dictionary<string, PregnancyUse> Pregnancies = new()
    {
        ["none"] = PregnancyUse.None,
        ["caution"] = PregnancyUse.Caution,
        ["avoid"] = PregnancyUse.Avoid,
        ["forbid"] = PregnancyUse.Forbid,
    };

    private static readonly Dictionary<string, LactationUse> Lactations = new()
    {
        ["none"] = LactationUse.None,
        ["caution"] = LactationUse.Caution,
        ["avoid"] = LactationUse.Avoid,
    };

    private static readonly Dictionary<string, Regulation> Regulations = new()
    {
        [""] = Regulation.None,
        ["toxic28"] = Regulation.ControlledToxic,
        ["narcotic"] = Regulation.Narcotic,
        ["banned_aristolochic"] = Regulation.BannedAristolochic,
        ["banned_wildlife"] = Regulation.BannedWildlife,
        ["withdrawn"] = Regulation.Withdrawn,
        ["restricted_wildlife"] = Regulation.RestrictedWildlife,
        ["ephedrine_precursor_control"] = Regulation.EphedrineControl,
    };

    private static readonly Dictionary<string, HandlingSource> HandlingSources = new()
    {
        [""] = HandlingSource.None,
        ["chp"] = HandlingSource.Pharmacopoeia,
        ["custom"] = HandlingSource.Custom,
    };

    private static readonly Dictionary<string, PieceType> PieceTypes = new()
    {
        ["piece"] = PieceType.Piece,
        ["powder"] = PieceType.Powder,
        ["compound"] = PieceType.Compound,
    };

    private static readonly Dictionary<string, bool> YesNo = new() { ["Y"] = true, ["N"] = false };

    private static readonly Dictionary<string, IncompatibilityRule> PairRules = new()
    {
        ["十八反"] = IncompatibilityRule.EighteenIncompatibilities,
        ["十九畏"] = IncompatibilityRule.NineteenAntagonisms,
    };

    private static readonly Dictionary<string, bool> PairSeverities = new() { ["double_sign"] = false, ["advise"] = true };

    private static readonly Dictionary<string, TermKind> TermKinds = new()
    {
        ["disease"] = TermKind.Disease,
        ["syndrome"] = TermKind.Syndrome,
    };

    private static readonly Dictionary<string, FormulaForm> Forms = new()
    {
        ["decoction"] = FormulaForm.Decoction,
        ["pill"] = FormulaForm.Pill,
        ["powder"] = FormulaForm.Powder,
    };

    private static readonly Dictionary<string, PieceLists> ListNames = new()
    {
        ["pills_powders"] = PieceLists.PillsPowders,
        ["mercury_arsenic"] = PieceLists.MercuryArsenic,
        ["child_blocked"] = PieceLists.ChildBlocked,
        ["child_advise"] = PieceLists.ChildAdvise,
        ["child_double_sign"] = PieceLists.ChildDoubleSign,
        ["elderly_advise"] = PieceLists.ElderlyAdvise,
        ["licorice"] = PieceLists.Licorice,
        ["organ_failure"] = PieceLists.OrganFailure,
        ["weaning"] = PieceLists.Weaning,
    };
}
