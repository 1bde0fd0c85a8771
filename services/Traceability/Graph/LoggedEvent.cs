using System.Text.Json;

namespace TcmBrain.Traceability.Graph;

/// <summary>An event of the log as the graph and the recalls read it.</summary>
public sealed record LoggedEvent(
    long LeafIndex,
    byte[] Hash,
    bool ErrorDeclaration,
    string CapturedBy,
    DateTimeOffset EventTime,
    DateTimeOffset RecordedAt,
    Guid? PrescriptionId,
    string? RegionCode,
    JsonElement Json
)
{
    public string BizStep => Links.Word(Json, "bizStep") ?? "";

    /// <summary>The party numbers (GLN) that the event names as the next owner or holder.</summary>
    public IEnumerable<string> Recipients()
    {
        foreach (var destination in Links.Elements(Json, "destinationList"))
        {
            if (
                destination.ValueKind == JsonValueKind.Object
                && Links.Text(destination, "destination") is { } id
                && Identifiers.DigitalLink.CanonicalOrSame(id) is var canonical
                && canonical.StartsWith("https://id.gs1.org/417/", StringComparison.Ordinal)
            )
            {
                yield return canonical["https://id.gs1.org/417/".Length..];
            }
        }
    }

    /// <summary>How far along the way to the patient the event shows its prescription; null when it shows nothing of that.</summary>
    public PrescriptionStage? Stage() =>
        PrescriptionId is null || ErrorDeclaration
            ? null
            : (Links.TypeOf(Json), BizStep) switch
            {
                ("TransformationEvent", _) when Json.TryGetProperty("inputEPCList", out _) => PrescriptionStage.Decocted,
                ("TransformationEvent", _) => PrescriptionStage.Dispensed,
                (_, "packing") => PrescriptionStage.Packed,
                (_, "departing" or "shipping") => PrescriptionStage.Departed,
                (_, "arriving") => PrescriptionStage.Arrived,
                (_, "dispensing") => PrescriptionStage.WithPatient,
                _ => null,
            };
}

/// <summary>How far a prescription's things have come.</summary>
public enum PrescriptionStage : short
{
    Dispensed = 1,
    Decocted = 2,
    Packed = 3,
    Departed = 4,
    Arrived = 5,
    WithPatient = 6,
}
