namespace TcmBrain.Contracts.Events;

/// <summary>One herb of a prescription (味): the canonical piece, its weight in one dose and how it is to be handled.</summary>
/// <param name="LineNumber">Counted from 1, in the order the prescriber wrote.</param>
/// <param name="Piece">Canonical name of the decoction piece in the catalogue.</param>
/// <param name="PerDose">Weight in one 剂.</param>
/// <param name="Handling">先煎, 后下, 包煎, 另煎, 烊化, 冲服 or empty.</param>
/// <param name="Grade">等级 demanded, such as 一等; empty for any.</param>
/// <param name="Origin">产地 demanded, such as 四川江油; empty for any.</param>
public sealed record PrescriptionLine(int LineNumber, string Piece, Weight PerDose, string Handling, string Grade = "", string Origin = "");

/// <summary>A hospital's prescription was accepted and stored.</summary>
public sealed record PrescriptionReceived : PrescriptionEvent
{
    public required string DepartmentName { get; init; }

    /// <summary>GB/T 15657 code of the disease; empty when the prescriber left it open.</summary>
    public required string DiseaseCode { get; init; }

    /// <summary>GB/T 15657 code of the syndrome.</summary>
    public required string SyndromeCode { get; init; }
    public required string SyndromeName { get; init; }
    public required int Doses { get; init; }
    public required int LineCount { get; init; }
    public required bool Urgent { get; init; }

    /// <summary>What the hospital charged, in fen.</summary>
    public required long FeeFen { get; init; }

    // What follows was not told in the beginning: empty, 0 or null in older events.

    /// <summary>中医病名; empty when the prescriber left it open.</summary>
    public string DiseaseName { get; init; } = "";

    /// <summary>outpatient, emergency or inpatient.</summary>
    public string VisitKind { get; init; } = "";

    /// <summary>As in the register of practitioners; unique within the institution.</summary>
    public string PrescriberCode { get; init; } = "";

    /// <summary>As printed on the prescription.</summary>
    public string PrescriberName { get; init; } = "";

    /// <summary>Days it lasts: doses by doses a day, rounded up.</summary>
    public int Days { get; init; }

    /// <summary>True: the prescriber said why the usual number of days is exceeded. The words stay with the prescription.</summary>
    public bool LongCourseExplained { get; init; }

    /// <summary>Full years of age at issue.</summary>
    public int? PatientYears { get; init; }

    /// <summary>
    /// The same patient has the same one, at every hospital (假名): a keyed hash of the identity number, 16 characters, from which nothing can
    /// be told without the key. For counting only: no screen, answer or log shows it. It changes when the key is rotated.
    /// </summary>
    public string PatientPseudonym { get; init; } = "";
}

/// <summary>One finding of the audit, without the patient.</summary>
public sealed record AuditedFinding(string RuleId, string Severity, int[] LineNumbers);

/// <summary>The audit (审方) has spoken.</summary>
public sealed record PrescriptionAudited : PrescriptionEvent
{
    /// <summary>pass, advise, double_sign, resolve or block: the highest severity found.</summary>
    public required string Outcome { get; init; }

    /// <summary>Which release of rules and catalogue was applied.</summary>
    public required string Release { get; init; }
    public required AuditedFinding[] Findings { get; init; }

    /// <summary>The classic formula it is closest to; null when it is close to none.</summary>
    public string? FormulaName { get; init; }

    /// <summary>How like the formula it is: 1000 is the formula itself.</summary>
    public int? FormulaSimilarityPermille { get; init; }
}

/// <summary>自提: where and when the patient fetches the medicine instead of having it brought. Times UTC.</summary>
/// <param name="InstitutionCode">Whose counter it is: the centre's own, or a hospital's that the courier brings it to.</param>
public sealed record PickUp(string InstitutionCode, DateTimeOffset From, DateTimeOffset Until);

/// <summary>用法: how the patient takes it, in the prescriber's words and numbers.</summary>
/// <param name="Usage">Such as 每日1剂,水煎400ml,分早晚两次空腹温服.</param>
/// <param name="TimesPerDay">At least 1.</param>
/// <param name="MillilitresPerTime">What is taken each time, ml.</param>
public sealed record Taking(string Usage, int TimesPerDay, int MillilitresPerTime)
{
    /// <summary>Full years of age when it was prescribed: the volume of a dose goes by it. Null: not told.</summary>
    public int? PatientYears { get; init; }
}

