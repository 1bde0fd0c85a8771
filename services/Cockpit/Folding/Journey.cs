using TcmBrain.Contracts.Events;

namespace TcmBrain.Cockpit.Folding;

/// <summary>
/// What is known of one prescription's way (流转): when it first reached each point, where it was sent, what was promised. Facts are joined in any order
/// and the outcome is the same, for each part is an earliest, a latest version or a furthest stage. Times are Unix milliseconds; 0: not known.
/// </summary>
public sealed class Journey
{
    public required string Region { get; set; }
    public required string Institution { get; set; }
    public int Revision { get; set; }

    /// <summary>See <see cref="Stages.Progress"/>.</summary>
    public long Progress { get; set; }
    public long Received { get; set; }
    public long Approved { get; set; }
    public long Reserved { get; set; }
    public long Checked { get; set; }
    public long Started { get; set; }
    public long Decocted { get; set; }
    public long Shipped { get; set; }
    public long Delivered { get; set; }

    /// <summary>Version of the routing that stands: the last choice of a centre.</summary>
    public int RoutedVersion { get; set; }
    public long Routed { get; set; }
    public string? Centre { get; set; }

    /// <summary>Until when the patient is to have it.</summary>
    public long Promised { get; set; }

    /// <summary>County that it is brought to.</summary>
    public string? District { get; set; }

    /// <summary>急煎.</summary>
    public bool Urgent { get; set; }

    /// <summary>What one fact tells; null when it is not about a prescription's way.</summary>
    public static Journey? Of(Fact fact)
    {
        if (fact is not { Region: not null, Institution: not null } || Stages.Progress(fact) is not { } progress)
        {
            return null;
        }

        var at = fact.OccurredAt.ToUnixTimeMilliseconds();
        var journey = new Journey
        {
            Region = fact.Region,
            Institution = fact.Institution,
            Revision = fact.Revision,
            Progress = progress,
        };
        switch (fact.Type)
        {
            case nameof(PrescriptionReceived):
                journey.Received = at;
                journey.Urgent = fact.Flag;
                break;
            case nameof(PrescriptionApproved):
                journey.Approved = at;
                journey.District = fact.District;
                break;
            case nameof(PrescriptionRouted):
                journey.Routed = at;
                journey.RoutedVersion = fact.Version;
                journey.Centre = fact.Centre;
                journey.Promised = fact.Due?.ToUnixTimeMilliseconds() ?? 0;
                break;
            case nameof(StockReserved):
                journey.Reserved = at;
                break;
            case nameof(PrescriptionChecked):
                journey.Checked = at;
                break;
            case nameof(DecoctionStarted):
                journey.Started = at;
                break;
            case nameof(DecoctionCompleted):
                journey.Decocted = at;
                break;
            case nameof(ParcelShipped):
                journey.Shipped = at;
                break;
            case nameof(ParcelDelivered):
                journey.Delivered = at;
                break;
        }

        return journey;
    }

    /// <summary>A higher revision begins anew; what is known of a lower one says nothing about it.</summary>
    public void Join(Journey other)
    {
        Progress = Math.Max(Progress, other.Progress);
        if (other.Revision < Revision)
        {
            return;
        }

        var anew = other.Revision > Revision;
        if (anew)
        {
            (Revision, Region, Institution) = (other.Revision, other.Region, other.Institution);
            RoutedVersion = -1;
        }
        else if (
            (other.Region != Region || other.Institution != Institution)
            && string.CompareOrdinal(other.Region + other.Institution, Region + Institution) < 0
        )
        {
            // An institution that has moved: services may tell of one prescription with the old county and the new. One of them, whichever is told first.
            (Region, Institution) = (other.Region, other.Institution);
        }

        Received = anew ? other.Received : Earliest(Received, other.Received);
        Approved = anew ? other.Approved : Earliest(Approved, other.Approved);
        Reserved = anew ? other.Reserved : Earliest(Reserved, other.Reserved);
        Checked = anew ? other.Checked : Earliest(Checked, other.Checked);
        Started = anew ? other.Started : Earliest(Started, other.Started);
        Decocted = anew ? other.Decocted : Earliest(Decocted, other.Decocted);
        Shipped = anew ? other.Shipped : Earliest(Shipped, other.Shipped);
        Delivered = anew ? other.Delivered : Earliest(Delivered, other.Delivered);
        Urgent = other.Urgent || (!anew && Urgent);
        District = anew || string.CompareOrdinal(other.District, District) > 0 ? other.District : District;
        if (other.RoutedVersion > RoutedVersion)
        {
            (RoutedVersion, Routed, Centre, Promised) = (other.RoutedVersion, other.Routed, other.Centre, other.Promised);
        }
    }

    /// <summary>All of it, to be compared.</summary>
    public override string ToString() =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{Region} {Institution} r{Revision} {Progress}: {Received} {Approved} {Reserved} {Checked} {Started} {Decocted} {Shipped} {Delivered}, {Centre} v{RoutedVersion} {Routed} by {Promised} to {District}{(Urgent ? " urgent" : "")}"
        );

    private static long Earliest(long a, long b) =>
        a == 0 ? b
        : b == 0 ? a
        : Math.Min(a, b);
}
