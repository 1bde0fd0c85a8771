using TcmBrain.Contracts.Events;

namespace TcmBrain.Pharmacy.Reservation;

/// <summary>What the approval says that this service needs for nothing but to tell the decoction room.</summary>
internal sealed record PassedOn(PickUp? PickUp, Taking? Taking)
{
    public static PassedOn Of(PrescriptionApproved e) => new(e.PickUp, e.Taking);
}
