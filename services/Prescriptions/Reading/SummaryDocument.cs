using TcmBrain.Contracts;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Patients;
using TcmBrain.Prescriptions.Push;

namespace TcmBrain.Prescriptions.Reading;

/// <summary>What a line of a list shows of the prescription itself, the patient masked.</summary>
internal sealed record Written(
    string Patient,
    string Sex,
    int? AgeYears,
    string Department,
    string Prescriber,
    string SyndromeName,
    int Lines,
    int Doses
);

/// <summary>Opens a stored prescription for a list.</summary>
internal sealed class SummaryDocument(PatientIdentityVault vault)
{
    public Written Read(Guid id, byte[] document, byte[] sealedIdentity)
    {
        var p = Prescription.Parser.ParseFrom(document);
        return new Written(
            vault.MaskedName(id, sealedIdentity),
            StateName.Of(p.Patient.Sex),
            AgeOf(p),
            p.Department,
            p.Prescriber.Name,
            p.SyndromeName,
            p.Lines.Count,
            p.Doses
        );
    }

    private static int? AgeOf(Prescription p)
    {
        if (PatientFormat.BirthDate(p.Patient) is not { } born)
        {
            return null;
        }

        var day = RegionTime.DayOf(p.IssuedAt.ToDateTimeOffset());
        var years = day.Year - born.Year;
        return born.AddYears(years) > day ? years - 1 : years;
    }
}
