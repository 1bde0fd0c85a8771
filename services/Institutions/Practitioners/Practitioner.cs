using System.Text.Json.Serialization;
using TcmBrain.Institutions.Register;

namespace TcmBrain.Institutions.Practitioners;

/// <summary>A person who acts for an institution (执业人员).</summary>
public sealed record Practitioner : IEntry
{
    public required Guid Id { get; init; }

    /// <summary>By which hospitals' systems name the person; never changes.</summary>
    public required string Code { get; init; }

    [JsonIgnore]
    public Guid InstitutionId { get; init; }

    /// <summary>The main place of practice.</summary>
    public required string InstitutionCode { get; init; }
    public required string InstitutionNameZh { get; init; }

    /// <summary>Of that institution, GB/T 2260.</summary>
    public required string RegionCode { get; init; }
    public required string Name { get; init; }

    /// <summary>physician, pharmacist, dispenser, decoction-worker.</summary>
    public required string Category { get; init; }

    /// <summary>Class of a physician's licence (执业类别): tcm 中医, clinical 临床, dental 口腔, public-health 公共卫生; empty where it is not known.</summary>
    public string Discipline { get; init; } = "";

    /// <summary>Registered for general practice (全科).</summary>
    public bool GeneralPractice { get; init; }

    /// <summary>职称, such as 主任中医师; may be empty.</summary>
    public required string Title { get; init; }

    /// <summary>执业证书编号; empty where none is needed.</summary>
    public required string LicenceNumber { get; init; }

    /// <summary>The last day on which the licence holds, in the region's time.</summary>
    public DateOnly? LicenceExpiresOn { get; init; }

    /// <summary>True from the day after <see cref="LicenceExpiresOn"/>.</summary>
    public bool LicenceExpired { get; init; }

    /// <summary>
    /// national-master 国医大师, national 全国名中医, provincial 省名中医, city 市名中医, county 基层名中医; empty without.
    /// </summary>
    public required string Grade { get; init; }

    [JsonIgnore]
    public Guid? MentorId { get; init; }

    /// <summary>Code of the mentor (师承导师); null without.</summary>
    public string? MentorCode { get; init; }

    /// <summary>Codes of the institutions beside the main one (多点执业), sorted.</summary>
    public required IReadOnlyList<string> Sites { get; init; }
    public required bool MayPrescribeToxic { get; init; }
    public required bool MayPrescribeNarcotic { get; init; }

    /// <summary>active or suspended.</summary>
    public required string Status { get; init; }
    public string? SuspendedReason { get; init; }

    /// <summary>institution or authority: what the authority suspended the institution cannot reinstate.</summary>
    public string? SuspendedBy { get; init; }

    /// <summary>Counts changes; the ETag.</summary>
    public required int Version { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>
/// What a practitioner's entry shall be. All faults are told at once. A change replaces every field; another institution is a transfer.
/// </summary>
public sealed record PractitionerRequest
{
    public string? Code { get; init; }

    /// <summary>When registering: that of the address when left out.</summary>
    public string? InstitutionCode { get; init; }
    public string? Name { get; init; }
    public string? Category { get; init; }

    /// <summary>Left out it stays as it is.</summary>
    public string? Discipline { get; init; }

    /// <summary>Left out it stays as it is.</summary>
    public bool? GeneralPractice { get; init; }
    public string? Title { get; init; }
    public string? LicenceNumber { get; init; }
    public DateOnly? LicenceExpiresOn { get; init; }
    public string? Grade { get; init; }
    public string? MentorCode { get; init; }
    public IReadOnlyList<string>? Sites { get; init; }
    public bool? MayPrescribeToxic { get; init; }
    public bool? MayPrescribeNarcotic { get; init; }
}
