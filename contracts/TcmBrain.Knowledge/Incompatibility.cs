namespace TcmBrain.Knowledge;

public enum IncompatibilityRule : byte
{
    /// <summary>十八反</summary>
    EighteenIncompatibilities,

    /// <summary>十九畏</summary>
    NineteenAntagonisms,
}

/// <summary>Two pieces that are not given together, with the groups they stand for. Symmetric.</summary>
/// <param name="IsExtension">Not in the pharmacopoeia or the verse, but of the same genus or kind: advice only.</param>
public sealed record Incompatibility(
    HerbId A,
    HerbId B,
    string GroupA,
    string GroupB,
    IncompatibilityRule Rule,
    bool IsExtension,
    string Basis
);
