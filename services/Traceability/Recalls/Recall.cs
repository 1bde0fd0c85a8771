namespace TcmBrain.Traceability.Recalls;

/// <param name="RequestId">The issuer's own name of the request, 1 to 100 characters: told again it is the same recall.</param>
/// <param name="Lots">Lots as Digital Link or URN, or ids of the platform's lots.</param>
/// <param name="Level">1 to 3 (药品召回管理办法, 2022): grave harm, temporary or curable harm, no harm likely.</param>
/// <param name="Drill">Changes nothing: finds all and says how long it took.</param>
public sealed record RecallRequest(string? RequestId, IReadOnlyList<string>? Lots, int? Level, string? Reason, bool Drill = false);

/// <param name="Items">Ids of items of the recall.</param>
/// <param name="Outcome"><c>recovered</c>, <c>destroyed</c>, <c>returned</c>, <c>used</c>, <c>unreachable</c>, <c>unaffected</c>.</param>
public sealed record OutcomeRequest(IReadOnlyList<Guid>? Items, string? Outcome, string? Note);

public sealed record OutcomeAnswer(int Settled, int Open);

public sealed record CloseRequest(string? Conclusion);

/// <param name="Drill">Nothing of it was kept.</param>
/// <param name="State"><c>open</c> or <c>closed</c>; <c>drill</c>.</param>
/// <param name="NotifyBefore">By when everybody concerned is told: 1, 3 or 7 days by level.</param>
/// <param name="ListedInMilliseconds">From the request to the full list.</param>
/// <param name="Institutions">Those in sight of the caller.</param>
/// <param name="Issued">The caller's own recall: it may be closed.</param>
public sealed record RecallAnswer(
    Guid RecallId,
    string RequestId,
    bool Drill,
    string State,
    int Level,
    string Reason,
    string Issuer,
    string IssuedBy,
    DateTimeOffset IssuedAt,
    DateTimeOffset NotifyBefore,
    double ListedInMilliseconds,
    DateTimeOffset? ClosedAt,
    string? Conclusion,
    bool Issued,
    RecallCounts Counts,
    IReadOnlyList<RecallInstitution> Institutions,
    IReadOnlyList<string> Lots
);

/// <param name="Late">Captured only after the recall was issued.</param>
public sealed record RecallCounts(int Lots, int Prescriptions, int Things, int Settled, int Late);

/// <summary>How far the recall is at one institution or centre.</summary>
/// <param name="InstitutionCode">统一社会信用代码; empty for things of nobody on the platform.</param>
/// <param name="WithPatients">Prescriptions that reached their patients.</param>
/// <param name="OnTheWay">Packed, handed to a courier, arrived.</param>
/// <param name="AtCentre">Dispensed or decocted.</param>
public sealed record RecallInstitution(
    string InstitutionCode,
    int Lots,
    int Prescriptions,
    int Things,
    int AtCentre,
    int OnTheWay,
    int WithPatients,
    int Settled
);

/// <param name="Kind"><c>lot</c>, <c>prescription</c>, <c>thing</c>.</param>
/// <param name="Reference">The thing's id; of a prescription its name in the trace, which says nothing of the patient.</param>
/// <param name="PrescriptionId">Only for those who may see the prescription itself.</param>
/// <param name="Stage">
/// Where it is: <c>dispensed</c>, <c>decocted</c>, <c>packed</c>, <c>departed</c>, <c>arrived</c>, <c>with-patient</c>; null for lots and things.
/// </param>
public sealed record RecallItem(
    Guid Id,
    string Kind,
    string Reference,
    Guid? PrescriptionId,
    string? InstitutionCode,
    string? CentreCode,
    int Depth,
    bool Late,
    string? Stage,
    DateTimeOffset? StageSince,
    string? Outcome,
    DateTimeOffset? SettledAt,
    string? SettledBy,
    string? Note
);

/// <param name="Next">Token of the next page; null at the end.</param>
public sealed record RecallItems(IReadOnlyList<RecallItem> Items, string? Next);

public sealed record RecallList(IReadOnlyList<RecallAnswer> Items, string? Next);

/// <summary>What can become of an item.</summary>
public static class Outcomes
{
    public static readonly IReadOnlyList<string> All = ["recovered", "destroyed", "returned", "used", "unreachable", "unaffected"];
}
