using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using TcmBrain.Contracts.Decoction.V1;
using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests;

/// <summary>A vessel's controller.</summary>
public static class Controller
{
    public static Reading Reading(string vessel, DateTimeOffset at, int centicelsius = 98_50) =>
        new()
        {
            Vessel = vessel,
            TakenAt = at.ToTimestamp(),
            Centicelsius = centicelsius,
            PressurePascal = 120,
        };

    /// <summary>A reading every ten seconds.</summary>
    public static IEnumerable<Reading> Curve(string vessel, DateTimeOffset from, DateTimeOffset until, int centicelsius = 98_50)
    {
        for (var at = from; at <= until; at = at.AddSeconds(10))
        {
            yield return Reading(vessel, at, centicelsius);
        }
    }

    public static async Task<ReportSummary> SendAsync(Uri grpc, string centre, IEnumerable<Reading> readings)
    {
        using var channel = GrpcChannel.ForAddress(grpc);
        using var call = new TelemetryService.TelemetryServiceClient(channel).Report(
            new Metadata { { "authorization", "Bearer " + TestTokens.Of("device", centre, "330105", "decoction") } },
            DateTime.UtcNow.AddMinutes(2)
        );
        foreach (var reading in readings)
        {
            await call.RequestStream.WriteAsync(reading);
        }

        await call.RequestStream.CompleteAsync();
        return await call;
    }
}
