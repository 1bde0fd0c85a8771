using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TcmBrain.Contracts.Decoction.V1;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Decoction.Telemetry;

/// <summary>
/// Takes in what the vessels' controllers measure. Readings are stored as they come, in batches; when a call breaks off, what was stored
/// stays and the controller sends all of it again.
/// </summary>
internal sealed class TelemetryGrpc(ReadingStore store, TimeProvider time) : TelemetryService.TelemetryServiceBase
{
    private const int Batch = 5_000;
    private const int LowestCenticelsius = -20_00;
    private const int HighestCenticelsius = 150_00;

    /// <summary>A slow stream is stored at least this often.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    public override async Task<ReportSummary> Report(IAsyncStreamReader<Reading> requestStream, ServerCallContext context)
    {
        var cancellationToken = context.CancellationToken;
        var vessels = new CentreVessels(store, context.GetHttpContext().User.InstitutionCode());
        var summary = new ReportSummary();
        var batch = new ReadingBatch(Batch);
        var next = requestStream.MoveNext(cancellationToken);
        while (true)
        {
            if (batch.Count > 0 && !next.IsCompleted)
            {
                await Task.WhenAny(next, Task.Delay(Linger, time, cancellationToken));
            }

            if (batch.Count == Batch || (batch.Count > 0 && !next.IsCompleted))
            {
                await StoreAsync();
            }

            if (!await next)
            {
                break;
            }

            if (await AcceptAsync(requestStream.Current) is { } reading)
            {
                batch.Add(reading);
            }
            else
            {
                summary.Refused++;
            }

            next = requestStream.MoveNext(cancellationToken);
        }

        await StoreAsync();
        return summary;

        async Task StoreAsync()
        {
            var stored = await store.StoreAsync(batch, cancellationToken);
            summary.Stored += stored;
            summary.Duplicates += batch.Count - stored;
            batch.Clear();
        }

        async ValueTask<VesselReading?> AcceptAsync(Reading reading)
        {
            if (
                reading.Centicelsius is < LowestCenticelsius or > HighestCenticelsius
                || MomentOf(reading.TakenAt) is not { } takenAt
                || takenAt > time.GetUtcNow() + Moment.Tolerance
            )
            {
                return null;
            }

            return await vessels.FindAsync(reading.Vessel, cancellationToken) is { } vesselId
                ? new VesselReading(vesselId, takenAt, reading.Centicelsius, reading.PressurePascal)
                : null;
        }
    }

    /// <summary>Null for a time that is missing, malformed or before 2000, when no clock of a controller was set.</summary>
    private static DateTimeOffset? MomentOf(Timestamp? timestamp) =>
        timestamp is { Seconds: >= 946_684_800 and <= 253_402_300_799, Nanos: >= 0 and <= 999_999_999 }
            ? timestamp.ToDateTimeOffset().Stored()
            : null;
}
