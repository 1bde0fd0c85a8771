using System.Globalization;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions.Push;

/// <summary>The patient's part of the head of a prescription (前记): 《处方管理办法》 art. 6(1).</summary>
internal static class PatientFormat
{
    /// <summary>Below this age the months are written, and the weight.</summary>
    private const int InfantMonths = 36;

    /// <summary>Up to this day the days are written.</summary>
    private const int NewbornDays = 28;

    /// <summary>A birth certificate is used until school age.</summary>
    private const int BirthCertificateMonths = 72;

    /// <param name="onDay">the day for which the age counts: that of issue</param>
    public static void Check(FaultList faults, Patient? patient, DateOnly onDay, DateOnly today)
    {
        if (patient is null)
        {
            faults.Add(PrescriptionsFaults.Missing, "patient");
            return;
        }

        faults.Text(patient.Name, "patient.name", 64, required: true);
        faults.Text(patient.Phone, "patient.phone", 32, required: false);
        faults.Require(patient.Sex is Sex.Male or Sex.Female, PrescriptionsFaults.Missing, "patient.sex");
        faults.Range(patient.WeightGrams, "patient.weight_grams", 0, 500_000);
        for (var i = 0; i < patient.Allergies.Count; i++)
        {
            faults.Text(patient.Allergies[i], $"patient.allergies[{i}]", 64, required: true);
        }

        var born = BirthDate(patient);
        var months = born is { } day && day <= onDay ? Months(day, onDay) : (int?)null;
        CheckDocument(faults, patient, born, months, today);
        if (months is { } age)
        {
            CheckAge(faults, patient, age, onDay.DayNumber - born!.Value.DayNumber);
        }
    }

    /// <summary>Full years of age on a day; null when the birth date is not known or not before it.</summary>
    public static int? YearsAt(Patient patient, DateOnly day)
    {
        if (BirthDate(patient) is not { } born || born > day)
        {
            return null;
        }

        var years = day.Year - born.Year;
        return born.AddYears(years) > day ? years - 1 : years;
    }

    public static DateOnly? BirthDate(Patient patient) =>
        DateOnly.TryParseExact(patient.BirthDate, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : null;

    private static void CheckDocument(FaultList faults, Patient patient, DateOnly? born, int? months, DateOnly today)
    {
        var inPast = born is { } day && day <= today;
        if (patient.IdentityDocument is not (IdentityDocument.Unspecified or IdentityDocument.ResidentId))
        {
            faults.Require(Enum.IsDefined(patient.IdentityDocument), PrescriptionsFaults.Missing, "patient.identity_document");
            faults.Require(IsDocumentNumber(patient.IdentityNumber), PrescriptionsFaults.DocumentNumber, "patient.identity_number");
            faults.Require(inPast, PrescriptionsFaults.BirthDate, "patient.birth_date");
            faults.Require(
                patient.IdentityDocument != IdentityDocument.BirthCertificate || months is null or < BirthCertificateMonths,
                PrescriptionsFaults.BirthCertificate,
                "patient.identity_document"
            );
            return;
        }

        var valid = ResidentIdentity.IsValid(patient.IdentityNumber);
        faults.Require(valid, PrescriptionsFaults.IdentityNumber, "patient.identity_number");
        var agrees = inPast && (!valid || (ResidentIdentity.TryGetBirthDate(patient.IdentityNumber, out var coded) && coded == born));
        faults.Require(agrees, PrescriptionsFaults.BirthDate, "patient.birth_date");
        if (valid && patient.Sex is Sex.Male or Sex.Female)
        {
            faults.Require(
                ResidentIdentity.IsMale(patient.IdentityNumber) == (patient.Sex == Sex.Male),
                PrescriptionsFaults.Sex,
                "patient.sex"
            );
        }
    }

    private static void CheckAge(FaultList faults, Patient patient, int months, int days)
    {
        faults.Require(
            patient.HasAgeMonths ? patient.AgeMonths == months : months >= InfantMonths,
            PrescriptionsFaults.AgeWritten,
            "patient.age_months",
            months
        );
        faults.Require(
            patient.HasAgeDays ? patient.AgeDays == days : days > NewbornDays,
            PrescriptionsFaults.AgeWritten,
            "patient.age_days",
            days
        );
        faults.Require(months >= InfantMonths || patient.WeightGrams > 0, PrescriptionsFaults.ChildWeight, "patient.weight_grams");
    }

    private static int Months(DateOnly born, DateOnly onDay)
    {
        var months = ((onDay.Year - born.Year) * 12) + onDay.Month - born.Month;
        return born.AddMonths(months) > onDay ? months - 1 : months;
    }

    private static bool IsDocumentNumber(string number) =>
        number.Length is >= 4 and <= 32 && number.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
