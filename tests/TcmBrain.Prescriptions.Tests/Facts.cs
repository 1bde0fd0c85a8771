using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Lifecycle;

namespace TcmBrain.Prescriptions.Tests;

/// <summary>What pharmacy and decoction room would tell of a pushed prescription.</summary>
internal static class Facts
{
    /// <summary>The whole path after approval, each fact to be taken in when called.</summary>
    public static Func<Task>[] PathOf(PrescriptionsFixture fixture, PushReply reply)
    {
        var at = DateTimeOffset.UtcNow;
        return
        [
            () =>
                fixture.TellAsync<PrescriptionRouted, FollowFacts>(
                    Of(
                        reply,
                        new PrescriptionRouted
                        {
                            CentreCode = "c",
                            CentreName = "n",
                            ReasonZh = "近",
                            ReasonEn = "near",
                            AggregateId = default,
                            Version = 1,
                            OccurredAt = at,
                            InstitutionCode = "",
                            RegionCode = "",
                            HisNumber = "",
                            Revision = 1,
                        }
                    )
                ),
            () =>
                fixture.TellAsync<StockReserved, FollowFacts>(
                    Of(
                        reply,
                        new StockReserved
                        {
                            CentreCode = "c",
                            Allocations = [],
                            AggregateId = default,
                            Version = 2,
                            OccurredAt = at,
                            InstitutionCode = "",
                            RegionCode = "",
                            HisNumber = "",
                            Revision = 1,
                        }
                    )
                ),
            () =>
                fixture.TellAsync<DispensingStarted, FollowFacts>(
                    Of(
                        reply,
                        new DispensingStarted
                        {
                            CentreCode = "c",
                            Dispenser = "d",
                            AggregateId = default,
                            Version = 3,
                            OccurredAt = at,
                            InstitutionCode = "",
                            RegionCode = "",
                            HisNumber = "",
                            Revision = 1,
                        }
                    )
                ),
            () =>
                fixture.TellAsync<DecoctionStarted, FollowFacts>(
                    Of(
                        reply,
                        new DecoctionStarted
                        {
                            CentreCode = "c",
                            Vessel = "v",
                            Operator = "o",
                            AggregateId = default,
                            Version = 1,
                            OccurredAt = at,
                            InstitutionCode = "",
                            RegionCode = "",
                            HisNumber = "",
                            Revision = 1,
                        }
                    )
                ),
            () =>
                fixture.TellAsync<DecoctionCompleted, FollowFacts>(
                    Of(
                        reply,
                        new DecoctionCompleted
                        {
                            CentreCode = "c",
                            Vessel = "v",
                            Operator = "o",
                            BagSerials = ["1"],
                            MillilitresPerBag = 200,
                            AggregateId = default,
                            Version = 2,
                            OccurredAt = at,
                            InstitutionCode = "",
                            RegionCode = "",
                            HisNumber = "",
                            Revision = 1,
                        }
                    )
                ),
            () =>
                fixture.TellAsync<ParcelShipped, FollowFacts>(
                    Of(
                        reply,
                        new ParcelShipped
                        {
                            ParcelId = Guid.NewGuid(),
                            Sscc = "1",
                            CentreCode = "c",
                            Courier = "x",
                            BagSerials = [],
                            DeliveryRegionCode = "330102",
                            AggregateId = default,
                            Version = 3,
                            OccurredAt = at,
                            InstitutionCode = "",
                            RegionCode = "",
                            HisNumber = "",
                            Revision = 1,
                        }
                    )
                ),
            () =>
                fixture.TellAsync<ParcelDelivered, FollowFacts>(
                    Of(
                        reply,
                        new ParcelDelivered
                        {
                            ParcelId = Guid.NewGuid(),
                            Sscc = "1",
                            CentreCode = "c",
                            Courier = "x",
                            BagSerials = [],
                            DeliveryRegionCode = "330102",
                            AggregateId = default,
                            Version = 4,
                            OccurredAt = at,
                            InstitutionCode = "",
                            RegionCode = "",
                            HisNumber = "",
                            Revision = 1,
                        }
                    )
                ),
        ];
    }

    /// <summary>The fact, told of this prescription.</summary>
    public static T Of<T>(PushReply reply, T fact)
        where T : PrescriptionEvent => fact with { AggregateId = Guid.Parse(reply.PrescriptionId), OccurredAt = DateTimeOffset.UtcNow };
}
