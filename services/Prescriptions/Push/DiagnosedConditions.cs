using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Prescriptions.Push;

/// <summary>What a Western diagnosis says of organs that the audit watches: ICD-10 by its first three characters.</summary>
internal static class DiagnosedConditions
{
    private static readonly (string Code, PatientConditions Condition)[] Codes =
    [
        ("I10", PatientConditions.HypertensionOrOedema),
        ("I11", PatientConditions.HypertensionOrOedema),
        ("I12", PatientConditions.HypertensionOrOedema),
        ("I13", PatientConditions.HypertensionOrOedema),
        ("R60", PatientConditions.HypertensionOrOedema),
        ("K72", PatientConditions.LiverFailure),
        ("N17", PatientConditions.KidneyFailure),
        ("N18", PatientConditions.KidneyFailure),
        ("N19", PatientConditions.KidneyFailure),
    ];

    public static PatientConditions Of(string code)
    {
        foreach (var (known, condition) in Codes)
        {
            if (code.StartsWith(known, StringComparison.Ordinal))
            {
                return condition;
            }
        }

        return PatientConditions.None;
    }
}
