using TcmBrain.Exchange;

namespace TcmBrain.Decoction.BatchRecords;

/// <summary>Nothing leaves the house before its batch record is released, and nothing that is held or scrapped.</summary>
internal static class ReleaseGate
{
    /// <exception cref="ServiceDefaults.Faults.FaultException">DEC-0519: not released.</exception>
    public static async Task RequireAsync(Work work, Guid prescriptionId, CancellationToken cancellationToken)
    {
        // What the patient decocts has no record; what the trigger parcel_only_released lets pass is the same.
        await using var command = work.Command(
            """
            select not j.decoct or not exists (select from decoction.batch_record r where r.prescription_id = $1)
                or (j.state <> 'scrapped'
                    and exists (select from decoction.batch_release b where b.prescription_id = $1 and b.kind <> 'scrapped')
                    and not exists (select from decoction.deviation d where d.prescription_id = $1 and d.holds and d.decision is null))
            from decoction.job j where j.prescription_id = $1
            """,
            prescriptionId
        );
        if (await command.ExecuteScalarAsync(cancellationToken) is false)
        {
            throw DecoctionFaults.NotReleased.Exception("prescriptionId");
        }
    }
}
