using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Operations.Verify;

/// <summary>
/// What a prescription's state may be, given where pharmacy and decoction room have it, once every event has arrived. The two
/// are the physical truth: the lifecycle follows them.
/// </summary>
internal static class LifecycleRule
{
    private static readonly State[] BeforeApproval =
    [
        State.Received,
        State.Audited,
        State.Intercepted,
        State.Rejected,
        State.Cancelled,
        State.Expired,
        State.Superseded,
    ];

    /// <param name="state">null: prescriptions does not know it</param>
    /// <param name="pharmacy">null: the pharmacy does not know it</param>
    /// <param name="decoction">null: the decoction room does not know it</param>
    public static bool Allows(State? state, string? pharmacy, string? decoction)
    {
        // The pharmacy's check opens the job, and nothing else does.
        if (state is not { } known || pharmacy == "checked" != decoction is not null)
        {
            return false;
        }

        return pharmacy switch
        {
            null => BeforeApproval.Contains(known),
            "short" => known is State.Approved or State.Routed,
            "reserved" => known is State.Reserved,
            // What it held was taken back; the way of a prescription goes forward only.
            "short-again" => known is State.Approved or State.Routed or State.Reserved or State.Dispensing,
            "reserved-again" => known is State.Reserved or State.Dispensing,
            "dispensing" or "dispensed" => known is State.Dispensing,
            "withdrawn" => known is State.Cancelled or State.Rejected or State.Expired or State.Superseded,
            "checked" => AllowsJob(known, decoction!),
            _ => false,
        };
    }

    private static bool AllowsJob(State state, string job) =>
        job switch
        {
            "waiting" => state is State.Checked,
            // The end of a step is told, the start of the next is not.
            "soaking" => state is State.Soaking or State.Decocting,
            "decocting" or "packing" => state is State.Decocting,
            // One that the patient decocts goes from the check to the courier.
            "packed" => state is State.Checked or State.Packed or State.Returned,
            "shipped" => state is State.Shipped or State.Returned,
            "scrapped" => state is State.Returned or State.Cancelled,
            "delivered" => state is State.Completed or State.Returned,
            // It never reached the patient.
            "returned" or "lost" => state is State.Returned,
            _ => false,
        };
}
