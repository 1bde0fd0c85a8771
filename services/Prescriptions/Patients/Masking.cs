using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Prescriptions.Patients;

/// <summary>What a screen that does not need the patient's identity shows of it (脱敏).</summary>
internal static class Masking
{
    public static void Apply(Prescription prescription)
    {
        var patient = prescription.Patient;
        patient.Name = Name(patient.Name);
        patient.IdentityNumber = Middle(patient.IdentityNumber, 3, 2);
        patient.Phone = Middle(patient.Phone, 3, 2);
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
