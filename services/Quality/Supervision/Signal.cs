namespace TcmBrain.Quality.Supervision;

/// <summary>A number that made a pattern fire, as it is shown beside its threshold.</summary>
/// <param name="Unit">empty, share, days, fen or ratio</param>
public sealed record SignalFigure(string Code, string Zh, string En, double Value, double? Threshold, string Unit);

/// <summary>A pattern worth a look (线索): not a verdict. Somebody has to look at the records.</summary>
/// <param name="Subject">prescriber, institution, piece or patient</param>
/// <param name="SubjectKey">One alert a pattern, month and key. Never shown: it may hold a pseudonym.</param>
/// <param name="Institution">null when it spans several</param>
/// <param name="Region">county, city or province that holds all of it</param>
/// <param name="Strength">How far beyond chance; comparable within a pattern only.</param>
/// <param name="Records">what it stands on, oldest first</param>
public sealed record Signal(
    string Pattern,
    string Subject,
    string SubjectKey,
    string? Institution,
    string Region,
    string Prescriber,
    string PrescriberName,
    string Piece,
    double Strength,
    string TextZh,
    string TextEn,
    IReadOnlyList<SignalFigure> Figures,
    IReadOnlyList<Guid> Records
);

/// <summary>One rule or statistic of supervision: a pure function of a month.</summary>
public interface IPattern
{
    string Code { get; }

    IEnumerable<Signal> Find(SupervisedMonth month, Thresholds thresholds);
}
