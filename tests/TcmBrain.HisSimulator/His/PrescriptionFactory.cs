using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Knowledge;
using Handling = TcmBrain.Knowledge.Handling;

namespace TcmBrain.HisSimulator.His;

/// <summary>A prescription of the simulated day, and what is wrong with it on purpose.</summary>
public sealed record SimulatedPrescription(DemoInstitution Hospital, string ClientId, Prescription Prescription, Flaw Flaw, string Formula);

/// <summary>What a prescription has wrong on purpose (故意的差错).</summary>
public enum Flaw
{
    None,

    /// <summary>甘草 with 甘遂: 十八反, double signature.</summary>
    EighteenIncompatible,

    /// <summary>丁香 with 郁金: 十九畏, double signature.</summary>
    NineteenMutualFear,

    /// <summary>Four times the pharmacopoeia's upper dose: double signature.</summary>
    OverDose,

    /// <summary>莪术 for a pregnant patient: double signature.</summary>
    Pregnancy,

    /// <summary>附子 without 先煎: double signature.</summary>
    MissingHandling,

    /// <summary>A name nobody knows: a person must resolve it.</summary>
    UnknownName,

    /// <summary>关木通: blocked.</summary>
    BannedPiece,

    /// <summary>生川乌 far above the two-day maximum: blocked.</summary>
    ToxicOverLimit,

    /// <summary>A weight of zero: refused at the door.</summary>
    ZeroWeight,

    /// <summary>An identity number whose check character is wrong: refused at the door.</summary>
    WrongIdentityNumber,
}

/// <summary>
/// Makes prescriptions from the catalogue's classic formulas for the demo hospitals. The same seed, day and index give the same
/// prescription, so a repeated push is a repetition and not a new one.
/// </summary>
public sealed class PrescriptionFactory(Catalogue catalogue, int seed, DateTimeOffset issuedAt)
{
    private const string Surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕";
    private const string Given = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰文辉建国红梅志远思雨子涵梓轩诗琪浩然";
    private static readonly string[] Departments =
    [
        "中医内科",
        "中医妇科",
        "中医儿科",
        "针灸推拿科",
        "脾胃病科",
        "肺病科",
        "治未病科",
        "老年病科",
    ];
    private static readonly Flaw[] Flaws = System.Enum.GetValues<Flaw>()[1..];

    private readonly Formula[] formulas = [.. catalogue.Formulas.Where(f => f.Banned.Length == 0)];
    private readonly Term[] diseases = [.. catalogue.Terms.Where(t => t.Kind == TermKind.Disease)];

    /// <param name="flawEvery">Every so many prescriptions has a flaw, each kind in turn; 0: none.</param>
    public SimulatedPrescription Make(int index, int flawEvery)
    {
        var random = new Random(HashCode(seed, index));
        var hospital = DemoRegion.Hospitals[index % DemoRegion.Hospitals.Count];
        var formula = formulas[index % formulas.Length];
        var flaw = flawEvery > 0 && index % flawEvery == flawEvery - 1 ? Flaws[index / flawEvery % Flaws.Length] : Flaw.None;
        var prescriber = DemoRegion.PractitionersOf(hospital.Code, "physician").First();
        var prescription = new Prescription
        {
            HisNumber = string.Create(CultureInfo.InvariantCulture, $"S{seed}-{RegionTime.DayOf(issuedAt):yyyyMMdd}-{index:000000}"),
            Revision = 1,
            Patient = PatientOf(random, hospital.RegionCode),
            Visit = random.Next(12) == 0 ? VisitKind.Inpatient : VisitKind.Outpatient,
            VisitNumber = string.Create(CultureInfo.InvariantCulture, $"MZ{random.Next(10_000_000):00000000}"),
            Department = Departments[random.Next(Departments.Length)],
            SyndromeCode = formula.SyndromeCode,
            SyndromeName = formula.SyndromeName,
            TreatmentPrinciple = formula.Category,
            Prescriber = new Prescriber
            {
                PractitionerCode = prescriber.Code,
                Name = prescriber.Name,
                MayPrescribeToxic = true,
                MayPrescribeNarcotic = true,
            },
            Doses = random.Next(3, 8),
            DosesPerDay = 1,
            PacksPerDose = 2,
            MillilitresPerPack = 200,
            Route = Route.Oral,
            Decoct = random.Next(5) != 0,
            Usage = "每日1剂,水煎400ml,分早晚两次空腹温服",
            TimesPerDay = 2,
            MillilitresPerTime = 200,
            FeeKind = FeeKind.EmployeeInsurance + (index % 2),
            Delivery = new Delivery { RegionCode = hospital.RegionCode, Address = $"{hospital.NameZh}附近{random.Next(1, 400)}号" },
            Urgent = random.Next(20) == 0,
            IssuedAt = Timestamp.FromDateTimeOffset(issuedAt.AddSeconds(index % 60)),
            ValidUntil = Timestamp.FromDateTimeOffset(issuedAt.AddDays(2)),
        };
        if (diseases.Length > 0)
        {
            var disease = diseases[random.Next(diseases.Length)];
            (prescription.DiseaseCode, prescription.DiseaseName) = (disease.Code, disease.Name);
        }

        foreach (var line in formula.AsPrescription(catalogue, catalogue.Customs))
        {
            var piece = Prescribed(line.Piece);
            prescription.Doses = Math.Min(prescription.Doses, MostDays(piece));
            prescription.Lines.Add(
                new Line
                {
                    Name = piece.Name,
                    MilligramsPerDose = Math.Min(line.Milligrams, piece.MaxMilligrams ?? line.Milligrams),
                    Handling = line.Handling == Handling.None ? "" : HandlingText.Format(line.Handling),
                }
            );
        }

        prescription.FeeFen = prescription.Lines.Sum(l => l.MilligramsPerDose) * prescription.Doses / 100;
        Spoil(prescription, flaw);
        var clientId = $"his-{index % DemoRegion.Hospitals.Count + 1}";
        return new SimulatedPrescription(hospital, clientId, prescription, flaw, formula.Name);
    }

