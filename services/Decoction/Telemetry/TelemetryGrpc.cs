using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TcmBrain.Contracts.Decoction.V1;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Rpc;

namespace TcmBrain.Decoction.Telemetry;

/// <summary>
/// Takes in what the vessels' controllers measure. Readings are stored as they come, in batches; when a call breaks off, what was stored
/// stays and the controller sends all of it again.
/// </summary>
internal sealed class TelemetryGrpc(ReadingStore store, RoomWatch watch, TimeProvider time) : TelemetryService.TelemetryServiceBase
{
    private const int Batch = 5_000;
    private const int LowestCenticelsius = -20_00;
    private const int HighestCenticelsius = 150_00;
    private const int HighestPascal = 1_000_000;

    /// <summary>No reading waits longer for its batch.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(200);

    public override async Task<ReportSummary> Report(IAsyncStreamReader<Reading> requestStream, ServerCallContext context)
    {
        var cancellationToken = context.CancellationToken;
        var vessels = new CentreVessels(store, context.GetHttpContext().User.InstitutionCode(), time);
        var summary = new ReportSummary();
        var refusals = new RefusalTally();
        var batch = new ReadingBatch(Batch);
        var next = requestStream.MoveNext(cancellationToken);
        while (true)
        {
            if (batch.Count > 0)
            {
                var left = Linger - (time.GetUtcNow() - batch.Since);
                if (!next.IsCompleted && left > TimeSpan.Zero)
                {
                    await Task.WhenAny(next, Task.Delay(left, time, cancellationToken));
                }

                if (batch.Count == Batch || !next.IsCompleted || left <= TimeSpan.Zero)
                {
                    await StoreAsync();
                }
            }

            if (!await next)
            {
                break;
            }

            var now = time.GetUtcNow();
            var (reading, refusal) = await AcceptAsync(requestStream.Current, now);
            if (refusal is null)
            {
                batch.Add(reading, now);
            }
            else
            {
                refusals.Add(refusal, requestStream.Current);
            }

            next = requestStream.MoveNext(cancellationToken);
        }

        await StoreAsync();
        refusals.WriteTo(summary);
        return summary;

        async Task StoreAsync()
        {
            var stored = await store.StoreAsync(batch, cancellationToken);
            summary.Stored += stored;
            summary.Duplicates += batch.Count - stored;
            watch.Stored(vessels.CentreCode, batch.Readings);
            batch.Clear();
        }

        async ValueTask<(VesselReading Reading, FaultDefinition? Refusal)> AcceptAsync(Reading reading, DateTimeOffset now)
        {
            // Text that was not UTF-8 names no vessel and no device.
            if (MessageText.Check(reading).Any || await vessels.FindAsync(reading.Vessel, now, cancellationToken) is not { } vessel)
            {
                return (default, DecoctionFaults.ReadingVesselUnknown);
            }

            if (!vessel.Knows(reading.Device))
            {
                return (default, DecoctionFaults.DeviceUnknown);
            }

            if (reading.SentAt is { } sent && (MomentOf(sent) is not { } clock || (clock - now).Duration() > Moment.Tolerance))
            {
                return (default, DecoctionFaults.ClockOff);
            }

            if (MomentOf(reading.TakenAt) is not { } takenAt || takenAt > now + Moment.Tolerance)
            {
                return (default, DecoctionFaults.ReadingInFuture);
            }

            if (
                reading.Centicelsius is < LowestCenticelsius or > HighestCenticelsius
                || reading.PressurePascal is < -HighestPascal or > HighestPascal
            )
            {
                return (default, DecoctionFaults.ReadingAbsurd);
            }

            return vessel.IsCalibratedAt(takenAt)
                ? (new VesselReading(vessel.VesselId, takenAt, reading.Centicelsius, reading.PressurePascal), null)
                : (default, DecoctionFaults.DeviceUncalibrated);
        }
    }

    /// <summary>Null for a time that is missing, malformed or before 2000, when no clock of a controller was set.</summary>
    private static DateTimeOffset? MomentOf(Timestamp? timestamp) =>
        timestamp is { Seconds: >= 946_684_800 and <= 253_402_300_799, Nanos: >= 0 and <= 999_999_999 }
            ? timestamp.ToDateTimeOffset().Stored()
            : null;
}
