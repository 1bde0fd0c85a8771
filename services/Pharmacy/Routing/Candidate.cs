namespace TcmBrain.Pharmacy.Routing;

/// <summary>What a centre's score is made of, each in kilometres that would weigh as much. Less is better; consortium is at most 0.</summary>
public readonly record struct ScoreParts(double Distance, double Lateness, double Load, double Cost, double Consortium)
{
    public double Total => Distance + Lateness + Load + Cost + Consortium;

    public ScoreParts Rounded() =>
        new(Math.Round(Distance, 1), Math.Round(Lateness, 1), Math.Round(Load, 1), Math.Round(Cost, 1), Math.Round(Consortium, 1));
}

/// <summary>A centre as it was looked at for one prescription: stored with the choice, so that anybody can ask why.</summary>
/// <param name="Missing">Pieces that it lacks in the amount, grade or origin demanded, or does not offer.</param>
/// <param name="Obstacle">Empty, or closed, closing, region, consortium, decoction: why it may not take it whatever it has.</param>
/// <param name="Ahead">Prescriptions that wait there before this one.</param>
/// <param name="FeeFen">By the catalogue of the day; null when a piece has no price there.</param>
/// <param name="PromisedAt">When the patient would have it. Null when it may not or cannot take it.</param>
public sealed record Candidate(
    string CentreCode,
    string NameZh,
    string NameEn,
    IReadOnlyList<string> Missing,
    string Obstacle,
    double Kilometres,
    int Ahead,
    long? FeeFen,
    DateTimeOffset? PromisedAt,
    ScoreParts Parts,
    double Score
)
{
    public bool IsAble => Missing.Count == 0 && Obstacle.Length == 0;
}

/// <summary>Why a centre may not take a prescription, whatever lies on its shelves.</summary>
public static class Obstacles
{
    public const string Closed = "closed";

    /// <summary>It would not be ready before the centre closes.</summary>
    public const string Closing = "closing";
    public const string Region = "region";
    public const string Consortium = "consortium";
    public const string Decoction = "decoction";
}
