using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace TcmBrain.Pharmacy.Story;

internal static class StoryEndpoints
{
    public static void MapStory(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/pharmacy/prescriptions/{prescriptionId:guid}", ReadAsync)
            .WithName("ReadPrescriptionAtPharmacy")
            .RequireAuthorization();

    /// <summary>Not found and not the caller's to see answer alike: PHA-0114.</summary>
    private static async Task<Ok<PrescriptionCard>> ReadAsync(
        Guid prescriptionId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        var cards = await PrescriptionCard.ReadAsync(
            database,
            $"where p.id = @id and {Sight.OfPrescription}",
            command => Sight.Of(caller).Guard(command).Parameters.AddWithValue("id", prescriptionId),
            cancellationToken
        );
        return cards.Count == 1 ? TypedResults.Ok(cards[0]) : throw PharmacyFaults.PrescriptionNotFound.Exception("prescriptionId");
    }
}
