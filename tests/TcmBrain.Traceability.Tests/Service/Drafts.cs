using System.Text.Json.Nodes;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Tests.Service;

/// <summary>Plain events, each its own.</summary>
internal static class Drafts
{
    public static TraceDraft New(EventScope? scope = null) => new(Event(), scope ?? EventScope.None, TraceDraft.Platform);

    public static List<TraceDraft> New(int count) => [.. Enumerable.Range(0, count).Select(_ => New())];

    public static JsonObject Event() =>
        new()
        {
            ["@context"] = new JsonArray(JsonLdContext.Epcis, new JsonObject { ["tcm"] = "https://tcmbrain.example/voc/" }),
            ["type"] = "ObjectEvent",
            ["eventTime"] = "2024-11-20T08:00:00.000+08:00",
            ["eventTimeZoneOffset"] = "+08:00",
            ["action"] = "OBSERVE",
            ["bizStep"] = "storing",
            ["epcList"] = new JsonArray($"urn:uuid:{Guid.CreateVersion7()}"),
        };
}
