using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Cockpit.Tests;

/// <summary>
/// A small region that lives through a day: hospitals whose prescriptions are received, audited, filled, decocted and delivered, in
/// events as the services tell them. The same seed gives the same day.
/// </summary>
internal sealed class Region(int seed)
{
    public static readonly (string Code, string County, string Zh, string En)[] Hospitals =
    [
        ("12330100470100001A", "330106", "西湖区中医院", "Xihu District TCM Hospital"),
        ("12330100470100002B", "330102", "上城区中医院", "Shangcheng District TCM Hospital"),
        ("12330782470100003C", "330782", "义乌市中医医院", "Yiwu TCM Hospital"),
        ("12310101470100004D", "310101", "黄浦区中医院", "Huangpu District TCM Hospital"),
    ];

    public const string Centre = "91330106470100009X";

    private static readonly string[] Herbs =
    [
        "黄芪",
        "党参",
        "白术",
        "茯苓",
        "甘草",
        "当归",
        "川芎",
        "白芍",
        "熟地黄",
        "陈皮",
        "半夏",
        "柴胡",
    ];
    private static readonly string[] Syndromes = ["气虚证", "血虚证", "肝郁脾虚证", "痰湿证", "阴虚火旺证"];
    private readonly Random _random = new(seed);
    private readonly DateTimeOffset _now = InOneDay(DateTimeOffset.UtcNow);
    private int _number;

    /// <summary>The register: four hospitals and a centre.</summary>
    public List<TakenEvent> Institutions() =>
        [
            .. Hospitals.Select(h => Entry(h.Code, h.Zh, h.En, "hospital", h.County)),
            Entry(Centre, "西湖共享中药房", "Xihu Shared Pharmacy", "pharmacy", "330106"),
        ];

    /// <summary>Now, or the nearest time from which the six hours before and the two and a half after lie in the region's same day.</summary>
    private static DateTimeOffset InOneDay(DateTimeOffset now)
    {
        var local = now.ToOffset(TimeSpan.FromHours(8));
        var midnight = local - local.TimeOfDay;
        var (first, last) = (midnight.AddHours(6), midnight.AddHours(21.5));
        return (
            local < first ? first
            : local > last ? last
            : local
        ).ToUniversalTime();
    }

