using System.Text.Json.Serialization;

namespace TcmBrain.Prescriptions.CdsHooks;

// The messages of HL7 CDS Hooks 2.0, in its own words.

public sealed record CdsDiscovery(IReadOnlyList<CdsService> Services);

/// <param name="Prefetch">FHIR queries whose answers the client sends along.</param>
public sealed record CdsService(
    string Hook,
    string Id,
    string Title,
    string Description,
    IReadOnlyDictionary<string, string> Prefetch,
    string UsageRequirements
);

public sealed record CdsCards(IReadOnlyList<CdsCard> Cards);

/// <param name="Summary">Under 140 characters.</param>
/// <param name="Indicator">info, warning or critical.</param>
/// <param name="Detail">Markdown.</param>
public sealed record CdsCard(
    Guid Uuid,
    string Summary,
    string Detail,
    string Indicator,
    CdsSource Source,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CdsCoding>? OverrideReasons,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CdsLink>? Links
);

/// <param name="Topic">The rule.</param>
public sealed record CdsSource(string Label, CdsCoding Topic);

public sealed record CdsCoding(string Code, string System, string Display);

public sealed record CdsLink(string Label, string Url, string Type);

public sealed record CdsFeedbackRequest(IReadOnlyList<CdsFeedback> Feedback);

/// <param name="Outcome">accepted or overridden.</param>
public sealed record CdsFeedback(Guid Card, string Outcome, CdsOverrideReason? OverrideReason, DateTimeOffset? OutcomeTimestamp);

public sealed record CdsOverrideReason(CdsReasonCoding? Reason, string? UserComment);

public sealed record CdsReasonCoding(string Code, string? System, string? Display);
