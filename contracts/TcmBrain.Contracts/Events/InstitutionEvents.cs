namespace TcmBrain.Contracts.Events;

/// <summary>An institution (机构) as the register has it now: the whole entry, so that a listener needs nothing told before.</summary>
public abstract record InstitutionEntryEvent : Event
{
    public required string Code { get; init; }
    public required string NameZh { get; init; }
    public required string NameEn { get; init; }

    /// <summary>
    /// hospital, tcm-hospital, community, station, clinic, pharmacy, decoction, quality, manufacturer, planting, venue, tourism, regulator, operator.
    /// </summary>
    public required string Kind { get; init; }
    public required string RegionCode { get; init; }
    public double? Longitude { get; init; }
    public double? Latitude { get; init; }

    /// <summary>public or private; null in what was told before the register had it.</summary>
    public string? Ownership { get; init; }

    /// <summary>Hospital grade such as 三级甲等; empty for others.</summary>
    public string? Level { get; init; }
    public int? Beds { get; init; }

    /// <summary>中医馆 of a community centre, 中医阁 of a station.</summary>
    public bool? TcmHall { get; init; }

    /// <summary>What plans ask of it beside that, such as emr-level; what is not there is 0. Null in what was told before the register had it.</summary>
    public InstitutionAttribute[]? Attributes { get; init; }
    public DateOnly? LicenceExpiresOn { get; init; }

    /// <summary>National codes of its diagnosis subjects (诊疗科目), such as 50.01.</summary>
    public string[]? Departments { get; init; }
}

/// <summary>What plans count of an institution beside its licence (机构属性).</summary>
/// <param name="Code">such as emr-level</param>
public sealed record InstitutionAttribute(string Code, int Value);

/// <summary>An institution joined the register. Aggregate: the institution.</summary>
public sealed record InstitutionRegistered : InstitutionEntryEvent;

/// <summary>An institution's entry was changed. Its standing is told of separately. Aggregate: the institution.</summary>
public sealed record InstitutionChanged : InstitutionEntryEvent
{
    /// <summary>Names of the fields that changed, as in the register's JSON.</summary>
    public required string[] Fields { get; init; }
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

/// <summary>A practitioner (执业人员) as the register has it now: the whole entry.</summary>
public abstract record PractitionerEntryEvent : Event
{
    public required string Code { get; init; }

    /// <summary>The main place of practice.</summary>
    public required string InstitutionCode { get; init; }
    public required string Name { get; init; }

    /// <summary>physician, pharmacist, dispenser, decoction-worker.</summary>
    public required string Category { get; init; }

    /// <summary>Class of a physician's licence: tcm, clinical, dental, public-health; empty where it is not known. Null before the register had it.</summary>
    public string? Discipline { get; init; }

    /// <summary>Registered for general practice (全科). Null before the register had it.</summary>
    public bool? GeneralPractice { get; init; }

    /// <summary>职称; null in what was told before it was told of.</summary>
    public string? Title { get; init; }
    public required bool MayPrescribeToxic { get; init; }
    public required bool MayPrescribeNarcotic { get; init; }

    /// <summary>Institutions beside the main one (多点执业).</summary>
    public string[]? Sites { get; init; }

    /// <summary>Famous-physician grade: national-master, national, provincial, city, county; empty without.</summary>
    public string? Grade { get; init; }
    public DateOnly? LicenceExpiresOn { get; init; }
}

/// <summary>A practitioner may act for an institution. Aggregate: the practitioner.</summary>
public sealed record PractitionerRegistered : PractitionerEntryEvent;

/// <summary>A practitioner's entry was changed, a move to another institution included. Aggregate: the practitioner.</summary>
public sealed record PractitionerChanged : PractitionerEntryEvent
{
    /// <summary>Names of the fields that changed, as in the register's JSON.</summary>
    public required string[] Fields { get; init; }
}

/// <summary>From here on nothing that the practitioner prescribes is accepted. Aggregate: the practitioner.</summary>
public sealed record PractitionerSuspended : Event
{
    public required string Code { get; init; }
    public required string InstitutionCode { get; init; }
    public required string Reason { get; init; }
}

/// <summary>The suspension is over. Aggregate: the practitioner.</summary>
public sealed record PractitionerReinstated : Event
{
    public required string Code { get; init; }
    public required string InstitutionCode { get; init; }
}

/// <summary>A consortium (医联体、医共体) was formed, changed or dissolved. Aggregate: the consortium.</summary>
public sealed record ConsortiumChanged : Event
{
    public required string Code { get; init; }
    public required string NameZh { get; init; }

    /// <summary>medical-alliance 医联体, county-community 医共体, specialist-alliance 专科联盟.</summary>
    public required string Kind { get; init; }
    public required string RegionCode { get; init; }

    /// <summary>统一社会信用代码 of the leading institution.</summary>
    public required string LeaderCode { get; init; }

    /// <summary>The others, without the leading one. Empty once dissolved.</summary>
    public required string[] MemberCodes { get; init; }
    public required bool Dissolved { get; init; }
}

/// <summary>A region of GB/T 2260 was added, renamed, counted anew or retired. Aggregate: the region.</summary>
public sealed record RegionChanged : Event
{
    public required string Code { get; init; }
    public required string NameZh { get; init; }
    public required string NameEn { get; init; }

    /// <summary>0 above a county.</summary>
    public required int Population { get; init; }
    public required bool Retired { get; init; }

    /// <summary>Degrees, of its seat; null in what was told before it was told of.</summary>
    public double? Longitude { get; init; }
    public double? Latitude { get; init; }
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
