using TcmBrain.Contracts;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Knowledge;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions.Push;

/// <summary>
/// The form of a prescription (处方格式): what 《处方管理办法》 and 《中药处方格式及书写规范》 want written, and the limits of the fields.
/// Every fault is named and located, not only the first.
/// </summary>
internal static class PrescriptionFormat
{
    /// <exception cref="FaultException">Anything is wrong; carries all of it.</exception>
    public static void Check(Prescription? prescription, Catalogue catalogue, DateTimeOffset now)
    {
        var faults = new FaultList();
        if (prescription is null)
        {
            faults.Add(PrescriptionsFaults.Missing, "prescription");
            faults.ThrowIfAny();
            return;
        }

        faults.Text(prescription.HisNumber, "his_number", 64, required: true);
        faults.Range(prescription.Revision, "revision", 1, 9999);
        var today = RegionTime.DayOf(now);
        var issued = FieldChecks.IsInstant(prescription.IssuedAt) ? RegionTime.DayOf(prescription.IssuedAt.ToDateTimeOffset()) : today;
        PatientFormat.Check(faults, prescription.Patient, issued, today);
        CheckDiagnosis(faults, prescription);
        CheckPrescriber(faults, prescription.Prescriber);
        LineFormat.Check(faults, prescription, catalogue);
        CourseFormat.Check(faults, prescription, now);
        if (prescription.Signature is { } signature)
        {
            faults.Text(signature.KeyId, "signature.key_id", 64, required: true);
            faults.Require(signature.Value.Length is >= 8 and <= 72, PrescriptionsFaults.OutOfRange, "signature.value", 8, 72);
        }

        faults.ThrowIfAny();
    }

    /// <summary>临床诊断: 《中药处方格式及书写规范》 wants disease and syndrome; the disease may be left out while it is unclear.</summary>
    private static void CheckDiagnosis(FaultList faults, Prescription p)
    {
        faults.Require(p.DiseaseCode.Length == 0 || IsTermCode(p.DiseaseCode, 'A'), PrescriptionsFaults.DiseaseCode, "disease_code");
        faults.Require(IsTermCode(p.SyndromeCode, 'B'), PrescriptionsFaults.SyndromeCode, "syndrome_code");
        faults.Text(p.DiseaseName, "disease_name", 64, required: false);
        faults.Text(p.SyndromeName, "syndrome_name", 64, required: true);
        faults.Require(
            p.WesternDiagnosis.Length == 0 || IsWesternCode(p.WesternDiagnosis),
            PrescriptionsFaults.WesternCode,
            "western_diagnosis"
        );
        faults.Text(p.WesternDiagnosisName, "western_diagnosis_name", 128, required: false);
        faults.Text(p.TreatmentPrinciple, "treatment_principle", 128, required: false);
        faults.Text(p.Department, "department", 64, required: true);
        faults.Text(p.VisitNumber, "visit_number", 64, required: false);
        faults.Text(p.WardBed, "ward_bed", 64, required: false);
        faults.Require(p.Visit is VisitKind.Outpatient or VisitKind.Emergency or VisitKind.Inpatient, PrescriptionsFaults.Missing, "visit");
    }

    private static void CheckPrescriber(FaultList faults, Prescriber? prescriber)
    {
        if (prescriber is null)
        {
            faults.Add(PrescriptionsFaults.Missing, "prescriber");
            return;
        }

        faults.Text(prescriber.PractitionerCode, "prescriber.practitioner_code", 64, required: true);
        faults.Text(prescriber.Name, "prescriber.name", 64, required: true);
    }

    /// <summary>
    /// GB/T 15657-2021: a letter, two digits, then groups of a full stop and two digits. Whether the catalogue holds the code does not matter:
    /// it is a sample of the standard, and refusing what the standard has would be wrong.
    /// </summary>
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

    /// <summary>
    /// ICD-10 as GB/T 14396 extends it: a letter and two digits; then a full stop and one to three characters (digits, or x for a place
    /// left empty); then x and three digits of the national clinical version; then + or * for aetiology and manifestation.
    /// </summary>
    internal static bool IsWesternCode(string code)
    {
        var rest = code.AsSpan();
        if (rest.Length is < 3 or > 16 || !char.IsAsciiLetterUpper(rest[0]) || !char.IsAsciiDigit(rest[1]) || !char.IsAsciiDigit(rest[2]))
        {
            return false;
        }

        rest = rest[3..];
        if (rest is [.. var stem, '+' or '*'])
        {
            rest = stem;
        }

        if (rest.Length == 0)
        {
            return true;
        }

        if (rest[0] != '.')
        {
            return false;
        }

        rest = rest[1..];
        if (rest.Length >= 5 && rest[^4] == 'x' && AreDigits(rest[^3..]))
        {
            rest = rest[..^4];
        }

        return rest.Length is >= 1 and <= 3 && (rest[0] == 'x' || char.IsAsciiDigit(rest[0])) && AreDigits(rest[1..]);
    }

    private static bool AreDigits(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        return true;
    }
}
