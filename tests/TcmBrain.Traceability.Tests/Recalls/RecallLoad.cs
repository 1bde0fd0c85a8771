using System.Text.Json.Nodes;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Identifiers;
using TcmBrain.Traceability.Log;
using TcmBrain.Traceability.Tests.Service;

namespace TcmBrain.Traceability.Tests.Recalls;

/// <summary>One lot in very many prescriptions of ten hospitals, appended as the platform appends.</summary>
internal static class RecallLoad
{
    public const string Lot = "https://id.gs1.org/01/06901234001006/10/BIG";

    public static async Task FillAsync(TraceService service, int prescriptions)
    {
        foreach (var part in Enumerable.Range(0, prescriptions).Chunk(500))
        {
            await service.AppendAsync([.. part.Select(Dispensed)]);
        }
    }

    private static TraceDraft Dispensed(int number)
    {
        var id = Guid.CreateVersion7();
        var e = new JsonObject
        {
            ["@context"] = new JsonArray(JsonLdContext.Epcis),
            ["type"] = "TransformationEvent",
            ["eventTime"] = "2026-11-20T08:00:00.000+08:00",
            ["eventTimeZoneOffset"] = "+08:00",
            ["bizStep"] = "commissioning",
            ["disposition"] = "in_progress",
            ["inputQuantityList"] = new JsonArray(
                new JsonObject
                {
                    ["epcClass"] = Lot,
                    ["quantity"] = 90,
                    ["uom"] = "GRM",
                },
                new JsonObject
                {
                    ["epcClass"] = $"{Lot}-{number % 100}",
                    ["quantity"] = 60,
                    ["uom"] = "GRM",
                }
            ),
            ["outputEPCList"] = new JsonArray(DigitalLink.Sgtin("06901234000016", $"RX{number}")),
            ["transformationID"] = $"urn:uuid:{id:D}",
        };
        return new TraceDraft(e, new EventScope(id, $"1233078247123{number % 10:0000}U", Story.Centre, Story.Region), TraceDraft.Platform);
    }
}
