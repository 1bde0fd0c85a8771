using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Traceability.Tests;

/// <summary>What the platform tells of one prescription and its lots, from goods-in to the patient.</summary>
internal sealed class Story
{
    public const string Hospital = "12330782471234567U";
    public const string OtherHospital = "12330782479876543A";
    public const string Centre = "91330782MA28ABCD5X";

    /// <summary>Where patients fetch their parcels.</summary>
    public const string Counter = "123301087399999993";
    public const string Region = "330782";

    private static readonly DateTimeOffset Morning = new(2026, 11, 20, 1, 0, 0, TimeSpan.Zero);

    public Guid Prescription { get; } = Guid.CreateVersion7();

    public Guid Danshen { get; } = Guid.CreateVersion7();

    public Guid Gancao { get; } = Guid.CreateVersion7();

    /// <summary>Eighteen digits with their check digit.</summary>
    public string Sscc { get; } =
        TcmBrain.Traceability.Identifiers.Gs1.WithCheckDigit("06901234" + Random.Shared.Next(100_000_000, 999_999_999));

    public string[] Bags { get; init; } =
    [.. Enumerable.Range(0, 14).Select(_ => Random.Shared.NextInt64(1_000_000_000_000, 9_999_999_999_999).ToString())];

    public LotAccepted Accepted(Guid lot, string piece, string number) =>
        new()
        {
            AggregateId = lot,
            Version = 1,
            OccurredAt = Morning.AddDays(-3),
            CentreCode = Centre,
            Piece = piece,
            LotNumber = number,
            Supplier = "浙江某饮片有限公司",
            Origin = "山东",
            Quantity = new Weight(25_000_000),
            ProducedOn = new DateOnly(2026, 9, 1),
            ExpiresOn = new DateOnly(2028, 8, 31),
            AcceptedBy = "王五",
        };

    public LotReleased Released(Guid lot, string piece, string number) =>
        new()
        {
            AggregateId = lot,
            Version = 1,
            OccurredAt = Morning.AddDays(-2),
            CentreCode = Centre,
            Piece = piece,
            LotNumber = number,
            ReleasedBy = "赵六",
        };

    public LotRejected Rejected(Guid lot, string piece, string number) =>
        new()
        {
            AggregateId = lot,
            Version = 1,
            OccurredAt = Morning.AddDays(-2),
            CentreCode = Centre,
            Piece = piece,
            LotNumber = number,
            RejectedBy = "赵六",
            Reason = "二氧化硫残留超标",
        };

    public RecallIssued Recalled(Guid lot, string piece, string number) =>
        new()
        {
            AggregateId = lot,
            Version = 2,
            OccurredAt = Morning.AddDays(1),
            CentreCode = Centre,
            Piece = piece,
            LotNumber = number,
            IssuedBy = "赵六",
            Reason = "重金属复检不合格",
        };

    public PrescriptionChecked Checked(bool decoct = true) =>
        new()
        {
            AggregateId = Prescription,
            Version = 4,
            OccurredAt = Morning,
            InstitutionCode = Hospital,
            RegionCode = Region,
            HisNumber = "RX-2026-0001",
            Revision = 1,
            CentreCode = Centre,
            Checker = "李四",
            Dispenser = "张三",
            Portions =
            [
                new WeighedPortion(1, "丹参", Danshen, "Y26-0502-01", new Weight(105_000), ""),
                new WeighedPortion(2, "甘草", Gancao, "甘/2026 0428", new Weight(42_000), ""),
                new WeighedPortion(3, "丹参", Danshen, "Y26-0502-01", new Weight(500), "后下"),
            ],
            Doses = 7,
            DosesPerDay = 1,
            PacksPerDose = 2,
            MillilitresPerPack = 200,
            External = false,
            Decoct = decoct,
            Urgent = false,
            DeliveryRegionCode = "330702",
            SyndromeName = "心血瘀阻证",
        };

    public StepCompleted Step(string step, int from, int minutes, int version) =>
        new()
        {
            AggregateId = Prescription,
            Version = version,
            OccurredAt = Morning.AddMinutes(from + minutes),
            InstitutionCode = Hospital,
            RegionCode = Region,
            HisNumber = "RX-2026-0001",
            Revision = 1,
            CentreCode = Centre,
            Step = step,
            StartedAt = Morning.AddMinutes(from),
            FinishedAt = Morning.AddMinutes(from + minutes),
            Vessel = "12号煎药机",
            Operator = "钱七",
        };

