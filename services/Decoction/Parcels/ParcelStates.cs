namespace TcmBrain.Decoction.Parcels;

/// <summary>Where a parcel is, as stored and as told over HTTP.</summary>
public static class ParcelStates
{
    /// <summary>Packed, at the centre.</summary>
    public const string Ready = "ready";

    /// <summary>With the courier.</summary>
    public const string Shipped = "shipped";

    /// <summary>At the counter where the patient fetches it.</summary>
    public const string Counter = "counter";

    /// <summary>Brought back to the centre, which decides: out again, or the end.</summary>
    public const string Back = "back";

    /// <summary>In the patient's hand.</summary>
    public const string Delivered = "delivered";

    /// <summary>Ended at the centre, to be destroyed.</summary>
    public const string Returned = "returned";
    public const string Lost = "lost";

    public static readonly IReadOnlyList<string> All = [Ready, Shipped, Counter, Back, Delivered, Returned, Lost];

    public static bool HasEnded(string state) => state is Delivered or Returned or Lost;
}
