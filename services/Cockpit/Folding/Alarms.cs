using TcmBrain.Contracts.Events;

namespace TcmBrain.Cockpit.Folding;

/// <summary>
/// Which events are a quality alarm (质量预警), and how grave: 3 something unfit may be, or have been, in use; 2 a rule was not kept; 1 to be known.
/// </summary>
public static class Alarms
{
    public const short Grave = 3;
    public const short Serious = 2;
    public const short Notice = 1;

    private static readonly Dictionary<string, short> Severities = new()
    {
        [nameof(RecallIssued)] = Grave,
        [nameof(RecallOrdered)] = Grave,
        [nameof(LotRejected)] = Grave,
        [nameof(DecoctionScrapped)] = Serious,
        [nameof(DeviationDetected)] = Serious,
        [nameof(ColdChainBroken)] = Serious,
        [nameof(NonconformityOpened)] = Serious,
        [nameof(NonconformityEscalated)] = Serious,
        [nameof(ControlSignalRaised)] = Notice,
        [nameof(SupervisionAlertRaised)] = Serious,
        [nameof(ReservationBroken)] = Notice,
        [nameof(ParcelReturned)] = Notice,
    };

    /// <summary>Every type that can be one.</summary>
    public static IEnumerable<string> Types => Severities.Keys;

    /// <summary>0: no alarm.</summary>
    public static short Of(string type) => Severities.GetValueOrDefault(type);
}
