using TcmBrain.Quality.Facts;

namespace TcmBrain.Quality.Evaluation;

public sealed record SchemeView(string Edition, int LeastKnown, IReadOnlyList<Dimension> Dimensions, IReadOnlyList<Indicator> Indicators);

/// <summary>A line of the ranking. Scores are thousandths of a point.</summary>
/// <param name="Known">thousandths of the whole weight that are known</param>
/// <param name="Change">against the period before; null when either is unknown</param>
public sealed record RankedItem(
    Place Place,
    string RegionCode,
    int? Rank,
    int? Total,
    int Known,
    int? Change,
    IReadOnlyList<DimensionScore> Dimensions
);

/// <param name="Ranked">how many have a rank</param>
/// <param name="Provisional">the period is not over</param>
public sealed record RankingView(
    string Group,
    string Period,
    string Edition,
    bool Provisional,
    int Ranked,
    IReadOnlyList<RankedItem> Items,
    EvaluationPublication? Published
);

public sealed record TrendPoint(string Period, int? Total, int Known);

/// <param name="Before">the period that it is compared with</param>
public sealed record EvaluationView(
    Place Place,
    string Group,
    string Period,
    string Edition,
    bool Provisional,
    int? Rank,
    int Ranked,
    Scorecard Card,
    string Before,
    int? TotalBefore,
    IReadOnlyList<MovedBy> Moved,
    IReadOnlyList<TrendPoint> Trend
);

/// <param name="Numerator">what it gives to the numerator</param>
public sealed record CountedRecord(Guid PrescriptionId, string HisNumber, DateOnly Day, long Numerator, long Denominator, bool Missed);

/// <param name="Total">as many as there are, of which the first are listed</param>
public sealed record CountedRecords(string Indicator, string Period, long Total, IReadOnlyList<CountedRecord> Items);

public sealed record EvaluationPublication(
    Guid PublicationId,
    string Group,
    string RegionCode,
    string Period,
    int Version,
    string Edition,
    string Sha256,
    DateTimeOffset PublishedAt,
    string PublishedBy
);

public sealed record EvaluationPublicationList(IReadOnlyList<EvaluationPublication> Items);

/// <param name="Sound">its hash is right, and computing it anew gives the same</param>
public sealed record EvaluationPublicationView(EvaluationPublication Publication, bool Sound, PublishedEvaluation Evaluation);

/// <param name="Group">hospital or centre</param>
/// <param name="Region">GB/T 2260; null: the caller's own</param>
public sealed record EvaluationPublishRequest(string? Group, string? Period, string? Region);

public sealed record EvaluationPublishAnswer(EvaluationPublication Publication, bool Recorded);
