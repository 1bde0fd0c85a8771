using System.Text.Json.Serialization;
using TcmBrain.Institutions.Register;

namespace TcmBrain.Institutions.Consortia;

/// <summary>A consortium of institutions (医联体、医共体): one leads, the others belong.</summary>
public sealed record Consortium : IEntry
{
    public required Guid Id { get; init; }

    /// <summary>Never changes.</summary>
    public required string Code { get; init; }
    public required string NameZh { get; init; }
    public required string NameEn { get; init; }

    /// <summary>medical-alliance 医联体, county-community 医共体, specialist-alliance 专科联盟.</summary>
    public required string Kind { get; init; }

    /// <summary>The region it serves, GB/T 2260.</summary>
    public required string RegionCode { get; init; }

    /// <summary>统一社会信用代码 of the leading institution (牵头机构).</summary>
    public required string LeaderCode { get; init; }
    public required string LeaderNameZh { get; init; }

    /// <summary>The others, by their codes, without the leading one.</summary>
    public required IReadOnlyList<ConsortiumMember> Members { get; init; }

    /// <summary>active or dissolved.</summary>
    public required string Status { get; init; }

    /// <summary>Counts changes; the ETag.</summary>
    public required int Version { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    [JsonIgnore]
    public Guid LeaderId { get; init; }
}

public sealed record ConsortiumMember(string Code, string NameZh, string Kind, string RegionCode);

/// <summary>What a consortium shall be. A change replaces every field.</summary>
/// <param name="MemberCodes">without the leading institution</param>
public sealed record ConsortiumRequest(
    string? Code,
    string? NameZh,
    string? NameEn,
    string? Kind,
    string? RegionCode,
    string? LeaderCode,
    IReadOnlyList<string>? MemberCodes
);
