using TcmBrain.Cockpit.Live;

namespace TcmBrain.Cockpit.Drilling;

/// <param name="Total">the number that these are behind, as the screen shows it</param>
/// <param name="Next">to be given as <c>after</c>; null: there are no more</param>
public sealed record RecordsView(string Metric, long Total, IReadOnlyList<RecordView> Items, string? Next);

/// <param name="Position">of the event in the stream; null for one that stands in a stage</param>
/// <param name="Type">of the event; null for one that stands in a stage</param>
/// <param name="Id">of what the event is about: a prescription, a lot</param>
/// <param name="Reference">The hospital's prescription number, to the hospital only; a lot's number.</param>
/// <param name="Value">what it gave to the number; seconds for turn-rounds</param>
public sealed record RecordView(
    long? Position,
    string? Type,
    Guid Id,
    DateTimeOffset OccurredAt,
    Place? Institution,
    string? Region,
    Place? Centre,
    string? Reference,
    double? Value,
    RecordLinks? Links
);

/// <summary>Where the record itself is, for those who may see it.</summary>
public sealed record RecordLinks(string Prescription, string Trace)
{
    public static RecordLinks OfPrescription(Guid id) => new($"/api/prescriptions/{id}", $"/api/traceability/prescriptions/{id}");
}
