using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TcmBrain.Contracts.Decoction.V1;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>The vessels' controllers of one room: they measure every half minute and send what they measured.</summary>
internal sealed class Controller(Gateway gateway, string clientId)
{
    private const int EverySeconds = 30;
    private const int MostAttempts = 6;
    private readonly DemoClient client = DemoRegion.ClientOf(clientId);

    /// <summary>The curve of a whole job: cold while it soaks, up to boiling, and boiling until packing. Sent again when the call breaks off.</summary>
    public async Task SendAsync(
        string vessel,
        DateTimeOffset from,
        int soakMinutes,
        int firstMinutes,
        int secondMinutes,
        CancellationToken cancellationToken
    )
    {
        var readings = Curve(vessel, from, soakMinutes, soakMinutes + firstMinutes + secondMinutes).ToList();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var channel = gateway.Channel();
                using var call = new TelemetryService.TelemetryServiceClient(channel).Report(
                    await gateway.HeadersAsync(client.Id, client.Secret, cancellationToken),
                    DateTime.UtcNow.AddSeconds(30),
                    cancellationToken
                );
                foreach (var reading in readings)
                {
                    await call.RequestStream.WriteAsync(reading, cancellationToken);
                }

                await call.RequestStream.CompleteAsync();
                var summary = await call;
                if (summary.Refused > 0)
                {
                    throw new SimulatorException($"{client.Id} {vessel}: {summary.Refusals[0].Code} {summary.Refusals[0].En}");
                }

                return;
            }
            catch (Exception e) when (e is RpcException or InvalidOperationException && attempt < MostAttempts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100 << attempt), cancellationToken);
            }
        }
    }

    private static IEnumerable<Reading> Curve(string vessel, DateTimeOffset from, int soakMinutes, int minutes)
    {
        for (var second = 0; second <= minutes * 60; second += EverySeconds)
        {
            var minute = second / 60.0;
            // The last ten minutes of the soak's end are the way up; the room counts minutes from boiling on.
            var celsius =
                minute >= soakMinutes ? 98.6 + (0.6 * Math.Sin(second / 70.0))
                : minute >= soakMinutes - 10 ? 22 + (76 * (minute - soakMinutes + 10) / 10)
                : 22 + (0.3 * Math.Sin(second / 200.0));
            yield return new Reading
            {
                Vessel = vessel,
                TakenAt = from.AddSeconds(second).ToTimestamp(),
                Centicelsius = (int)Math.Round(celsius * 100),
                PressurePascal = minute >= soakMinutes ? 120 + (int)(40 * Math.Sin(second / 45.0)) : 0,
            };
        }
    }
}
