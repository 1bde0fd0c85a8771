namespace TcmBrain.Contracts.Events;

/// <summary>An institution (机构) joined the register, or its entry changed. Aggregate: the institution.</summary>
public sealed record InstitutionRegistered : Event
{
    public required string Code { get; init; }
    public required string NameZh { get; init; }
    public required string NameEn { get; init; }

    /// <summary>hospital, community, clinic, pharmacy, decoction, quality, manufacturer, planting, regulator, operator.</summary>
    public required string Kind { get; init; }
    public required string RegionCode { get; init; }
    public double? Longitude { get; init; }
    public double? Latitude { get; init; }
}

/// <summary>From here on the institution's pushes are refused. Aggregate: the institution.</summary>
public sealed record InstitutionSuspended : Event
{
    public required string Code { get; init; }
    public required string Reason { get; init; }
}

/// <summary>The suspension is over. Aggregate: the institution.</summary>
public sealed record InstitutionReinstated : Event
{
    public required string Code { get; init; }
}

/// <summary>A practitioner (执业人员) may act for an institution. Aggregate: the practitioner.</summary>
public sealed record PractitionerRegistered : Event
{
    public required string Code { get; init; }
    public required string InstitutionCode { get; init; }
    public required string Name { get; init; }

    /// <summary>physician, pharmacist, dispenser, decoction-worker.</summary>
    public required string Category { get; init; }
    public required bool MayPrescribeToxic { get; init; }
    public required bool MayPrescribeNarcotic { get; init; }
}
