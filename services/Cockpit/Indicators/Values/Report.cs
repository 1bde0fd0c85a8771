namespace TcmBrain.Cockpit.Indicators.Values;

/// <summary>What a region reports of an indicator for a day (填报).</summary>
/// <param name="Value">in the indicator's unit; of what is measured against a baseline the value itself where the plan has a baseline year,
/// else the growth or the increase</param>
/// <param name="Evidence">what it rests on: document, statistics, who counted</param>
public sealed record ReportRequest(string? Plan, int? Seq, string? RegionCode, DateOnly? Day, decimal? Value, string? Evidence);

/// <param name="Approve">false: sent back</param>
/// <param name="Reason">needed when it is sent back</param>
public sealed record DecisionRequest(bool? Approve, string? Reason);

/// <summary>A reported value as it stands.</summary>
public sealed record Report
{
    public required Guid Id { get; init; }
    public required string Plan { get; init; }
    public required int Seq { get; init; }
    public required string NameZh { get; init; }
    public required string NameEn { get; init; }
    public required string Unit { get; init; }
    public required string RegionCode { get; init; }

    /// <summary>The day for which the value holds.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>Of the same indicator, region and day: a correction is the next one.</summary>
    public required int Version { get; init; }
    public required decimal Value { get; init; }
    public required string Evidence { get; init; }

    /// <summary>submitted, approved, rejected, replaced (by a later version before it was decided).</summary>
    public required string State { get; init; }
    public required DateTimeOffset SubmittedAt { get; init; }
    public required string SubmittedBy { get; init; }
    public required string SubmittedOf { get; init; }
    public DateTimeOffset? DecidedAt { get; init; }
    public string? DecidedBy { get; init; }
    public string? DecidedOf { get; init; }
    public string? Reason { get; init; }

    /// <summary>Whether who asks may decide it: its region lies below the caller's, and the report is not its own.</summary>
    public bool MayDecide { get; init; }
}

/// <summary>An approved value, as it is counted.</summary>
public sealed record ApprovedValue(string Plan, int Seq, string Region, DateOnly Day, decimal Value);
