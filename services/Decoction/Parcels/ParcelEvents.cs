using TcmBrain.Contracts.Events;

namespace TcmBrain.Decoction.Parcels;

/// <summary>What is told of a parcel that has moved. No event says who received it, or where.</summary>
internal static class ParcelEvents
{
    public static ParcelEvent Of(ParcelRow parcel, ParcelReport report, DateTimeOffset at)
    {
        var by = report.By.Name;
        return report.Action switch
        {
            ParcelAction.HandOver => new ParcelShipped
            {
                AggregateId = parcel.PrescriptionId,
                Version = parcel.NextVersion(),
                OccurredAt = at,
                InstitutionCode = parcel.InstitutionCode,
                RegionCode = parcel.RegionCode,
                HisNumber = parcel.HisNumber,
                Revision = parcel.Revision,
                ParcelId = parcel.ParcelId,
                Sscc = parcel.Sscc,
                CentreCode = parcel.CentreCode,
                Courier = parcel.CourierName ?? by,
                BagSerials = parcel.BagSerials,
                DeliveryRegionCode = parcel.DeliveryRegionCode,
                PublicCode = parcel.PublicCode,
                FirmCode = parcel.Holder!,
                CourierId = parcel.CourierId,
                ExpectedBy = parcel.ExpectedBy,
            },
            ParcelAction.Arrive => new ParcelArrived
            {
                AggregateId = parcel.PrescriptionId,
                Version = parcel.NextVersion(),
                OccurredAt = at,
                InstitutionCode = parcel.InstitutionCode,
                RegionCode = parcel.RegionCode,
                HisNumber = parcel.HisNumber,
                Revision = parcel.Revision,
                ParcelId = parcel.ParcelId,
                Sscc = parcel.Sscc,
                CentreCode = parcel.CentreCode,
                Courier = by,
                BagSerials = parcel.BagSerials,
                DeliveryRegionCode = parcel.DeliveryRegionCode,
                PublicCode = parcel.PublicCode,
                CounterCode = parcel.Holder!,
                Until = parcel.PickUp!.Until,
            },
            ParcelAction.Deliver or ParcelAction.PickUp => new ParcelDelivered
            {
                AggregateId = parcel.PrescriptionId,
                Version = parcel.NextVersion(),
                OccurredAt = at,
                InstitutionCode = parcel.InstitutionCode,
                RegionCode = parcel.RegionCode,
                HisNumber = parcel.HisNumber,
                Revision = parcel.Revision,
                ParcelId = parcel.ParcelId,
                Sscc = parcel.Sscc,
                CentreCode = parcel.CentreCode,
                Courier = by,
                BagSerials = parcel.BagSerials,
                DeliveryRegionCode = parcel.DeliveryRegionCode,
                PublicCode = parcel.PublicCode,
                Receiver = report.Receipt?.Relation ?? "",
            },
            ParcelAction.Fail or ParcelAction.BringBack => new ParcelUndelivered
            {
                AggregateId = parcel.PrescriptionId,
                Version = parcel.NextVersion(),
                OccurredAt = at,
                InstitutionCode = parcel.InstitutionCode,
                RegionCode = parcel.RegionCode,
                HisNumber = parcel.HisNumber,
                Revision = parcel.Revision,
                ParcelId = parcel.ParcelId,
                Sscc = parcel.Sscc,
                CentreCode = parcel.CentreCode,
                Courier = by,
                BagSerials = parcel.BagSerials,
                DeliveryRegionCode = parcel.DeliveryRegionCode,
                PublicCode = parcel.PublicCode,
                Reason = report.Cause ?? "other",
                Attempt = parcel.Attempts,
                Back = report.Action == ParcelAction.BringBack,
            },
            _ => new ParcelReturned
            {
                AggregateId = parcel.PrescriptionId,
                Version = parcel.NextVersion(),
                OccurredAt = at,
                InstitutionCode = parcel.InstitutionCode,
                RegionCode = parcel.RegionCode,
                HisNumber = parcel.HisNumber,
                Revision = parcel.Revision,
                ParcelId = parcel.ParcelId,
                Sscc = parcel.Sscc,
                CentreCode = parcel.CentreCode,
                Courier = by,
                BagSerials = parcel.BagSerials,
                DeliveryRegionCode = parcel.DeliveryRegionCode,
                PublicCode = parcel.PublicCode,
                Cause = parcel.Outcome!,
            },
        };
    }
}
