using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using TcmBrain.Contracts.Scales.V1;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Rpc;

namespace TcmBrain.Pharmacy.Scales;

/// <summary>Takes over what the scales at a centre's benches show. What comes within a moment is stored together, each scale's last reading once.</summary>
[Authorize(Roles = Roles.Dispenser)]
internal sealed class ScaleGrpc(ScaleStore store, TimeProvider time) : ScaleService.ScaleServiceBase
{
    private const int MaxName = 40;
    private const int MaxScales = 200;

    /// <summary>A hundred kilograms: no bench has a larger scale.</summary>
    public const long MaxMilligrams = 100_000_000;

    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Fast = TimeSpan.FromMinutes(2);

    public override async Task<ScaleSummary> Report(IAsyncStreamReader<ScaleReading> requestStream, ServerCallContext context)
    {
        var cancellationToken = context.CancellationToken;
        var centre = context.GetHttpContext().User.InstitutionCode();
        var summary = new ScaleSummary();
        var latest = new Dictionary<string, ScaleState>();
        var stored = time.GetTimestamp();
        var next = requestStream.MoveNext(cancellationToken);
        while (true)
        {
            if (latest.Count > 0 && !next.IsCompleted)
            {
                await Task.WhenAny(next, Task.Delay(Linger, time, cancellationToken));
            }

            if (latest.Count > 0 && (!next.IsCompleted || latest.Count == MaxScales || time.GetElapsedTime(stored) >= Linger))
            {
                await store.StoreAsync(centre, latest.Values, cancellationToken);
                latest.Clear();
                stored = time.GetTimestamp();
            }

            if (!await next)
            {
                break;
            }

            if (Accept(requestStream.Current) is { } reading)
            {
                latest[reading.Scale] = reading;
                summary.Taken++;
            }
            else
            {
                summary.Refused++;
            }

            next = requestStream.MoveNext(cancellationToken);
        }

        if (latest.Count > 0)
        {
            await store.StoreAsync(centre, latest.Values, cancellationToken);
        }

        return summary;
    }

    private ScaleState? Accept(ScaleReading reading)
    {
        MessageText.Check(reading).ThrowIfAny();
        return
            reading.Scale.Length is >= 1 and <= MaxName
            && Math.Abs(Math.Clamp(reading.Milligrams, -MaxMilligrams - 1, MaxMilligrams + 1)) <= MaxMilligrams
            && reading.TakenAt is { Seconds: >= 946_684_800 and <= 253_402_300_799, Nanos: >= 0 and <= 999_999_999 } at
            && at.ToDateTimeOffset() is var takenAt
            && takenAt <= time.GetUtcNow() + Fast
            ? new ScaleState(reading.Scale, reading.Milligrams, reading.Stable, takenAt)
            : null;
    }
}
