using TcmBrain.Contracts.Events;
using TcmBrain.Prescriptions.Lifecycle;

namespace TcmBrain.Prescriptions.Tests.Scenarios;

/// <summary>What pharmacy, decoction room and courier tell of a prescription.</summary>
internal static class FactDeeds
{
    public static Task TellAsync(PrescriptionsFixture fixture, Guid id, LifecycleAction action) =>
        action switch
        {
            LifecycleAction.Route => Say(
                fixture,
                id,
                new PrescriptionRouted
                {
                    CentreCode = "c",
                    CentreName = "中心药房",
                    ReasonZh = "近",
                    ReasonEn = "near",
                    AggregateId = id,
                    Version = 1,
                    OccurredAt = Now,
                    InstitutionCode = "",
                    RegionCode = "",
                    HisNumber = "",
                    Revision = 1,
                }
            ),
            LifecycleAction.Reserve => Say(
                fixture,
                id,
                new StockReserved
                {
                    CentreCode = "c",
                    Allocations = [],
                    AggregateId = id,
                    Version = 2,
                    OccurredAt = Now,
                    InstitutionCode = "",
                    RegionCode = "",
                    HisNumber = "",
                    Revision = 1,
                }
            ),
            LifecycleAction.RunShort => Say(
                fixture,
                id,
                new StockShort
                {
                    MissingPieces = ["黄芪"],
                    AggregateId = id,
                    Version = 1,
                    OccurredAt = Now,
                    InstitutionCode = "",
                    RegionCode = "",
                    HisNumber = "",
                    Revision = 1,
                }
            ),
            LifecycleAction.WithdrawForCancel => Withdraw(fixture, id, WithdrawalCause.Cancel),
            LifecycleAction.WithdrawForAmend => Withdraw(fixture, id, WithdrawalCause.Amend),
            LifecycleAction.WithdrawForExpiry => Withdraw(fixture, id, WithdrawalCause.Expiry),
            LifecycleAction.StartDispensing => Say(
                fixture,
                id,
                new DispensingStarted
                {
                    CentreCode = "c",
                    Dispenser = "调剂员",
                    AggregateId = id,
                    Version = 3,
                    OccurredAt = Now,
                    InstitutionCode = "",
                    RegionCode = "",
                    HisNumber = "",
                    Revision = 1,
                }
            ),
            LifecycleAction.BreakReservation => Say(
                fixture,
                id,
                new ReservationBroken
                {
                    CentreCode = "c",
                    WeighingBegun = true,
                    Cause = "frozen",
                    Broken = [],
                    AggregateId = id,
                    Version = 4,
                    OccurredAt = Now,
                    InstitutionCode = "",
                    RegionCode = "",
                    HisNumber = "",
                    Revision = 1,
                }
            ),
            LifecycleAction.FinishDispensing => Say(
                fixture,
                id,
                new PrescriptionDispensed
                {
                    CentreCode = "c",
                    Dispenser = "调剂员",
                    Portions = [],
                    AggregateId = id,
                    Version = 4,
                    OccurredAt = Now,
                    InstitutionCode = "",
                    RegionCode = "",
                    HisNumber = "",
                    Revision = 1,
                }
            ),
            LifecycleAction.Check => Say(
                fixture,
                id,
                new PrescriptionChecked
                {
                    CentreCode = "c",
                    Checker = "复核员",
                    Dispenser = "调剂员",
                    Portions = [],
                    Doses = 1,
                    DosesPerDay = 1,
                    PacksPerDose = 2,
                    MillilitresPerPack = 200,
                    External = false,
                    Decoct = true,
                    Urgent = false,
                    DeliveryRegionCode = "330102",
                    SyndromeName = "证",
                    AggregateId = id,
                    Version = 5,
                    OccurredAt = Now,
                    InstitutionCode = "",
                    RegionCode = "",
                    HisNumber = "",
                    Revision = 1,
                }
            ),
            LifecycleAction.StartDecoction => Say(
                fixture,
                id,
                new DecoctionStarted
                {
                    CentreCode = "c",
                    Vessel = "v",
                    Operator = "煎药员",
                    AggregateId = id,
                    Version = 1,
                    OccurredAt = Now,
                    InstitutionCode = "",
                    RegionCode = "",
                    HisNumber = "",
                    Revision = 1,
                }
            ),
            LifecycleAction.CompleteStep => Step(fixture, id, "first-boil"),
            LifecycleAction.CompletePacking => Step(fixture, id, "packing"),
            LifecycleAction.CompleteDecoction => Say(
                fixture,
                id,
                new DecoctionCompleted
                {
                    CentreCode = "c",
                    Vessel = "v",
                    Operator = "煎药员",
                    BagSerials = ["1"],
                    MillilitresPerBag = 200,
                    AggregateId = id,
                    Version = 4,
                    OccurredAt = Now,
                    InstitutionCode = "",
                    RegionCode = "",
                    HisNumber = "",
                    Revision = 1,
                }
            ),
            LifecycleAction.Ship => Say(
                fixture,
                id,
                new ParcelShipped
                {
                    ParcelId = Guid.NewGuid(),
                    Sscc = "1",
                    CentreCode = "c",
                    Courier = "配送员",
                    BagSerials = [],
                    DeliveryRegionCode = "330102",
                    AggregateId = id,
                    Version = 5,
                    OccurredAt = Now,
                    InstitutionCode = "",
                    RegionCode = "",
                    HisNumber = "",
                    Revision = 1,
                }
            ),
            LifecycleAction.Scrap => Say(
                fixture,
                id,
                new DecoctionScrapped
                {
                    CentreCode = "c",
                    Step = "first-boil",
                    Reason = "烧焦",
                    DecidedBy = "中心药师",
                    AggregateId = id,
                    Version = 5,
                    OccurredAt = Now,
                    InstitutionCode = "",
                    RegionCode = "",
                    HisNumber = "",
                    Revision = 1,
                }
            ),
            LifecycleAction.Deliver => Say(
                fixture,
                id,
                new ParcelDelivered
                {
                    ParcelId = Guid.NewGuid(),
                    Sscc = "1",
                    CentreCode = "c",
                    Courier = "配送员",
                    BagSerials = [],
                    DeliveryRegionCode = "330102",
                    AggregateId = id,
                    Version = 6,
                    OccurredAt = Now,
                    InstitutionCode = "",
                    RegionCode = "",
                    HisNumber = "",
                    Revision = 1,
                }
            ),
            LifecycleAction.Arrive => Say(
                fixture,
                id,
                new ParcelArrived
                {
                    ParcelId = Guid.NewGuid(),
                    Sscc = "1",
                    CentreCode = "c",
                    Courier = "配送员",
                    BagSerials = [],
                    DeliveryRegionCode = "330102",
                    CounterCode = "h",
                    Until = Now.AddDays(1),
                    AggregateId = id,
                    Version = 6,
                    OccurredAt = Now,
                    InstitutionCode = "",
                    RegionCode = "",
                    HisNumber = "",
                    Revision = 1,
                }
            ),
            LifecycleAction.Miss => Say(
                fixture,
                id,
                new ParcelUndelivered
                {
                    ParcelId = Guid.NewGuid(),
                    Sscc = "1",
                    CentreCode = "c",
                    Courier = "配送员",
                    BagSerials = [],
                    DeliveryRegionCode = "330102",
                    Reason = "absent",
                    Attempt = 1,
                    Back = false,
                    AggregateId = id,
                    Version = 6,
                    OccurredAt = Now,
                    InstitutionCode = "",
                    RegionCode = "",
                    HisNumber = "",
                    Revision = 1,
                }
            ),
            LifecycleAction.GiveUp => Say(
                fixture,
                id,
                new ParcelReturned
                {
                    ParcelId = Guid.NewGuid(),
                    Sscc = "1",
                    CentreCode = "c",
                    Courier = "配送员",
                    BagSerials = [],
                    DeliveryRegionCode = "330102",
                    Cause = "lost",
                    AggregateId = id,
                    Version = 7,
                    OccurredAt = Now,
                    InstitutionCode = "",
                    RegionCode = "",
                    HisNumber = "",
                    Revision = 1,
                }
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(action), action, "not a fact"),
        };

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    private static Task Withdraw(PrescriptionsFixture fixture, Guid id, string cause) =>
        Say(
            fixture,
            id,
            new PrescriptionWithdrawn
            {
                Reason = "药房已撤回",
                RequestedBy = "HIS",
                Cause = cause,
                AggregateId = id,
                Version = 7,
                OccurredAt = Now,
                InstitutionCode = "",
                RegionCode = "",
                HisNumber = "",
                Revision = 1,
            }
        );

    private static Task Step(PrescriptionsFixture fixture, Guid id, string step) =>
        Say(
            fixture,
            id,
            new StepCompleted
            {
                CentreCode = "c",
                Vessel = "v",
                Operator = "煎药员",
                Step = step,
                StartedAt = Now.AddMinutes(-20),
                FinishedAt = Now,
                AggregateId = id,
                Version = 2,
                OccurredAt = Now,
                InstitutionCode = "",
                RegionCode = "",
                HisNumber = "",
                Revision = 1,
            }
        );

    private static Task Say<T>(PrescriptionsFixture fixture, Guid id, T fact)
        where T : PrescriptionEvent
    {
        fact.AggregateId.ShouldBe(id);
        return fixture.TellAsync(fact);
    }
}
