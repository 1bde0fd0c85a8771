using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;

namespace TcmBrain.Prescriptions.Tests.Scenarios;

/// <summary>What can be different about a prescription, in words.</summary>
internal static class Writing
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly DateTimeOffset Issue = Now.AddMinutes(-1);

    /// <summary>Several ways are joined with "and".</summary>
    public static void Change(Prescription p, string with)
    {
        foreach (var way in with.Split(" and ", StringSplitOptions.RemoveEmptyEntries))
        {
            (Ways.TryGetValue(way, out var change) ? change : throw new FormatException($"nothing is written so: {way}"))(p);
        }
    }

    public static IReadOnlyDictionary<string, Action<Prescription>> Ways { get; } =
        new Dictionary<string, Action<Prescription>>
        {
            // What the audit finds.
            ["an over-dose"] = p => PrescriptionFactory.Spoil(p, Flaw.OverDose),
            ["sound doses"] = p => p.Lines.Single(l => l.Name == "黄芪").MilligramsPerDose = 15_000,
            ["a pair of the eighteen"] = p => PrescriptionFactory.Spoil(p, Flaw.EighteenIncompatible),
            ["a pair of the nineteen"] = p => PrescriptionFactory.Spoil(p, Flaw.NineteenMutualFear),
            ["a forbidden piece in pregnancy"] = p => PrescriptionFactory.Spoil(p, Flaw.Pregnancy),
            ["附子 not decocted first"] = p => PrescriptionFactory.Spoil(p, Flaw.MissingHandling),
            ["an unknown name"] = p => PrescriptionFactory.Spoil(p, Flaw.UnknownName),
            ["a banned piece"] = p => PrescriptionFactory.Spoil(p, Flaw.BannedPiece),
            ["a toxic piece over its limit"] = p => PrescriptionFactory.Spoil(p, Flaw.ToxicOverLimit),
            ["thirty days without a reason"] = p => (p.Visit, p.Doses, p.LongCourseReason) = (VisitKind.Outpatient, 30, ""),
            ["thirty days for a reason"] = p => (p.Visit, p.Doses, p.LongCourseReason) = (VisitKind.Outpatient, 30, "慢性病,外地患者"),
            ["one dose fewer"] = p => p.Doses -= 1,
            ["urgency"] = p => p.Urgent = true,
            ["external use"] = p => p.Route = Route.External,
            ["no decoction"] = p => p.Decoct = false,
            // The head.
            ["no number"] = p => p.HisNumber = "",
            ["a number of 65 characters"] = p => p.HisNumber = new string('9', 65),
            ["revision 0"] = p => p.Revision = 0,
            ["revision 2"] = p => p.Revision = 2,
            ["no patient"] = p => p.Patient = null,
            ["no name"] = p => p.Patient.Name = "",
            ["a name of 65 characters"] = p => p.Patient.Name = new string('张', 65),
            ["a control character in the name"] = p => p.Patient.Name = "张\u0007三",
            ["no sex"] = p => p.Patient.Sex = Sex.Unspecified,
            ["the other sex"] = p => p.Patient.Sex = p.Patient.Sex == Sex.Male ? Sex.Female : Sex.Male,
            ["a wrong identity number"] = p => PrescriptionFactory.Spoil(p, Flaw.WrongIdentityNumber),
            ["another birth date"] = p => p.Patient.BirthDate = "1970-01-02",
            ["a birth date in words"] = p => p.Patient.BirthDate = "1970年1月2日",
            ["a passport"] = p => (p.Patient.IdentityDocument, p.Patient.IdentityNumber) = (IdentityDocument.Passport, "E12345678"),
            ["a passport number of 3 characters"] = p =>
                (p.Patient.IdentityDocument, p.Patient.IdentityNumber) = (IdentityDocument.Passport, "E12"),
            ["an adult's birth certificate"] = p =>
                (p.Patient.IdentityDocument, p.Patient.IdentityNumber) = (IdentityDocument.BirthCertificate, "A330012345"),
            ["a patient of 8 months"] = p => Born(p, Today.AddMonths(-8), 8, null, 8_000),
            ["a patient of 8 months without the months"] = p => Born(p, Today.AddMonths(-8), null, null, 8_000),
            ["a patient of 8 months said to be of 9"] = p => Born(p, Today.AddMonths(-8), 9, null, 8_000),
            ["a patient of 8 months without weight"] = p => Born(p, Today.AddMonths(-8), 8, null, 0),
            ["a patient of 20 days"] = p => Born(p, Today.AddDays(-20), 0, 20, 3_500),
            ["a patient of 20 days without the days"] = p => Born(p, Today.AddDays(-20), 0, null, 3_500),
            ["a patient of 5 years"] = p => Born(p, Today.AddYears(-5), null, null, 0),
            ["an empty allergy"] = p => p.Patient.Allergies.Add(""),
            ["a weight of 600 kg"] = p => p.Patient.WeightGrams = 600_000,
            ["no department"] = p => p.Department = "",
            ["no kind of visit"] = p => p.Visit = VisitKind.Unspecified,
            ["no fee kind"] = p => p.FeeKind = FeeKind.Unspecified,
            ["a negative fee"] = p => p.FeeFen = -1,
            // The diagnosis.
            ["no disease"] = p => (p.DiseaseCode, p.DiseaseName) = ("", ""),
            ["a disease code of the old table"] = p => p.DiseaseCode = "BNX071",
            ["no syndrome code"] = p => p.SyndromeCode = "",
            ["a syndrome code of the old table"] = p => p.SyndromeCode = "ZZXP60",
            ["a disease code for the syndrome"] = p => p.SyndromeCode = "A01.01.01",
            ["a syndrome code that the catalogue does not hold"] = p => (p.SyndromeCode, p.SyndromeName) = ("B09.99.98", "未收录证"),
            ["no syndrome name"] = p => p.SyndromeName = "",
            ["J20.900 for the western diagnosis"] = p => p.WesternDiagnosis = "J20.900",
            ["R51.x00x001 for the western diagnosis"] = p => p.WesternDiagnosis = "R51.x00x001",
            ["a name for the western diagnosis"] = p => p.WesternDiagnosis = "感冒",
            ["j20 for the western diagnosis"] = p => p.WesternDiagnosis = "j20",
            // The prescriber.
            ["no prescriber"] = p => p.Prescriber = null,
            ["no practitioner code"] = p => p.Prescriber.PractitionerCode = "",
            ["no prescriber's name"] = p => p.Prescriber.Name = " ",
            ["a signature that nobody asked for"] = p =>
                p.Signature = new Signature { KeyId = "0123456789abcdef0123456789abcdef", Value = ByteString.CopyFrom(new byte[70]) },
            ["a signature of 200 bytes"] = p =>
                p.Signature = new Signature { KeyId = "0123456789abcdef0123456789abcdef", Value = ByteString.CopyFrom(new byte[200]) },
            // The lines.
            ["no lines"] = p => p.Lines.Clear(),
            ["101 lines"] = p => p.Lines.Add(Enumerable.Range(0, 101).Select(_ => p.Lines[0].Clone())),
            ["line 2 without a name"] = p => p.Lines[1].Name = "",
            ["line 2 of 0 g"] = p => p.Lines[1].MilligramsPerDose = 0,
            ["line 2 of −1 g"] = p => p.Lines[1].MilligramsPerDose = -1_000,
            ["line 2 of 11 kg"] = p => p.Lines[1].MilligramsPerDose = 11_000_000,
            ["line 2 of 9.05 g"] = p => (p.Lines[1].Name, p.Lines[1].MilligramsPerDose) = ("茯苓", 9_050),
            ["line 2 of 9.1 g"] = p => (p.Lines[1].Name, p.Lines[1].MilligramsPerDose) = ("茯苓", 9_100),
            ["a toxic piece in hundredths of a gram"] = p => p.Lines.Add(new Line { Name = "全蝎", MilligramsPerDose = 3_050 }),
            ["line 2 handled as nobody does"] = p => p.Lines[1].Handling = "油炸",
            ["a dose in the name of line 2"] = p => p.Lines[1].Name = "黄芪10g",
            ["two names in line 2"] = p => p.Lines[1].Name = "黄芪、党参",
            ["a patent medicine in line 2"] = p => p.Lines[1].Name = "复方丹参滴丸",
            ["a western drug in line 2"] = p => p.Lines[1].Name = "阿莫西林胶囊",
            ["遵医嘱 in a footnote"] = p => p.Lines[1].Footnote = "遵医嘱",
            ["a grade, an origin in line 2"] = p => (p.Lines[1].Grade, p.Lines[1].Origin) = ("一等", "浙江磐安"),
            ["a grade of 33 characters"] = p => p.Lines[1].Grade = new string('一', 33),
            // The course.
            ["no doses"] = p => p.Doses = 0,
            ["100 doses"] = p => p.Doses = 100,
            ["7 doses a day"] = p => p.DosesPerDay = 7,
            ["no packs"] = p => p.PacksPerDose = 0,
            ["packs of 5 ml"] = p => p.MillilitresPerPack = 5,
            ["packs of 2 l"] = p => p.MillilitresPerPack = 2_000,
            ["13 times a day"] = p => p.TimesPerDay = 13,
            ["more taken than packed"] = p => (p.TimesPerDay, p.MillilitresPerTime) = (3, 200),
            ["neither times nor millilitres"] = p => (p.TimesPerDay, p.MillilitresPerTime) = (0, 0),
            ["no route"] = p => p.Route = Route.Unspecified,
            ["no usage"] = p => p.Usage = "",
            ["遵医嘱 for the usage"] = p => p.Usage = "遵医嘱",
            ["自用 for the usage"] = p => p.Usage = "水煎服,自用",
            ["a usage of 257 characters"] = p => p.Usage = new string('服', 257),
            // Delivery and validity.
            ["no delivery"] = p => p.Delivery = null,
            ["a region that is none"] = p => p.Delivery.RegionCode = "33",
            ["no address"] = p => p.Delivery.Address = "",
            ["pick-up"] = p => PickUp(p, Now.AddDays(1), Now.AddDays(3)),
            ["pick-up at no place"] = p =>
            {
                PickUp(p, Now.AddDays(1), Now.AddDays(3));
                p.Delivery.PickUpInstitution = "";
            },
            ["pick-up without a window"] = p =>
            {
                PickUp(p, Now, Now);
                (p.Delivery.PickUpFrom, p.Delivery.PickUpUntil) = (null, null);
            },
            ["pick-up over 31 days"] = p => PickUp(p, Now, Now.AddDays(31)),
            ["pick-up that ends before it begins"] = p => PickUp(p, Now.AddDays(2), Now.AddDays(1)),
            ["pick-up that is over"] = p => PickUp(p, Now.AddDays(-2), Now.AddDays(-1)),
            ["no time of issue"] = p => p.IssuedAt = null,
            ["an issue of tomorrow"] = p => Issued(p, Now.AddDays(1), Now.AddDays(2)),
            ["an issue of four days ago"] = p => Issued(p, Now.AddDays(-4), Now.AddDays(-1)),
            ["a validity of four days"] = p => Issued(p, Now.AddMinutes(-5), Now.AddDays(4)),
            ["a validity of three days"] = p => Issued(p, Now.AddMinutes(-5), Now.AddMinutes(-5).AddDays(3)),
            ["a validity that is over"] = p => Issued(p, Now.AddDays(-2), Now.AddDays(-1)),
            ["an issue of a minute ahead"] = p => Issued(p, DateTimeOffset.UtcNow.AddMinutes(1), Now.AddDays(1)),
        };

    /// <summary>The day of the issue, on which an age is counted.</summary>
    private static DateOnly Today => RegionTime.DayOf(Issue);

    private static void Born(Prescription p, DateOnly born, int? months, int? days, int grams)
    {
        var patient = p.Patient;
        var sequence = patient.Sex == Sex.Male ? 101 : 102;
        patient.IdentityNumber = PrescriptionFactory.IdentityNumber("330102", born, sequence);
        patient.BirthDate = born.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        (patient.WeightGrams, patient.Pregnant, patient.Lactating) = (grams, TriState.No, TriState.No);
        p.IssuedAt = Timestamp.FromDateTimeOffset(Issue);
        if (months is { } m)
        {
            patient.AgeMonths = m;
        }

        if (days is { } d)
        {
            patient.AgeDays = d;
        }

        // Few and mild pieces, so that only the age is the matter.
        p.Lines.Clear();
        p.Lines.Add(new Line { Name = "山药", MilligramsPerDose = 3_000 });
        p.Lines.Add(new Line { Name = "麦芽", MilligramsPerDose = 2_000 });
    }

    private static void PickUp(Prescription p, DateTimeOffset from, DateTimeOffset until)
    {
        p.Delivery = new Delivery
        {
            RegionCode = "330102",
            Kind = DeliveryKind.PickUp,
            PickUpInstitution = Contracts.Demo.DemoRegion.Hospitals[0].Code,
            PickUpFrom = Timestamp.FromDateTimeOffset(from),
            PickUpUntil = Timestamp.FromDateTimeOffset(until),
        };
    }

    private static void Issued(Prescription p, DateTimeOffset at, DateTimeOffset until) =>
        (p.IssuedAt, p.ValidUntil) = (Timestamp.FromDateTimeOffset(at), Timestamp.FromDateTimeOffset(until));
}
