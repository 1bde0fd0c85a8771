using TcmBrain.Contracts.Events;

namespace TcmBrain.Cockpit.Folding;

/// <summary>
/// Where a prescription stands, by the furthest event known of its highest revision. The number is a rank: a later stage outranks an
/// earlier one, and an exit outranks every stage it can be taken from, so events may come in any order.
/// </summary>
public enum Stage : short
{
    Received = 10,
    Audited = 20,

    /// <summary>拦截: waits for a pharmacist.</summary>
    Intercepted = 30,
    Approved = 40,

    /// <summary>缺货: waits for stock.</summary>
    Short = 45,
    Routed = 50,
    Reserved = 60,
    Dispensing = 70,
    Dispensed = 80,
    Checked = 90,
    Soaking = 100,
    Decocting = 110,
    Packed = 120,
    Shipped = 130,
    Delivered = 140,
    Completed = 150,
    Rejected = 200,
    Withdrawn = 210,
    Cancelled = 220,

    /// <summary>被新版次替代.</summary>
    Superseded = 224,

    /// <summary>失效.</summary>
    Expired = 228,

    /// <summary>退药: also after it was completed.</summary>
    Returned = 230,
}

public static class Stages
{
    /// <summary>Factor of the revision in <see cref="Progress"/>; every rank is below it.</summary>
    public const int RevisionFactor = 1000;

    /// <summary>The stage that a fact proves; null when it says nothing about a prescription's way.</summary>
    public static Stage? Of(Fact fact) =>
        fact.Type switch
        {
            nameof(PrescriptionReceived) => Stage.Received,
            nameof(PrescriptionAudited) => fact.Detail is "double_sign" or "resolve" or "block" ? Stage.Intercepted : Stage.Audited,
            nameof(PrescriptionApproved) => Stage.Approved,
            nameof(StockShort) => Stage.Short,
            nameof(PrescriptionRouted) => Stage.Routed,
            nameof(StockReserved) => Stage.Reserved,
            nameof(DispensingStarted) => Stage.Dispensing,
            nameof(PrescriptionDispensed) => Stage.Dispensed,
            nameof(PrescriptionChecked) => Stage.Checked,
            nameof(DecoctionStarted) => Stage.Soaking,
            nameof(StepCompleted) => fact.Detail == "packing" ? Stage.Packed : Stage.Decocting,
            nameof(DecoctionCompleted) => Stage.Packed,
            nameof(ParcelShipped) => Stage.Shipped,
            nameof(ParcelDelivered) => Stage.Delivered,
            nameof(PrescriptionCompleted) => Stage.Completed,
            nameof(PrescriptionRejected) => Stage.Rejected,
            nameof(PrescriptionWithdrawn) => Stage.Withdrawn,
            nameof(PrescriptionCancelled) => Stage.Cancelled,
            nameof(PrescriptionSuperseded) => Stage.Superseded,
            nameof(PrescriptionExpired) => Stage.Expired,
            nameof(PrescriptionReturned) => Stage.Returned,
            _ => null,
        };

    /// <summary>What only ever rises: the revision first, then the rank.</summary>
    public static long? Progress(Fact fact) => Of(fact) is { } stage ? (long)fact.Revision * RevisionFactor + (long)stage : null;

    public static Stage At(long progress) => (Stage)(progress % RevisionFactor);

    /// <summary>kebab-case name on the wire.</summary>
    public static string Name(Stage stage) => stage.ToString().ToLowerInvariant();
}
