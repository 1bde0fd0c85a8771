using System.Collections.Immutable;

namespace TcmBrain.Knowledge;

/// <summary>Pharmacopoeia wording of toxicity (毒性): none, 小毒, 有毒, 大毒.</summary>
public enum Toxicity : byte
{
    None,
    Small,
    Toxic,
    Very,
}

/// <summary>Use in pregnancy: none known, 慎用, 忌用, 禁用. None is "no note in the source", not proof of safety.</summary>
public enum PregnancyUse : byte
{
    None,
    Caution,
    Avoid,
    Forbid,
}

/// <summary>Use while breast-feeding. None is "no known warning", not proof of safety.</summary>
public enum LactationUse : byte
{
    None,
    Caution,
    Avoid,
}

/// <summary>Legal status of a piece.</summary>
public enum Regulation : byte
{
    None,

    /// <summary>One of the 28 controlled toxic items (毒性中药管理品种), State Council Order 23 of 1988.</summary>
    ControlledToxic,
    Narcotic,
    BannedAristolochic,
    BannedWildlife,

    /// <summary>No longer in the pharmacopoeia or without a national standard.</summary>
    Withdrawn,
    RestrictedWildlife,
    EphedrineControl,
}

public enum PieceType : byte
{
    Piece,
    Powder,

    /// <summary>A piece made of others (六一散): <see cref="Herb.Members"/> says of which.</summary>
    Compound,
}

/// <summary>Where the special handling of a piece is written.</summary>
public enum HandlingSource : byte
{
    None,
    Pharmacopoeia,
    Custom,
}

/// <summary>One member of a compound piece, with its share in parts.</summary>
public readonly record struct CompoundMember(HerbId Herb, int Parts);

/// <summary>A decoction piece (饮片) as the pharmacopoeia and custom know it. Doses are oral milligrams a day for an adult.</summary>
public sealed record Herb
{
    public required HerbId Id { get; init; }
    public required string Name { get; init; }
    public required string Pinyin { get; init; }
    public required string Latin { get; init; }
    public required string Category { get; init; }

    /// <summary>Null: no oral dose in the source, which means "no limit known", never "any dose".</summary>
    public required long? MinMilligrams { get; init; }

    /// <inheritdoc cref="MinMilligrams"/>
    public required long? MaxMilligrams { get; init; }
    public required string DoseSource { get; init; }
    public required Toxicity Toxicity { get; init; }
    public required PregnancyUse Pregnancy { get; init; }
    public required LactationUse Lactation { get; init; }
    public required Regulation Regulation { get; init; }
    public required bool InPharmacopoeia { get; init; }

    /// <summary>The wording of the pharmacopoeia or custom: all of these, or any of <see cref="AlternativeHandling"/>.</summary>
    public required Handling RequiredHandling { get; init; }
    public required Handling AlternativeHandling { get; init; }
    public required HandlingSource HandlingSource { get; init; }

    /// <summary>The piece this one is a processed form of; itself when it is none.</summary>
    public required HerbId Base { get; init; }

    /// <summary>Name of the controlled toxic item this piece counts as when dispensed as written; null: none.</summary>
    public required string? RawEquivalent { get; init; }

    /// <summary>What may be dispensed when the name is written bare (处方应付); empty: the piece itself.</summary>
    public required ImmutableArray<HerbId> DispenseAs { get; init; }
    public required PieceType Type { get; init; }
    public required ImmutableArray<CompoundMember> Members { get; init; }
    public required string Notes { get; init; }

    public bool IsBanned => Regulation is Regulation.BannedAristolochic or Regulation.BannedWildlife or Regulation.Withdrawn;

    public override string ToString() => Name;
}
