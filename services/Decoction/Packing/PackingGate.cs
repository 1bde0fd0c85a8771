using TcmBrain.Exchange;

namespace TcmBrain.Decoction.Packing;

/// <summary>Bags that nobody has counted do not leave.</summary>
internal static class PackingGate
{
    /// <exception cref="ServiceDefaults.Faults.FaultException">DEC-0612</exception>
    public static async Task RequireAsync(Work work, Guid prescriptionId, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select not decoct or exists (select from decoction.packing_check c where c.prescription_id = $1)
            from decoction.job where prescription_id = $1
            """,
            prescriptionId
        );
        if (await command.ExecuteScalarAsync(cancellationToken) is false)
        {
            throw DecoctionFaults.NotChecked.Exception("prescriptionId");
        }
    }
}
