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
