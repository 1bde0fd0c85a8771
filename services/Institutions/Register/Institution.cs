namespace TcmBrain.Institutions.Register;

/// <summary>An entry of the register (机构).</summary>
/// <param name="Code">统一社会信用代码</param>
/// <param name="Level">hospital grade such as 三级甲等; empty for others</param>
/// <param name="Status">active or suspended</param>
/// <param name="Version">counts changes; the ETag</param>
public sealed record Institution(
    Guid Id,
    string Code,
    string NameZh,
    string NameEn,
    string Kind,
    string Level,
    string RegionCode,
    double? Longitude,
    double? Latitude,
    string Status,
    string? SuspendedReason,
    int Version
);

/// <summary>What is asked for when an institution joins the register. All faults are told at once.</summary>
public sealed record InstitutionRegistration(
    string? Code,
    string? NameZh,
    string? NameEn,
    string? Kind,
    string? Level,
    string? RegionCode,
    double? Longitude,
    double? Latitude
);

/// <param name="Reason">why, told to everybody who listens; no personal data</param>
public sealed record Suspension(string? Reason);

/// <param name="Population">of a county; 0 above</param>
public sealed record Region(string Code, string? Parent, string NameZh, string NameEn, int Population, double Longitude, double Latitude);

/// <summary>One page of a list.</summary>
/// <param name="Total">of all pages</param>
/// <param name="Page">from 1</param>
public sealed record Page<T>(IReadOnlyList<T> Items, long Total, int Number, int Size);