    public StepCompleted[] Steps() =>
        [Step("soaking", 10, 40, 2), Step("first-boil", 55, 35, 3), Step("second-boil", 95, 25, 4), Step("packing", 125, 10, 5)];

    public DecoctionCompleted Completed() =>
        new()
        {
            AggregateId = Prescription,
            Version = 6,
            OccurredAt = Morning.AddMinutes(136),
            InstitutionCode = Hospital,
            RegionCode = Region,
            HisNumber = "RX-2026-0001",
            Revision = 1,
            CentreCode = Centre,
            Vessel = "12号煎药机",
            Operator = "钱七",
            BagSerials = Bags,
            MillilitresPerBag = 200,
        };

    public ParcelShipped Shipped() =>
        new()
        {
            AggregateId = Prescription,
            Version = 7,
            OccurredAt = Morning.AddHours(3),
            InstitutionCode = Hospital,
            RegionCode = Region,
            HisNumber = "RX-2026-0001",
            Revision = 1,
            ParcelId = Prescription,
            Sscc = Sscc,
            CentreCode = Centre,
            Courier = "孙八",
            BagSerials = Bags,
            DeliveryRegionCode = "330702",
        };

    public ParcelDelivered Delivered() =>
        new()
        {
            AggregateId = Prescription,
            Version = 8,
            OccurredAt = Morning.AddHours(6),
            InstitutionCode = Hospital,
            RegionCode = Region,
            HisNumber = "RX-2026-0001",
            Revision = 1,
            ParcelId = Prescription,
            Sscc = Sscc,
            CentreCode = Centre,
            Courier = "孙八",
            BagSerials = Bags,
            DeliveryRegionCode = "330702",
        };

    public ParcelArrived AtCounter() =>
        new()
        {
            AggregateId = Prescription,
            Version = 8,
            OccurredAt = Morning.AddHours(4),
            InstitutionCode = Hospital,
            RegionCode = Region,
            HisNumber = "RX-2026-0001",
            Revision = 1,
            ParcelId = Prescription,
            Sscc = Sscc,
            CentreCode = Centre,
            Courier = "孙八",
            BagSerials = Bags,
            DeliveryRegionCode = "330702",
            CounterCode = Counter,
            Until = Morning.AddDays(3),
        };

    public ParcelUndelivered Undelivered(int attempt, bool back) =>
        new()
        {
            AggregateId = Prescription,
            Version = 8 + attempt,
            OccurredAt = Morning.AddHours(4 + attempt),
            InstitutionCode = Hospital,
            RegionCode = Region,
            HisNumber = "RX-2026-0001",
            Revision = 1,
            ParcelId = Prescription,
            Sscc = Sscc,
            CentreCode = Centre,
            Courier = "孙八",
            BagSerials = Bags,
            DeliveryRegionCode = "330702",
            Reason = "absent",
            Attempt = attempt,
            Back = back,
        };

    public ParcelReturned Returned(string cause) =>
        new()
        {
            AggregateId = Prescription,
            Version = 20,
            OccurredAt = Morning.AddHours(30),
            InstitutionCode = Hospital,
            RegionCode = Region,
            HisNumber = "RX-2026-0001",
            Revision = 1,
            ParcelId = Prescription,
            Sscc = Sscc,
            CentreCode = Centre,
            Courier = "孙八",
            BagSerials = Bags,
            DeliveryRegionCode = "330702",
            Cause = cause,
        };

    public Event[] Lots() =>
        [
            Accepted(Danshen, "丹参", "Y26-0502-01"),
            Released(Danshen, "丹参", "Y26-0502-01"),
            Accepted(Gancao, "甘草", "甘/2026 0428"),
            Released(Gancao, "甘草", "甘/2026 0428"),
        ];

    /// <summary>In the order in which it happens; ten EPCIS events.</summary>
    public Event[] All() => [.. Lots(), Checked(), .. Steps(), Completed(), Shipped(), Delivered()];
}
