using System.Net;
using System.Net.Http.Json;

namespace TcmBrain.Decoction.Parcels;

/// <summary>
/// The patient's pick-up code (取药码), which prescriptions makes, sends and checks; this service never has it. Asked with the token of whoever
/// stands at the counter.
/// </summary>
internal sealed class PickUpCodes(IHttpClientFactory clients)
{
    private sealed record Tried(string Code);

    /// <exception cref="ServiceDefaults.Faults.FaultException">DEC-0703 it is wrong or stopped; DEC-0704 nobody could be asked</exception>
    public async Task VerifyAsync(Guid prescriptionId, string code, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await clients
                .CreateClient("prescriptions")
                .PostAsJsonAsync($"/api/prescriptions/{prescriptionId}/pick-up-code/verify", new Tried(code), cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw DecoctionFaults.CodesAway.Exception();
        }

        using (answer)
        {
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            throw answer.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.NotFound or HttpStatusCode.BadRequest
                ? DecoctionFaults.WrongPickUpCode.Exception("receiver.code")
                : DecoctionFaults.CodesAway.Exception();
        }
    }
}
