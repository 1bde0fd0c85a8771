namespace TcmBrain.Institutions.Register;

/// <summary>An entry of the register (机构).</summary>
public sealed record Institution : IEntry
{
    public required Guid Id { get; init; }

    /// <summary>统一社会信用代码 (GB 32100); never changes.</summary>
    public required string Code { get; init; }
    public required string NameZh { get; init; }
    public required string NameEn { get; init; }

    /// <summary>One of <see cref="InstitutionKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>public 公立, private 社会办.</summary>
    public required string Ownership { get; init; }

    /// <summary>Hospital grade such as 三级甲等; empty for others.</summary>
    public required string Level { get; init; }

    /// <summary>GB/T 2260.</summary>
    public required string RegionCode { get; init; }
    public required string AddressZh { get; init; }

    /// <summary>Degrees; both or neither.</summary>
    public double? Longitude { get; init; }
    public double? Latitude { get; init; }

    /// <summary>Empty when none is needed.</summary>
    public required string LicenceNumber { get; init; }

    /// <summary>The last day on which the licence holds, in the region's time.</summary>
    public DateOnly? LicenceExpiresOn { get; init; }

    /// <summary>True from the day after <see cref="LicenceExpiresOn"/>.</summary>
    public bool LicenceExpired { get; init; }

    /// <summary>Licensed beds.</summary>
    public required int Beds { get; init; }

    /// <summary>中医馆 of a community centre, 中医阁 of a station.</summary>
    public required bool TcmHall { get; init; }

    /// <summary>What plans ask of it beside that (机构属性), by the codes of <see cref="InstitutionAttributes"/>; what is not there is 0.</summary>
    public IReadOnlyDictionary<string, int> Attributes { get; init; } = InstitutionAttributes.None;

    /// <summary>By their codes.</summary>
    public required IReadOnlyList<Department> Departments { get; init; }

    /// <summary>The consortia it leads or belongs to.</summary>
    public IReadOnlyList<Membership> Consortia { get; init; } = [];

    /// <summary>active or suspended.</summary>
    public required string Status { get; init; }
    public string? SuspendedReason { get; init; }

    /// <summary>Counts changes; the ETag.</summary>
    public required int Version { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A department (科室) by the national list of diagnosis subjects (诊疗科目).</summary>
/// <param name="Code">such as 50.01</param>
/// <param name="NameZh">the institution's own name of it, such as 治未病科 for 50.17</param>
public sealed record Department(string Code, string NameZh);

/// <param name="Leads">true for the leading institution</param>
public sealed record Membership(string Code, string NameZh, bool Leads);

/// <summary>
/// What an institution's entry shall be. All faults are told at once. A change replaces every field: what is left out becomes empty.
/// </summary>
public sealed record InstitutionRequest
{
    public string? Code { get; init; }
    public string? NameZh { get; init; }
    public string? NameEn { get; init; }
    public string? Kind { get; init; }

    /// <summary>public when left out</summary>
    public string? Ownership { get; init; }
    public string? Level { get; init; }
    public string? RegionCode { get; init; }
    public string? AddressZh { get; init; }
    public double? Longitude { get; init; }
    public double? Latitude { get; init; }
    public string? LicenceNumber { get; init; }
    public DateOnly? LicenceExpiresOn { get; init; }
    public int? Beds { get; init; }
    public bool? TcmHall { get; init; }

    /// <summary>Left out they stay as they are; given they replace all.</summary>
    public IReadOnlyDictionary<string, int>? Attributes { get; init; }
    public IReadOnlyList<DepartmentRequest>? Departments { get; init; }
}

/// <param name="NameZh">the national list's name when left out</param>
public sealed record DepartmentRequest(string? Code, string? NameZh);

/// <param name="Reason">why, told to everybody who listens; no personal data</param>
public sealed record Suspension(string? Reason);

/// <summary>What the map draws of an institution.</summary>
public sealed record MapPoint(
    string Code,
    string NameZh,
    string NameEn,
    string Kind,
    string Level,
    string RegionCode,
    double Longitude,
    double Latitude,
    string Status
);

/// <summary>How many there are, by kind and by region.</summary>
public sealed record RegisterSummary(
    long Institutions,
    long Suspended,
    long LicencesExpired,
    long Practitioners,
    IReadOnlyDictionary<string, long> ByKind,
    IReadOnlyDictionary<string, long> ByRegion,
    IReadOnlyDictionary<string, long> PractitionersByCategory
);
