using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Prescriptions.Lifecycle;

/// <summary>
/// When a state runs out (时限). Before dispensing the prescription's own validity bounds it (《处方管理办法》 art. 18), undecided
/// ones earlier still; what is ready waits for the patient. Configuration: <c>Lifecycle:DecisionHours</c> (24),
/// <c>Lifecycle:CollectionDays</c> (7), <c>Lifecycle:DeliveryDays</c> (14).
/// </summary>
internal sealed class Deadlines(IConfiguration configuration)
{
    private readonly TimeSpan decision = TimeSpan.FromHours(configuration.GetValue("Lifecycle:DecisionHours", 24));
    private readonly TimeSpan collection = TimeSpan.FromDays(configuration.GetValue("Lifecycle:CollectionDays", 7));
    private readonly TimeSpan delivery = TimeSpan.FromDays(configuration.GetValue("Lifecycle:DeliveryDays", 14));

    /// <summary>What is packed only after the patient's window, or shortly before its end, still gets this long.</summary>
    private static readonly TimeSpan LeastCollection = TimeSpan.FromDays(1);

    /// <summary>Null: nothing runs out.</summary>
    /// <param name="since">when the state began</param>
    public DateTimeOffset? Of(State state, DateTimeOffset validUntil, DateTimeOffset? collectUntil, DateTimeOffset since) =>
        state switch
        {
            State.Received or State.Audited or State.Intercepted => Earlier(validUntil, since + decision),
            State.Approved or State.Routed or State.Reserved => validUntil,
            State.Packed => Later(collectUntil ?? since + collection, since + LeastCollection),
            State.Shipped => Later(collectUntil ?? since + delivery, since + LeastCollection),
            _ => null,
        };

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
