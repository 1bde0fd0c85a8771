using TcmBrain.Contracts.Events;

namespace TcmBrain.Cockpit.Folding;

/// <summary>A turn-round (周转): from one point of a journey to another. It counts when the end is reached, at the end's hour.</summary>
/// <param name="Anchor">Type of the event that ends it.</param>
public sealed record Measure(string Name, string Anchor, Func<Journey, long> From, Func<Journey, long> To);

/// <summary>What is counted of journeys (口径): turn-rounds, promises, urgent decoctions and flows.</summary>
public static class JourneyReading
{
    /// <summary>急煎: 国中医药发〔2009〕3号, from the check of the dispensing to the last bag.</summary>
    public static readonly TimeSpan UrgentWithin = TimeSpan.FromHours(2);

    /// <summary>Delivered prescriptions for which a time was promised …</summary>
    public const string PromiseDue = "promise-due";

    /// <summary>… and those delivered by then.</summary>
    public const string PromiseKept = "promise-kept";

    /// <summary>Urgent prescriptions decocted …</summary>
    public const string UrgentDone = "urgent-decocted";

    /// <summary>… and those within <see cref="UrgentWithin"/>.</summary>
    public const string UrgentInTime = "urgent-in-time";

    public static readonly IReadOnlyList<Measure> Measures =
    [
        new("received-approved", nameof(PrescriptionApproved), j => j.Received, j => j.Approved),
        new("approved-reserved", nameof(StockReserved), j => j.Approved, j => j.Reserved),
        new("reserved-checked", nameof(PrescriptionChecked), j => j.Reserved, j => j.Checked),
        new("checked-decocted", nameof(DecoctionCompleted), j => j.Checked, j => j.Decocted),
        new("decoction", nameof(DecoctionCompleted), j => j.Started, j => j.Decocted),
        new("shipped-delivered", nameof(ParcelDelivered), j => j.Shipped, j => j.Delivered),
        new("total", nameof(ParcelDelivered), j => j.Received, j => j.Delivered),
    ];

    /// <summary>Metrics counted here, with the type of the event at whose time they count.</summary>
    public static readonly IReadOnlyDictionary<string, string> Anchors = new Dictionary<string, string>
    {
        [PromiseDue] = nameof(ParcelDelivered),
        [PromiseKept] = nameof(ParcelDelivered),
        [UrgentDone] = nameof(DecoctionCompleted),
        [UrgentInTime] = nameof(DecoctionCompleted),
    };

    public static void Read<TSink>(Journey journey, TSink sink)
        where TSink : IJourneySink
    {
        foreach (var measure in Measures)
        {
            if (Duration(journey, measure) is { } duration)
            {
                sink.Time(measure.Name, measure.To(journey), duration);
            }
        }

        if (journey is { Delivered: > 0, Promised: > 0 })
        {
            sink.Count(PromiseDue, journey.Delivered);
            if (journey.Delivered <= journey.Promised)
            {
                sink.Count(PromiseKept, journey.Delivered);
            }
        }

        if (journey is { Urgent: true, Checked: > 0, Decocted: > 0 })
        {
            sink.Count(UrgentDone, journey.Decocted);
            if (journey.Decocted - journey.Checked <= UrgentWithin.TotalMilliseconds)
            {
                sink.Count(UrgentInTime, journey.Decocted);
            }
        }

        if (journey is { Routed: > 0, Centre: { } centre, District: { } district })
        {
            sink.Flow(centre, district, journey.Routed);
        }
    }

    /// <summary>Milliseconds; null when an end is not known, or a device's clock has it end before it begins.</summary>
    public static long? Duration(Journey journey, Measure measure)
    {
        var (from, to) = (measure.From(journey), measure.To(journey));
        return from > 0 && to >= from ? to - from : null;
    }
}

/// <summary>Takes what a journey contributes; times are Unix milliseconds.</summary>
public interface IJourneySink
{
    void Time(string measure, long at, long milliseconds);

    void Count(string metric, long at);

    void Flow(string centre, string district, long at);
}