    /// <summary>The whole way of one prescription, or as far as <paramref name="steps"/> goes.</summary>
    public List<TakenEvent> Prescription(int? hospital = null, int steps = int.MaxValue, string? hisNumber = null)
    {
        var (code, county, _, _) = Hospitals[hospital ?? _random.Next(Hospitals.Length)];
        var id = Guid.CreateVersion7();
        var number = hisNumber ?? $"CF{++_number:000000}";
        var doses = _random.Next(3, 15);
        var syndrome = Syndromes[_random.Next(Syndromes.Length)];
        var at = _now.AddMinutes(-_random.Next(5, 300));
        var lines = Herbs
            .OrderBy(_ => _random.Next())
            .Take(_random.Next(4, 10))
            .Select((piece, i) => new PrescriptionLine(i + 1, piece, new Weight(_random.Next(3, 30) * 1000), ""))
            .ToArray();
        var intercepted = _random.Next(10) == 0;
        string[] bags = [$"{number}-1", $"{number}-2"];
        var portions = lines.Select(l => new WeighedPortion(l.LineNumber, l.Piece, id, "L1", l.PerDose * doses, "")).ToArray();
        var events = new List<Event>
        {
            new PrescriptionReceived
            {
                AggregateId = id,
                Version = 1,
                OccurredAt = at,
                InstitutionCode = code,
                RegionCode = county,
                HisNumber = number,
                Revision = 1,
                DepartmentName = "中医内科",
                DiseaseCode = "A01",
                SyndromeCode = "B01",
                SyndromeName = syndrome,
                Doses = doses,
                LineCount = lines.Length,
                Urgent = _random.Next(20) == 0,
                FeeFen = doses * 2500,
            },
            new PrescriptionAudited
            {
                AggregateId = id,
                Version = 2,
                OccurredAt = at,
                InstitutionCode = code,
                RegionCode = county,
                HisNumber = number,
                Revision = 1,
                Outcome = intercepted ? "double_sign" : "pass",
                Release = "r1",
                Findings = intercepted ? [new AuditedFinding("R1", "double_sign", [1])] : [],
                FormulaName = _random.Next(3) == 0 ? "四君子汤" : null,
                FormulaSimilarityPermille = 900,
            },
            new PrescriptionApproved
            {
                AggregateId = id,
                Version = 3,
                OccurredAt = at.AddSeconds(1),
                InstitutionCode = code,
                RegionCode = county,
                HisNumber = number,
                Revision = 1,
                ApprovedBy = intercepted ? "药师" : "system",
                Lines = lines,
                Doses = doses,
                DosesPerDay = 1,
                PacksPerDose = 2,
                MillilitresPerPack = 150,
                External = false,
                Decoct = true,
                Urgent = false,
                DeliveryRegionCode = county,
                SyndromeName = syndrome,
            },
            new PrescriptionRouted
            {
                AggregateId = id,
                Version = 1,
                OccurredAt = at.AddSeconds(2),
                InstitutionCode = code,
                RegionCode = county,
                HisNumber = number,
                Revision = 1,
                CentreCode = Centre,
                CentreName = "西湖共享中药房",
                ReasonZh = "最近",
                ReasonEn = "nearest",
                // Delivered 140 minutes after it came: half are late.
                PromisedAt = at.AddMinutes(_random.Next(2) == 0 ? 120 : 160),
            },
            new StockReserved
            {
                AggregateId = id,
                Version = 2,
                OccurredAt = at.AddSeconds(2),
                InstitutionCode = code,
                RegionCode = county,
                HisNumber = number,
                Revision = 1,
                CentreCode = Centre,
                Allocations = [.. lines.Select(l => new LotAllocation(l.LineNumber, l.Piece, id, "L1", l.PerDose * doses))],
            },
            new DispensingStarted
            {
                AggregateId = id,
                Version = 3,
                OccurredAt = at.AddMinutes(1),
                InstitutionCode = code,
                RegionCode = county,
                HisNumber = number,
                Revision = 1,
                CentreCode = Centre,
                Dispenser = "d",
            },
            new PrescriptionDispensed
            {
                AggregateId = id,
                Version = 4,
                OccurredAt = at.AddMinutes(2),
                InstitutionCode = code,
                RegionCode = county,
                HisNumber = number,
                Revision = 1,
                CentreCode = Centre,
                Dispenser = "d",
                Portions = portions,
            },
            new PrescriptionChecked
            {
                AggregateId = id,
                Version = 5,
                OccurredAt = at.AddMinutes(3),
                InstitutionCode = code,
                RegionCode = county,
                HisNumber = number,
                Revision = 1,
                CentreCode = Centre,
                Checker = "c",
                Dispenser = "d",
                Portions = portions,
                Doses = doses,
                DosesPerDay = 1,
                PacksPerDose = 2,
                MillilitresPerPack = 150,
                External = false,
                Decoct = true,
                Urgent = false,
                DeliveryRegionCode = county,
                SyndromeName = syndrome,
            },
            new TraceCaptured
            {
                AggregateId = Guid.CreateVersion7(),
                Version = 1,
                OccurredAt = at.AddMinutes(3),
                EventHash = "ni:///sha-256;0",
                BizStep = "packing",
                LeafIndex = _number,
                PrescriptionId = id,
                RegionCode = county,
                InstitutionCode = code,
                CentreCode = Centre,
            },
            new DecoctionStarted
            {
                AggregateId = id,
                Version = 1,
                OccurredAt = at.AddMinutes(4),
                InstitutionCode = code,
                RegionCode = county,
                HisNumber = number,
                Revision = 1,
                CentreCode = Centre,
                Vessel = "V1",
                Operator = "o",
            },
            new StepCompleted
            {
                AggregateId = id,
                Version = 2,
                OccurredAt = at.AddMinutes(34),
                InstitutionCode = code,
                RegionCode = county,
                HisNumber = number,
                Revision = 1,
                CentreCode = Centre,
                Step = "soaking",
                StartedAt = at.AddMinutes(4),
                FinishedAt = at.AddMinutes(34),
                Vessel = "V1",
                Operator = "o",
            },
            new DecoctionCompleted
            {
                AggregateId = id,
                Version = 3,
                OccurredAt = at.AddMinutes(90),
                InstitutionCode = code,
                RegionCode = county,
                HisNumber = number,
                Revision = 1,
                CentreCode = Centre,
                Vessel = "V1",
                Operator = "o",
                BagSerials = bags,
                MillilitresPerBag = 150,
            },
            new ParcelShipped
            {
                AggregateId = id,
                Version = 4,
                OccurredAt = at.AddMinutes(100),
                InstitutionCode = code,
                RegionCode = county,
                HisNumber = number,
                Revision = 1,
                ParcelId = id,
                Sscc = "0",
                CentreCode = Centre,
                Courier = "k",
                BagSerials = bags,
                DeliveryRegionCode = county,
            },
            new ParcelDelivered
            {
                AggregateId = id,
                Version = 5,
                OccurredAt = at.AddMinutes(140),
                InstitutionCode = code,
                RegionCode = county,
                HisNumber = number,
                Revision = 1,
                ParcelId = id,
                Sscc = "0",
                CentreCode = Centre,
                Courier = "k",
                BagSerials = bags,
                DeliveryRegionCode = county,
            },
            new PrescriptionCompleted
            {
                AggregateId = id,
                Version = 4,
                OccurredAt = at.AddMinutes(140),
                InstitutionCode = code,
                RegionCode = county,
                HisNumber = number,
                Revision = 1,
            },
        };
        return [.. events.Take(steps).Select(Taken)];
    }

    /// <summary>The day of <paramref name="prescriptions"/> prescriptions, each stopped somewhere on its way.</summary>
    public List<TakenEvent> Day(int prescriptions) =>
        [.. Enumerable.Range(0, prescriptions).SelectMany(_ => Prescription(steps: _random.Next(1, 16)))];

    public List<T> Shuffle<T>(IEnumerable<T> items) => [.. items.OrderBy(_ => _random.Next())];

    /// <summary>An alarm of the centre, which tells no region.</summary>
    public static NonconformityOpened Nonconformity() =>
        new()
        {
            AggregateId = Guid.CreateVersion7(),
            Version = 1,
            OccurredAt = DateTimeOffset.UtcNow,
            CentreCode = Centre,
            TextZh = "水分超限",
            TextEn = "too much moisture",
        };

    public static TakenEvent Taken(Event e) => new(Guid.CreateVersion7(), e);

    private TakenEvent Entry(string code, string zh, string en, string kind, string region) =>
        Taken(
            new InstitutionRegistered
            {
                AggregateId = Guid.CreateVersion7(),
                Version = 1,
                OccurredAt = _now.AddHours(-6),
                Code = code,
                NameZh = zh,
                NameEn = en,
                Kind = kind,
                RegionCode = region,
            }
        );
}
