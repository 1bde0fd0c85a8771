namespace TcmBrain.Quality.Lots;

/// <summary>The most of something that a lot of a piece may have (限度).</summary>
/// <param name="Test">Id of the test: <c>moisture</c>, <c>so2</c>, <c>lead</c>, …</param>
/// <param name="Piece">Empty: every piece that has no limit of its own.</param>
/// <param name="Max">In <paramref name="Unit"/>; a result equal to it passes.</param>
/// <param name="Mark">C*: read second-hand; M: expert default that a pharmacist has to confirm.</param>
public sealed record LotLimit(
    string Test,
    string NameZh,
    string NameEn,
    string Unit,
    string Piece,
    decimal Max,
    string Source,
    string Edition,
    string Mark
);
