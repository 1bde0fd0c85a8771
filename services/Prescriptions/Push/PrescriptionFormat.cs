using System.Globalization;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Knowledge;
using TcmBrain.ServiceDefaults.Faults;
using ProtoRoute = TcmBrain.Contracts.Prescriptions.V1.Route;

namespace TcmBrain.Prescriptions.Push;

/// <summary>
/// The form of a prescription (处方格式): what 《处方管理办法》 and 《中药处方格式及书写规范》 want written, and the limits of the fields.
/// Every fault is named and located, not only the first.
/// </summary>
internal static class PrescriptionFormat
{
    public const int MaxLines = 100;

    /// <summary>10 kg of one piece in one dose: beyond any prescription, so certainly a wrong unit.</summary>
    public const long MaxMilligramsPerDose = 10_000_000;

    private static readonly TimeSpan LongestValidity = TimeSpan.FromDays(3);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(2);
    private static readonly string[] VagueUsage = ["遵医嘱", "自用", "必要时服"];

    /// <exception cref="FaultException">Anything is wrong; carries all of it.</exception>
    public static void Check(Prescription? prescription, DateTimeOffset now)
    {
        var faults = new FaultList();
        if (prescription is null)
        {
            faults.Add(PrescriptionsFaults.Missing, "prescription");
            faults.ThrowIfAny();
            return;
        }

        Text(faults, prescription.HisNumber, "his_number", 64, required: true);
        Range(faults, prescription.Revision, "revision", 1, 9999);
        CheckPatient(faults, prescription.Patient, now);
        CheckDiagnosis(faults, prescription);
        CheckPrescriber(faults, prescription.Prescriber);
        CheckLines(faults, prescription);
        CheckCourse(faults, prescription);
        CheckValidity(faults, prescription, now);
        faults.ThrowIfAny();
    }

    private static void CheckPatient(FaultList faults, Patient? patient, DateTimeOffset now)
    {
        if (patient is null)
        {
            faults.Add(PrescriptionsFaults.Missing, "patient");
            return;
        }

        Text(faults, patient.Name, "patient.name", 64, required: true);
        Text(faults, patient.Phone, "patient.phone", 32, required: false);
        faults.Require(patient.Sex is Sex.Male or Sex.Female, PrescriptionsFaults.Missing, "patient.sex");
        Range(faults, patient.WeightGrams, "patient.weight_grams", 0, 500_000);
        var valid = ResidentIdentity.IsValid(patient.IdentityNumber);
        faults.Require(valid, PrescriptionsFaults.IdentityNumber, "patient.identity_number");
        var today = RegionTime.DayOf(now);
        var born = BirthDate(patient);
        var agrees =
            born is { } day
            && day <= today
            && (!valid || (ResidentIdentity.TryGetBirthDate(patient.IdentityNumber, out var coded) && coded == day));
        faults.Require(agrees, PrescriptionsFaults.BirthDate, "patient.birth_date");
        if (valid && patient.Sex is Sex.Male or Sex.Female)
        {
            faults.Require(
                ResidentIdentity.IsMale(patient.IdentityNumber) == (patient.Sex == Sex.Male),
                PrescriptionsFaults.Sex,
                "patient.sex"
            );
        }

        for (var i = 0; i < patient.Allergies.Count; i++)
        {
            Text(faults, patient.Allergies[i], $"patient.allergies[{i}]", 64, required: true);
        }
    }

