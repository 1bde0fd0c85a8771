namespace TcmBrain.Contracts.Events;

/// <summary>A sampled prescription was reviewed (处方点评).</summary>
public sealed record ReviewCompleted : PrescriptionEvent
{
    /// <summary>True: rational (合理). False: one or more codes of 卫医管发〔2010〕28号 apply.</summary>
    public required bool Rational { get; init; }
    public required string[] Codes { get; init; }
    public required string Reviewer { get; init; }
}

/// <summary>Quality control lets a lot leave quarantine. Aggregate: the lot.</summary>
public sealed record LotReleased : Event
{
    public required string CentreCode { get; init; }
    public required string Piece { get; init; }
    public required string LotNumber { get; init; }
    public required string ReleasedBy { get; init; }

    /// <summary>等级 as quality control assigned it; empty: it gave none, and what the papers say stands.</summary>
    public string Grade { get; init; } = "";

    /// <summary>Name of the person who gave the grade against the rule; empty: the rule gave it.</summary>
    public string GradedBy { get; init; } = "";
    public string GradeReason { get; init; } = "";
}

/// <summary>A lot failed its tests and may never be used. Aggregate: the lot.</summary>
public sealed record LotRejected : Event
{
    public required string CentreCode { get; init; }
    public required string Piece { get; init; }
    public required string LotNumber { get; init; }
    public required string RejectedBy { get; init; }
    public required string Reason { get; init; }
}

/// <summary>A released lot is called back (召回). Aggregate: the lot.</summary>
public sealed record RecallIssued : Event
{
    public required string CentreCode { get; init; }
    public required string Piece { get; init; }
    public required string LotNumber { get; init; }
    public required string IssuedBy { get; init; }
    public required string Reason { get; init; }

    /// <summary>The recall of traceability that ordered it; null when quality control called the lot back by itself.</summary>
    public Guid? RecallId { get; init; }
}

/// <summary>A nonconformity (不符合项) was opened. Aggregate: the nonconformity.</summary>
public sealed record NonconformityOpened : Event
{
    public required string CentreCode { get; init; }
    public required string TextZh { get; init; }
    public required string TextEn { get; init; }

    /// <summary>deviation, signal, lot-rejected, recall or manual; empty in older events, which are all deviations.</summary>
    public string Source { get; init; } = "";

    /// <summary>minor, major or critical; empty in older events.</summary>
    public string Severity { get; init; } = "";
}

/// <summary>A step of a nonconformity was not done in time, and the next level was told (升级). Aggregate: the nonconformity.</summary>
public sealed record NonconformityEscalated : Event
{
    public required string CentreCode { get; init; }

    /// <summary>The stage that is overdue: open, analysis, action or check.</summary>
    public required string Stage { get; init; }

    /// <summary>1: the centre's quality desk; 2: who supervises the region.</summary>
    public required int Level { get; init; }
    public required DateTimeOffset DueAt { get; init; }
}

/// <summary>A nonconformity was found dealt with for good, by another person than who dealt with it. Aggregate: the nonconformity.</summary>
public sealed record NonconformityClosed : Event
{
    public required string CentreCode { get; init; }
    public required string ClosedBy { get; init; }
    public required string Severity { get; init; }
    public required DateTimeOffset OpenedAt { get; init; }
}

/// <summary>
/// A control chart (控制图) says that a process has changed. Told once for each rule and side of a nonconformity, however many points follow.
/// Aggregate: the chart.
/// </summary>
public sealed record ControlSignalRaised : Event
{
    public required string CentreCode { get; init; }

    /// <summary>weighing-error, boil-temperature, boil-time, fill-volume or turn-round.</summary>
    public required string Measure { get; init; }

    /// <summary>The scale or vessel; empty for the whole centre.</summary>
    public required string Subject { get; init; }

    /// <summary>we1, we2, we3, we4, range or ewma.</summary>
    public required string Rule { get; init; }

    /// <summary>1 above, -1 below.</summary>
    public required int Side { get; init; }
    public required DateTimeOffset MeasuredAt { get; init; }
    public required string TextZh { get; init; }
    public required string TextEn { get; init; }
    public required Guid NonconformityId { get; init; }
}

/// <summary>
/// Behaviour supervision (行为监管) found a pattern worth a look; not a verdict. Told once a pattern, month and subject. Who is meant is read from the
/// quality service by those who may. Aggregate: the alert.
/// </summary>
public sealed record SupervisionAlertRaised : Event
{
    /// <summary>over-long, over-dose, many-institutions, herb-spike, price-outlier or override-habit.</summary>
    public required string Pattern { get; init; }

    /// <summary>First day of the month that was looked at.</summary>
    public required DateOnly Month { get; init; }

    /// <summary>Empty when it spans several institutions.</summary>
    public required string InstitutionCode { get; init; }

    /// <summary>The smallest region that holds all of it; empty when that is no region.</summary>
    public required string RegionCode { get; init; }

    /// <summary>Prescriptions that it stands on.</summary>
    public required int Records { get; init; }
}
