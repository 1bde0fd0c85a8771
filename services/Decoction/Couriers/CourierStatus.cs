using TcmBrain.Decoction.Parcels;

namespace TcmBrain.Decoction.Couriers;

/// <summary>One message of a courier's system about one parcel.</summary>
/// <param name="ReportId">the courier's own id of the message: told again it is the same, whatever it says</param>
/// <param name="Sscc">the 18 digits on the parcel</param>
/// <param name="Status">picked-up, delivered, failed, at-counter, returned or lost</param>
/// <param name="OccurredAt">by the courier's clock</param>
/// <param name="Cause">of failed and returned: see <see cref="FailReport"/></param>
/// <param name="ExpectedBy">with picked-up: until when it is promised</param>
public sealed record CourierStatus(
    string? ReportId,
    string? Sscc,
    string? Status,
    DateTimeOffset? OccurredAt,
    string? Cause,
    string? Reason,
    string? CourierId,
    string? CourierName,
    DateTimeOffset? ExpectedBy,
    Receiver? Receiver
);

public sealed record CourierStatuses(IReadOnlyList<CourierStatus>? Items);

/// <param name="Outcome">applied: it changed something; noted: kept, and changed nothing; waiting: it came before what it follows; refused</param>
/// <param name="Repeated">true: it had been told before, and the outcome is that of then</param>
/// <param name="Code">of a refused one</param>
public sealed record CourierOutcome(
    string ReportId,
    string? Sscc,
    string Outcome,
    bool Repeated,
    string? State,
    string? Code,
    string? Zh,
    string? En
);

public sealed record CourierOutcomes(IReadOnlyList<CourierOutcome> Items);