    /// <summary>A piece whose bare name may mean the controlled raw one is prescribed processed, as it is in practice.</summary>
    private Herb Prescribed(Herb piece) =>
        piece is { RawEquivalent: not null, DispenseAs: [var processed, ..] } ? catalogue[processed] : piece;

    /// <summary>《医疗用毒性药品管理办法》: two days; 罂粟壳: three.</summary>
    private static int MostDays(Herb piece) =>
        piece.Regulation switch
        {
            Regulation.ControlledToxic => 2,
            Regulation.Narcotic => 3,
            _ => int.MaxValue,
        };

    public static void Spoil(Prescription p, Flaw flaw)
    {
        switch (flaw)
        {
            case Flaw.EighteenIncompatible:
                Add(p, "甘草", 6_000);
                Add(p, "醋甘遂", 500);
                break;
            case Flaw.NineteenMutualFear:
                Add(p, "丁香", 2_000);
                Add(p, "郁金", 6_000);
                break;
            case Flaw.OverDose:
                Add(p, "黄芪", 120_000);
                break;
            case Flaw.Pregnancy:
                MakePregnant(p);
                Add(p, "莪术", 6_000);
                break;
            case Flaw.MissingHandling:
                p.Lines.Add(new Line { Name = "黑顺片", MilligramsPerDose = 6_000 });
                break;
            case Flaw.UnknownName:
                Add(p, "月光草根", 9_000);
                break;
            case Flaw.BannedPiece:
                Add(p, "关木通", 3_000);
                break;
            case Flaw.ToxicOverLimit:
                Add(p, "生川乌", 30_000);
                break;
            case Flaw.ZeroWeight:
                p.Lines[0].MilligramsPerDose = 0;
                break;
            case Flaw.WrongIdentityNumber:
                var number = p.Patient.IdentityNumber;
                p.Patient.IdentityNumber = number[..17] + (number[17] == '0' ? '1' : '0');
                break;
        }
    }

    private static void Add(Prescription p, string name, long milligrams)
    {
        if (p.Lines.FirstOrDefault(l => l.Name == name) is { } line)
        {
            line.MilligramsPerDose = Math.Max(line.MilligramsPerDose, milligrams);
        }
        else
        {
            p.Lines.Add(new Line { Name = name, MilligramsPerDose = milligrams });
        }
    }

    private static void MakePregnant(Prescription p)
    {
        var born = new DateOnly(1994, 3, 8);
        p.Patient.IdentityNumber = IdentityNumber(p.Patient.IdentityNumber[..6], born, 262);
        (p.Patient.Sex, p.Patient.BirthDate, p.Patient.Pregnant) = (Sex.Female, "1994-03-08", TriState.Yes);
        (p.Patient.WeightGrams, p.Patient.Lactating) = (0, TriState.No);
    }

    /// <summary>Adults up to 64, so that a clean formula stays clean.</summary>
    private Patient PatientOf(Random random, string region)
    {
        var today = RegionTime.DayOf(issuedAt);
        var born = today.AddDays(-random.Next(18 * 366, 64 * 365));
        var sequence = random.Next(1, 999);
        var male = sequence % 2 == 1;
        return new Patient
        {
            IdentityNumber = IdentityNumber(region, born, sequence),
            Name = $"{Surnames[random.Next(Surnames.Length)]}{Given[random.Next(Given.Length)]}{Given[random.Next(Given.Length)]}",
            Sex = male ? Sex.Male : Sex.Female,
            BirthDate = born.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Pregnant = TriState.No,
            Lactating = TriState.No,
            Phone = string.Create(CultureInfo.InvariantCulture, $"139{random.Next(100_000_000):00000000}"),
        };
    }

    /// <summary>Region, birth date, sequence (odd for men) and check character: GB 11643.</summary>
    public static string IdentityNumber(string region, DateOnly born, int sequence)
    {
        var first17 = string.Create(CultureInfo.InvariantCulture, $"{region}{born:yyyyMMdd}{sequence:000}");
        return first17 + ResidentIdentity.CheckCharacter(first17);
    }

    /// <summary>The same on every machine and in every run, which <see cref="System.HashCode"/> is not.</summary>
    private static int HashCode(int a, int b) => unchecked((int)((uint)a * 2_654_435_761u ^ (uint)b * 2_246_822_519u));
}
