using System.Globalization;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Cockpit.Drilling;

/// <param name="Total">the number that these are behind, as the screen shows it</param>
/// <param name="Next">to be given as <c>after</c>; null: there are no more</param>
public sealed record RecordsView(string Metric, long Total, IReadOnlyList<RecordView> Items, string? Next);

/// <param name="Position">of the event in the stream; null for one that stands in a stage</param>
/// <param name="Type">of the event; null for one that stands in a stage</param>
/// <param name="Id">of what the event is about: a prescription, a lot</param>
/// <param name="Reference">The hospital's prescription number, to the hospital only; a lot's number; a trace record's place in the log.</param>
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
)
{
    /// <summary>A trace record is called by its place in the log, as the trace page and the proofs call it.</summary>
    public static string? ReferenceOf(Fact fact) =>
        fact.Type switch
        {
            nameof(TraceBatchCaptured) when fact.Quantity > 1 => string.Create(
                CultureInfo.InvariantCulture,
                $"#{fact.Amount}–{fact.Amount + fact.Quantity - 1}"
            ),
            nameof(TraceCaptured) or nameof(TraceBatchCaptured) => string.Create(CultureInfo.InvariantCulture, $"#{fact.Amount}"),
            _ => fact.Reference,
        };
}

/// <summary>Where the record itself is, for those who may see it.</summary>
public sealed record RecordLinks(string Prescription, string Trace)
{
    public static RecordLinks OfPrescription(Guid id) => new($"/api/prescriptions/{id}", $"/api/traceability/prescriptions/{id}");
}