/// <summary>The prescription may be filled. Tells a pharmacy all it needs, so that it never has to ask back.</summary>
public sealed record PrescriptionApproved : PrescriptionEvent
{
    /// <summary>"system" when the audit let it pass, else the pharmacist.</summary>
    public required string ApprovedBy { get; init; }
    public required PrescriptionLine[] Lines { get; init; }

    /// <summary>剂: how many times the lines' weights are dispensed.</summary>
    public required int Doses { get; init; }
    public required int DosesPerDay { get; init; }

    /// <summary>Packs (bags) one dose is filled into.</summary>
    public required int PacksPerDose { get; init; }

    /// <summary>Volume of one pack, ml.</summary>
    public required int MillilitresPerPack { get; init; }
    public required bool External { get; init; }

    /// <summary>True when the centre decocts (代煎); false when the patient does (自煎).</summary>
    public required bool Decoct { get; init; }
    public required bool Urgent { get; init; }

    /// <summary>Where it is delivered, as a county code: the address itself stays with the prescription.</summary>
    public required string DeliveryRegionCode { get; init; }

    /// <summary>Null: the courier brings it to the address, which stays with the prescription.</summary>
    public PickUp? PickUp { get; init; }

    /// <summary>Null in what was told before events had it.</summary>
    public Taking? Taking { get; init; }
    public required string SyndromeName { get; init; }
}

/// <summary>A pharmacist or an unanswered interception ended it before anything was reserved.</summary>
public sealed record PrescriptionRejected : PrescriptionEvent
{
    public required string RejectedBy { get; init; }
    public required string Reason { get; init; }
}

/// <summary>The hospital withdrew it in time.</summary>
public sealed record PrescriptionCancelled : PrescriptionEvent
{
    public required string CancelledBy { get; init; }
    public required string Reason { get; init; }

    /// <summary>The state that it had reached.</summary>
    public required string StateReached { get; init; }
}

/// <summary>A newer revision took its place; nothing of this one will be dispensed.</summary>
public sealed record PrescriptionSuperseded : PrescriptionEvent
{
    public required string AmendedBy { get; init; }
    public required string Reason { get; init; }

    /// <summary>The state that it had reached.</summary>
    public required string StateReached { get; init; }

    /// <summary>Id and number of the revision that stands in its place.</summary>
    public required Guid SupersededBy { get; init; }
    public required int NewRevision { get; init; }
}

/// <summary>
/// It is to be stopped if dispensing has not begun (请求撤回). The pharmacy answers with <see cref="PrescriptionWithdrawn"/> of the same
/// cause, or goes on with what it has begun.
/// </summary>
public sealed record WithdrawalRequested : PrescriptionEvent
{
    public required string RequestedBy { get; init; }
    public required string Reason { get; init; }

    /// <summary>See <see cref="WithdrawalCause"/>.</summary>
    public required string Cause { get; init; }
}

/// <summary>Why a prescription is withdrawn.</summary>
public static class WithdrawalCause
{
    public const string Cancel = "cancel";
    public const string Amend = "amend";
    public const string Expiry = "expiry";
}

/// <summary>Its time ran out before dispensing began (失效): nobody decided, or its validity ended.</summary>
public sealed record PrescriptionExpired : PrescriptionEvent
{
    public required string Reason { get; init; }

    /// <summary>The state that it had reached.</summary>
    public required string StateReached { get; init; }
}

/// <summary>
/// The finished medicine came back, or never reached the patient (退药). It is never stock again:
/// 《医疗机构药事管理规定》 art. 28.
/// </summary>
public sealed record PrescriptionReturned : PrescriptionEvent
{
    public required string ReturnedBy { get; init; }
    public required string Reason { get; init; }

    /// <summary>quality, undeliverable, refused, not-collected, damaged, lost or scrapped.</summary>
    public required string Cause { get; init; }

    /// <summary>The state that it had reached.</summary>
    public required string StateReached { get; init; }
}

/// <summary>The patient has it: the end of the normal path.</summary>
public sealed record PrescriptionCompleted : PrescriptionEvent;
