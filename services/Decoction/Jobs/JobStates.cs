namespace TcmBrain.Decoction.Jobs;

/// <summary>Where a job is, as stored and as told over HTTP.</summary>
internal static class JobStates
{
    public const string Waiting = "waiting";
    public const string Soaking = "soaking";
    public const string Decocting = "decocting";
    public const string Packing = "packing";

    /// <summary>Nothing left to do but to hand it to the courier.</summary>
    public const string Packed = "packed";
    public const string Shipped = "shipped";
    public const string Delivered = "delivered";

    /// <summary>Ended: a named person decided that nobody may take it.</summary>
    public const string Scrapped = "scrapped";

    /// <summary>The parcel ended at the centre.</summary>
    public const string Returned = "returned";
    public const string Lost = "lost";

    public static readonly IReadOnlyList<string> All =
    [
        Waiting,
        Soaking,
        Decocting,
        Packing,
        Packed,
        Shipped,
        Delivered,
        Scrapped,
        Returned,
        Lost,
    ];
}
