namespace TcmBrain.Quality.Reviews.Sampling;

/// <summary>What a special-topic review (专项点评) looks at; what is null or empty does not narrow. All that is given has to hold.</summary>
/// <param name="Pieces">At least one of these pieces; names of the catalogue.</param>
/// <param name="Toxicity">At least one piece that is: small, toxic, very (小毒, 有毒, 大毒: each with what is worse) or controlled (毒性中药管理品种).</param>
/// <param name="RulePrefix">The audit found something of a rule whose id begins so, such as <c>incompatible.</c>.</param>
/// <param name="SyndromeCode">GB/T 15657 code, or its beginning.</param>
/// <param name="MinFeeFen">The fee is at least so much, in fen.</param>
/// <param name="MaxYears">Full years of age at most: children.</param>
/// <param name="MinYears">Full years of age at least: the elderly.</param>
/// <param name="MinDays">It lasts at least so many days.</param>
/// <param name="MinLines">At least so many pieces (大处方).</param>
public sealed record Topic(
    string[]? Pieces = null,
    string? Toxicity = null,
    string? RulePrefix = null,
    string? SyndromeCode = null,
    string? DepartmentName = null,
    string? InstitutionCode = null,
    string? PrescriberCode = null,
    long? MinFeeFen = null,
    int? MaxYears = null,
    int? MinYears = null,
    int? MinDays = null,
    int? MinLines = null
)
{
    public static readonly string[] Toxicities = ["small", "toxic", "very", "controlled"];

    public bool Narrows => this with { Pieces = Pieces is { Length: > 0 } ? Pieces : null } != new Topic();
}

/// <summary>A plan (抽样方案) in one of its versions.</summary>
/// <param name="Setting">outpatient (with emergency), inpatient or, for a topic, any.</param>
/// <param name="Regions">GB/T 2260 prefixes of whose institutions are drawn from.</param>
/// <param name="ReviewDays">Days that a reviewer has. A house rule: the regulation names none.</param>
/// <param name="AnswerDays">Days that the institution has to answer. A house rule likewise.</param>
public sealed record SamplingPlan(
    Guid PlanId,
    int Version,
    string Kind,
    string NameZh,
    string NameEn,
    string Setting,
    int SharePermyriad,
    int Minimum,
    bool ByDepartment,
    bool ByPrescriber,
    Topic? Topic,
    string[] Regions,
    string OwnerCode,
    int ReviewDays,
    int AnswerDays,
    bool Active,
    string Reason,
    string WrittenName,
    DateTimeOffset WrittenAt
)
{
    public const string Routine = "routine";
    public const string Special = "topic";

    public DrawRule Rule => new(SharePermyriad, Minimum, ByDepartment, ByPrescriber);
}
