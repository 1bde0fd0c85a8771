namespace TcmBrain.Quality.Lots;

/// <summary>The most or the least of something that a lot of a piece may have (限度).</summary>
/// <param name="Test">Id of the test: <c>moisture</c>, <c>so2</c>, <c>lead</c>, <c>assay-berberine</c>, …</param>
/// <param name="Piece">Empty: every piece that has no limit of its own.</param>
/// <param name="Min">In <paramref name="Unit"/>; a result equal to it passes. Null: there is no least.</param>
/// <param name="Max">As <paramref name="Min"/>, the most.</param>
/// <param name="ValidFrom">Lots produced from this day on are held against it, until a later row takes its place.</param>
/// <param name="Mark">C*: read second-hand; M: expert default that a pharmacist has to confirm.</param>
public sealed record LotLimit(
    string Test,
    string NameZh,
    string NameEn,
    string Unit,
    string Piece,
    decimal? Min,
    decimal? Max,
    string Source,
    string Edition,
    DateOnly ValidFrom,
    string Mark
);