    internal static DateOnly? BirthDate(Patient patient) =>
        DateOnly.TryParseExact(patient.BirthDate, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : null;

    private static void CheckDiagnosis(FaultList faults, Prescription prescription)
    {
        // 《中药处方格式及书写规范》: disease and syndrome; the disease may be left out while it is unclear.
        faults.Require(
            prescription.DiseaseCode.Length == 0 || IsTermCode(prescription.DiseaseCode, 'A'),
            PrescriptionsFaults.DiseaseCode,
            "disease_code"
        );
        faults.Require(IsTermCode(prescription.SyndromeCode, 'B'), PrescriptionsFaults.SyndromeCode, "syndrome_code");
        Text(faults, prescription.DiseaseName, "disease_name", 64, required: false);
        Text(faults, prescription.SyndromeName, "syndrome_name", 64, required: true);
        Text(faults, prescription.WesternDiagnosis, "western_diagnosis", 64, required: false);
        Text(faults, prescription.TreatmentPrinciple, "treatment_principle", 128, required: false);
        Text(faults, prescription.Department, "department", 64, required: true);
        Text(faults, prescription.VisitNumber, "visit_number", 64, required: false);
        faults.Require(
            prescription.Visit is VisitKind.Outpatient or VisitKind.Emergency or VisitKind.Inpatient,
            PrescriptionsFaults.Missing,
            "visit"
        );
    }

    /// <summary>GB/T 15657-2021: a letter, two digits, then groups of a full stop and two digits.</summary>
    internal static bool IsTermCode(string code, char letter)
    {
        if (code.Length is < 3 or > 32 || code[0] != letter || code.Length % 3 != 0)
        {
            return false;
        }

        for (var i = 1; i < code.Length; i++)
        {
            var right = i % 3 == 0 ? code[i] == '.' : char.IsAsciiDigit(code[i]);
            if (!right)
            {
                return false;
            }
        }

        return true;
    }

    private static void CheckPrescriber(FaultList faults, Prescriber? prescriber)
    {
        if (prescriber is null)
        {
            faults.Add(PrescriptionsFaults.Missing, "prescriber");
            return;
        }

        Text(faults, prescriber.PractitionerCode, "prescriber.practitioner_code", 64, required: true);
        Text(faults, prescriber.Name, "prescriber.name", 64, required: true);
    }

    private static void CheckLines(FaultList faults, Prescription prescription)
    {
        if (prescription.Lines.Count is < 1 or > MaxLines)
        {
            faults.Add(PrescriptionsFaults.Lines, "lines", MaxLines);
            return;
        }

        for (var i = 0; i < prescription.Lines.Count; i++)
        {
            var line = prescription.Lines[i];
            Text(faults, line.Name, $"lines[{i}].name", 64, required: true);
            Text(faults, line.Footnote, $"lines[{i}].footnote", 128, required: false);
            faults.Require(
                line.MilligramsPerDose is > 0 and <= MaxMilligramsPerDose,
                PrescriptionsFaults.Weight,
                $"lines[{i}].milligrams_per_dose",
                MaxMilligramsPerDose
            );
            var known =
                line.Handling.Length <= 32 && (line.Handling.Length == 0 || HandlingText.Parse(line.Handling) != Knowledge.Handling.None);
            faults.Require(known, PrescriptionsFaults.Handling, $"lines[{i}].handling");
        }
    }

    private static void CheckCourse(FaultList faults, Prescription prescription)
    {
        Range(faults, prescription.Doses, "doses", 1, 99);
        Range(faults, prescription.DosesPerDay, "doses_per_day", 1, 6);
        Range(faults, prescription.PacksPerDose, "packs_per_dose", 1, 6);
        Range(faults, prescription.MillilitresPerPack, "millilitres_per_pack", 10, 1000);
        faults.Require(prescription.FeeFen is >= 0 and <= 100_000_000, PrescriptionsFaults.OutOfRange, "fee_fen", 0, 100_000_000);
        faults.Require(prescription.Route is ProtoRoute.Oral or ProtoRoute.External, PrescriptionsFaults.Missing, "route");
        Text(faults, prescription.Usage, "usage", 256, required: true);
        faults.Require(
            !VagueUsage.Any(v => prescription.Usage.Contains(v, StringComparison.Ordinal)),
            PrescriptionsFaults.VagueUsage,
            "usage"
        );
        Text(faults, prescription.LongCourseReason, "long_course_reason", 256, required: false);
        if (prescription.Delivery is null)
        {
            faults.Add(PrescriptionsFaults.Missing, "delivery");
            return;
        }

        faults.Require(RegionCode.IsWellFormed(prescription.Delivery.RegionCode), PrescriptionsFaults.Region, "delivery.region_code");
        Text(faults, prescription.Delivery.Address, "delivery.address", 256, required: false);
    }

    private static void CheckValidity(FaultList faults, Prescription prescription, DateTimeOffset now)
    {
        if (prescription.IssuedAt is null || !IsInstant(prescription.IssuedAt))
        {
            faults.Add(PrescriptionsFaults.Missing, "issued_at");
            return;
        }

        var issued = prescription.IssuedAt.ToDateTimeOffset();
        faults.Require(issued <= now + ClockSkew, PrescriptionsFaults.IssuedInFuture, "issued_at");
        var until = ValidUntil(prescription, issued);
        faults.Require(until is not null && until <= issued + LongestValidity && until >= now, PrescriptionsFaults.Expired, "valid_until");
    }

    /// <summary>The end of validity: as written, else the end of the day of issue. Null when what is written is no instant.</summary>
    private static DateTimeOffset? ValidUntil(Prescription prescription, DateTimeOffset issued) =>
        prescription.ValidUntil is null ? RegionTime.StartOf(RegionTime.DayOf(issued).AddDays(1))
        : IsInstant(prescription.ValidUntil) ? prescription.ValidUntil.ToDateTimeOffset()
        : null;

    private static bool IsInstant(Google.Protobuf.WellKnownTypes.Timestamp t) =>
        t.Seconds is > 0 and < 253_402_300_800 && t.Nanos is >= 0 and < 1_000_000_000;

    private static void Text(FaultList faults, string text, string field, int longest, bool required)
    {
        if (required && string.IsNullOrWhiteSpace(text))
        {
            faults.Add(PrescriptionsFaults.Missing, field);
        }
        else if (text.Length > longest)
        {
            faults.Add(PrescriptionsFaults.TooLong, field, longest);
        }
        else if (text.Any(char.IsControl))
        {
            faults.Add(PrescriptionsFaults.ControlCharacters, field);
        }
    }

    private static void Range(FaultList faults, int value, string field, int least, int most) =>
        faults.Require(value >= least && value <= most, PrescriptionsFaults.OutOfRange, field, least, most);
}
