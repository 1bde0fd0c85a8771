namespace TcmBrain.Quality.Supervision;

/// <summary>What supervision looks at of one prescription (监管样本). Nothing of it says who the patient is.</summary>
/// <param name="Prescriber">code within the institution; empty in what was told before events named the prescriber</param>
/// <param name="Patient">the keyed pseudonym; empty when it was not told. For counting only, never shown.</param>
/// <param name="Day">of the region's calendar</param>
/// <param name="VisitKind">outpatient, emergency, inpatient or empty</param>
/// <param name="Days">that it lasts; 0 when it was not told</param>
/// <param name="LongExplained">the prescriber said why it lasts so long</param>
/// <param name="Audited">false: the audit's word is not known</param>
/// <param name="OverDose">the audit found a dose above its limit</param>
/// <param name="Overridden">stopped by the audit, signed a second time by the prescriber and approved</param>
/// <param name="FeeFen">what the hospital charged</param>
/// <param name="PiecesFen">the same pieces by the filling centre's catalogue of the day; null when it is not known</param>
public readonly record struct Case(
    Guid Id,
    string Institution,
    string Region,
    string Prescriber,
    string PrescriberName,
    string Patient,
    DateOnly Day,
    string VisitKind,
    int Days,
    bool LongExplained,
    bool Audited,
    bool OverDose,
    bool Overridden,
    long FeeFen,
    long? PiecesFen,
    string[] Pieces
);

/// <summary>How often an institution prescribed each piece in the months before.</summary>
public sealed record PriorUse(int Prescriptions, IReadOnlyDictionary<string, int> Pieces)
{
    public static readonly PriorUse None = new(0, new Dictionary<string, int>());
}

/// <summary>A month of a region's prescriptions, and what the months before say of each institution.</summary>
public sealed record SupervisedMonth(DateOnly Month, IReadOnlyList<Case> Cases, IReadOnlyDictionary<string, PriorUse> Before);
