namespace TcmBrain.Pharmacy.Centres;

/// <summary>What a centre tells of itself (机构设置). A change replaces every field.</summary>
/// <param name="ClosedWeekdays">ISO: 1 is Monday</param>
/// <param name="ServiceRegions">GB/T 2260; empty: everywhere</param>
/// <param name="Consortium">none, prefer or only</param>
internal sealed record ProfileRequest(
    int DispensingPerDay,
    int DecoctionPerDay,
    TimeOnly Opens,
    TimeOnly Closes,
    int[] ClosedWeekdays,
    DateOnly[] ClosedDays,
    string[] ServiceRegions,
    string Consortium,
    long DispensingFen,
    long DecoctionFenPerDose,
    long DeliveryFen
);

/// <param name="At">From then on it takes no work; left out: at once.</param>
internal sealed record ClosingRequest(DateTimeOffset? At, string? Reason);

/// <summary>A shared pharmacy with what it can do, what waits there, and how it keeps its promises.</summary>
/// <param name="State">open, closing (planned), closed or suspended (by the register)</param>
/// <param name="WaitingDispensing">reserved, being dispensed, or to be checked</param>
/// <param name="WaitingDecoction">of those, and of the checked, which are to be decocted still</param>
/// <param name="Delivered">in the last 30 days, with a promise</param>
/// <param name="PromisesKept">of those, delivered by the time promised at the last choice</param>
internal sealed record CentreView(
    string Code,
    string NameZh,
    string NameEn,
    string RegionCode,
    double? Longitude,
    double? Latitude,
    string State,
    DateTimeOffset? ClosesAt,
    string? ClosedReason,
    int Version,
    ProfileRequest Profile,
    long Offers,
    long WaitingDispensing,
    long WaitingDecoction,
    long Delivered,
    long PromisesKept
);

/// <summary>One page of centres.</summary>
internal sealed record CentreList(IReadOnlyList<CentreView> Items, string? Next);
