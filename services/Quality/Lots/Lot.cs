namespace TcmBrain.Quality.Lots;

/// <summary>A lot as it is locked for a decision.</summary>
internal sealed record Lot(
    Guid LotId,
    string CentreCode,
    string Piece,
    string LotNumber,
    DateOnly ExpiresOn,
    string State,
    int Told,
    string? TraceParent,
    DateOnly ProducedOn
)
{
    public const string Waiting = "waiting";
    public const string Released = "released";
    public const string Rejected = "rejected";
    public const string Recalled = "recalled";

    public static readonly IReadOnlyList<string> States = [Waiting, Released, Rejected, Recalled];
}
