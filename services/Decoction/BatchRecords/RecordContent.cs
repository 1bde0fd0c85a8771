using System.Text.Json;
using TcmBrain.Decoction.Deviations;

namespace TcmBrain.Decoction.BatchRecords;

/// <summary>What a batch record says (批记录): one decoction from the first water to the last bag. Its JSON text is what is hashed.</summary>
internal sealed record RecordContent(
    Guid PrescriptionId,
    int Version,
    string InstitutionCode,
    string HisNumber,
    int Revision,
    string CentreCode,
    bool Urgent,
    DateTimeOffset CheckedAt,
    JsonElement Recipe,
    IReadOnlyList<RecordOverride> Overrides,
    IReadOnlyList<RecordRun> Runs,
    IReadOnlyList<RecordStep> Steps,
    IReadOnlyList<RecordAction> Actions,
    IReadOnlyList<RecordDeviation> Deviations,
    RecordCurve Curve,
    IReadOnlyList<string> Bags
);

internal sealed record RecordOverride(string By, string Reason, DateTimeOffset At);

/// <summary>One stay in one vessel.</summary>
/// <param name="EndedAs">packed, aborted or scrapped; null while it goes on.</param>
internal sealed record RecordRun(
    int RunNo,
    string Vessel,
    DateTimeOffset From,
    DateTimeOffset? Until,
    string? EndedAs,
    string? Controller,
    DateTimeOffset? CalibratedUntil
);

internal sealed record RecordStep(
    string Step,
    int Attempt,
    int RunNo,
    string Vessel,
    DateTimeOffset StartedAt,
    string StartedBy,
    DateTimeOffset? FinishedAt,
    string? FinishedBy,
    bool Superseded
);

/// <param name="DoneAt">Null while it goes on (另煎).</param>
/// <param name="StartedAt">Null for what takes no time.</param>
/// <param name="Superseded">A named person ordered it to be done again.</param>
internal sealed record RecordAction(
    string Handling,
    int Attempt,
    DateTimeOffset? DoneAt,
    string DoneBy,
    DateTimeOffset? StartedAt = null,
    bool Superseded = false
);

/// <param name="EndedAt">When it was made good: done after all, or readings came again.</param>
internal sealed record RecordDeviation(
    Guid DeviationId,
    string Step,
    int Attempt,
    string RuleId,
    string TextZh,
    string TextEn,
    DateTimeOffset DetectedAt,
    bool Holds,
    string? Decision,
    string? Reason,
    DateTimeOffset? DecidedAt,
    string? DecidedBy,
    DateTimeOffset? EndedAt = null
);

/// <summary>The curve of the whole stay; the points themselves lie beside the text, in the compact form.</summary>
internal sealed record RecordCurve(int Readings, IReadOnlyList<CurveGap> Gaps);
