using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Prescriptions.Lifecycle;

/// <summary>
/// What may follow what (处方生命周期). The normal path only goes forward, by any number of steps: facts from other services come in any
/// order, and one that arrives late is kept in the history but takes nothing back. The exits are final.
/// </summary>
internal static class LifecycleTable
{
    /// <summary>True when a fact that leads to <paramref name="next"/> changes a prescription that stands at <paramref name="current"/>.</summary>
    public static bool Advances(State current, State next) =>
        !IsEnded(current)
        && (
            next switch
            {
                State.Cancelled or State.Superseded => MayStillBeCancelled(current),
                State.Rejected => current is State.Received or State.Audited or State.Intercepted,
                State.Expired => current is State.Received or State.Audited or State.Intercepted or State.Approved,
                State.Returned => current is State.Shipped or State.Delivered,
                _ => next > current,
            }
        );

    public static bool IsEnded(State state) =>
        state is State.Completed or State.Rejected or State.Cancelled or State.Returned or State.Expired or State.Superseded;

    /// <summary>Until someone has begun to weigh, nothing is lost by stopping.</summary>
    public static bool MayStillBeCancelled(State state) => state < State.Dispensing && !IsEnded(state);

    /// <summary>Before approval no pharmacy has heard of it, so this service decides alone.</summary>
    public static bool IsOursAlone(State state) => state is State.Received or State.Audited or State.Intercepted;
}
