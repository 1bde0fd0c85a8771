using System.Security.Claims;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Queries;

/// <summary>Reading the trace (追溯查询).</summary>
public static class TraceEndpoints
{
    public static void MapTrace(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/traceability/prescriptions/{id:guid}", PrescriptionAsync);
        app.MapGet("/api/traceability/events/{eventHash}", EventAsync).WithName("storedEvent");
    }

    private static async Task<PrescriptionTrace> PrescriptionAsync(
        Guid id,
        ClaimsPrincipal caller,
        TraceReader reader,
        CancellationToken cancellationToken
    )
    {
        var own = await reader.OfPrescriptionAsync(id, ReadScope.Of(caller), cancellationToken);
        if (own.Count == 0)
        {
            throw TraceabilityFaults.PrescriptionNotFound.Exception("id");
        }

        var lots = await reader.OfLotsAsync(id, cancellationToken);
        return new PrescriptionTrace(id, [.. own.Select(Entry)], [.. lots.Select(Entry)]);
    }

    /// <summary>The event as stored, byte for byte what its leaf's <c>eventSha256</c> is of.</summary>
    private static async Task<IResult> EventAsync(
        string eventHash,
        ClaimsPrincipal caller,
        TraceReader reader,
        CancellationToken cancellationToken,
        bool errorDeclaration = false
    )
    {
        var found = await reader.FindAsync(HashOf(eventHash), errorDeclaration, ReadScope.Of(caller), cancellationToken);
        return found is null
            ? throw TraceabilityFaults.EventNotFound.Exception("eventHash")
            : Results.Text(found.Body, "application/ld+json");
    }

    internal static byte[] HashOf(string text) =>
        EventHash.Parse(Uri.UnescapeDataString(text)) ?? throw TraceabilityFaults.BadHash.Exception("eventHash");

    private static TraceEntry Entry(StoredEvent stored)
    {
        var json = TraceReader.Json(stored);
        return new TraceEntry(
            EventHash.Text(stored.Hash),
            stored.LeafIndex,
            stored.ErrorDeclaration,
            stored.RecordedAt,
            json.TryGetProperty("bizStep", out var step) ? step.GetString() ?? "" : "",
            $"/api/traceability/events/{Convert.ToHexStringLower(stored.Hash)}/proof{(stored.ErrorDeclaration ? "?errorDeclaration=true" : "")}",
            json
        );
    }
}
