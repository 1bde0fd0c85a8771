using Microsoft.Extensions.Options;
using TcmBrain.Decoction.BatchRecords;
using TcmBrain.Decoction.Jobs;
using TcmBrain.Decoction.Parcels;
using TcmBrain.Exchange;

namespace TcmBrain.Decoction.Steps;

/// <summary>Opens a job for reports.</summary>
internal sealed class StepReporting(
    EventExchange exchange,
    TimeProvider time,
    RecordBook records,
    RoomSignal signal,
    IOptions<Gs1Settings> gs1
)
{
    /// <summary>The job is locked until the session is disposed; nothing is kept unless it is committed.</summary>
    /// <exception cref="ServiceDefaults.Faults.FaultException">No such job at the worker's centre, the patient decocts, or it is scrapped.</exception>
    public async Task<StepSession> OpenAsync(Guid prescriptionId, Worker worker, CancellationToken cancellationToken)
    {
        var work = await exchange.BeginAsync(cancellationToken);
        try
        {
            var job =
                await JobStore.LockAsync(work, prescriptionId, worker.CentreCode, cancellationToken)
                ?? throw DecoctionFaults.JobNotFound.Exception("prescriptionId");
            var recipe = job.Recipe ?? throw DecoctionFaults.NotDecocted.Exception("prescriptionId");
            return job.State == JobStates.Scrapped
                ? throw DecoctionFaults.Scrapped.Exception("prescriptionId")
                : new StepSession(work, job, recipe, worker, time.GetUtcNow(), records, signal, gs1.Value.CompanyPrefix);
        }
        catch
        {
            await work.DisposeAsync();
            throw;
        }
    }
}
