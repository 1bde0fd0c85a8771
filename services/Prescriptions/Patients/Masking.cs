using System.Security.Claims;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Patients;

/// <summary>
/// What a screen shows of a patient without a recorded purpose (脱敏). Who treats sees enough not to mistake one patient for another; who
/// supervises or runs the platform sees that there is one.
/// </summary>
internal static class Masking
{
    /// <summary>In the name's place once the identity has been erased.</summary>
    public const string Erased = "(已删除)";

    private static readonly string[] Treating = [Roles.His, Roles.Prescriber, Roles.Pharmacist];

    public static void Apply(Prescription prescription, ClaimsPrincipal caller, bool erased)
    {
        var patient = prescription.Patient;
        var treating = caller.HasAnyRole(Treating);
        patient.Name = erased ? Erased : Name(patient.Name);
        patient.IdentityNumber = treating ? Middle(patient.IdentityNumber, 3, 2) : Middle(patient.IdentityNumber, 0, 0);
        patient.Phone = treating ? Middle(patient.Phone, 3, 2) : Middle(patient.Phone, 0, 0);
        if (!treating)
        {
            // A birthday, a bed and a hospital's own number find a person as well as a name does.
            patient.BirthDate = patient.BirthDate.Length >= 4 ? patient.BirthDate[..4] : "";
            prescription.VisitNumber = Middle(prescription.VisitNumber, 0, 0);
            prescription.WardBed = Middle(prescription.WardBed, 0, 0);
        }

        if (prescription.Delivery is { Address.Length: > 0 } delivery)
        {
            delivery.Address = "***";
        }
    }

    /// <summary>The family name's first character and stars: 张三丰 → 张**.</summary>
    public static string Name(string name)
    {
        var runes = name.EnumerateRunes().ToArray();
        return runes.Length == 0 ? "" : runes[0] + new string('*', Math.Max(1, runes.Length - 1));
    }

    public static string Middle(string text, int head, int tail) =>
        text.Length <= head + tail
            ? new string('*', text.Length)
            : text[..head] + new string('*', text.Length - head - tail) + text[^tail..];
}
