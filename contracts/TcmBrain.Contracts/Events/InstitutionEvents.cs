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

/// <summary>
/// From here on prescriptions may be signed with this key (签名公钥) in the institution's name. Aggregate: the key. A key is registered
/// once, for one institution.
/// </summary>
public sealed record SignatureKeyRegistered : Event
{
    public required string InstitutionCode { get; init; }

    /// <summary>The first 32 hex digits (lower case) of the SHA-256 of the public key's SubjectPublicKeyInfo in DER.</summary>
    public required string KeyId { get; init; }

    /// <summary>ECDSA P-256, SubjectPublicKeyInfo as PEM (RFC 7468).</summary>
    public required string PublicKeyPem { get; init; }

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; init; }
}

/// <summary>
/// From <see cref="Event.OccurredAt"/> on nothing new that is signed with this key is accepted; what was accepted before stands.
/// Aggregate: the key.
/// </summary>
public sealed record SignatureKeyRevoked : Event
{
    public required string InstitutionCode { get; init; }

    /// <summary>As in <see cref="SignatureKeyRegistered.KeyId"/>.</summary>
    public required string KeyId { get; init; }

    public required string Reason { get; init; }
}
