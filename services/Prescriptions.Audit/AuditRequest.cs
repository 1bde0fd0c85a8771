using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit;

public enum Sex : byte
{
    Unknown,
    Male,
    Female,
}

/// <summary>An answer that may be missing: an unasked question is never a no.</summary>
public enum Answer : byte
{
    Unknown,
    No,
    Yes,
}

public enum Route : byte
{
    Oral,
    External,
}

/// <summary>The form in which the pieces are given; handling and form rules speak of decoctions only.</summary>
public enum DosageForm : byte
{
    Decoction,
    PillOrPowder,
}

public enum VisitKind : byte
{
    Outpatient,
    Emergency,
    Inpatient,
}

/// <summary>Conditions that the patient's record states; absence is not proof of health.</summary>
[Flags]
public enum PatientConditions : byte
{
    None = 0,
    HypertensionOrOedema = 1,
    LiverFailure = 2,
    KidneyFailure = 4,
}

/// <summary>Special authority of the prescriber.</summary>
[Flags]
public enum PrescriberAuthority : byte
{
    None = 0,
    Toxic = 1,
    Narcotic = 2,
}

/// <summary>Age in full years and, because small children differ by days, days since birth.</summary>
public readonly record struct Age
{
    private Age(int years, int days) => (Years, Days) = (years, days);

    public int Years { get; }

    public int Days { get; }

    /// <summary>Age on a day. Someone born on 29 February turns a year older on 1 March of common years.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The day lies before the birth.</exception>
    public static Age On(DateOnly birth, DateOnly day)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(day, birth);
        var years = day.Year - birth.Year;
        if ((day.Month, day.Day).CompareTo((birth.Month, birth.Day)) < 0)
        {
            years--;
        }
        return new(years, day.DayNumber - birth.DayNumber);
    }

    public static Age OfYears(int years) => new(years, years * 365);

    public static Age OfMonths(int months) => new(months / 12, months * 30);

    public static Age OfDays(int days) => new(days / 365, days);
}

/// <summary>One line of a prescription as the prescriber wrote it.</summary>
/// <param name="Name">Name as written.</param>
/// <param name="Milligrams">Weight in one dose (剂), in milligrams.</param>
/// <param name="Handling">Footnote as written (先煎 …), null when there is none.</param>
/// <param name="DoseForEach">「各」 stands before the dose of a combined name: the dose is that of each member.</param>
public readonly record struct AuditLine(string Name, long Milligrams, string? Handling = null, bool DoseForEach = false);

/// <summary>What the audit looks at. A value without identity: whose prescription it is, the audit does not know.</summary>
public readonly record struct AuditRequest
{
    public AuditRequest() { }

    public Sex Sex { get; init; }

    /// <summary>Null: unknown, which a person has to resolve.</summary>
    public Age? Age { get; init; }
    public Answer Pregnant { get; init; }
    public Answer BreastFeeding { get; init; }

    /// <summary>The purpose is to end lactation (回乳), for which 麦芽 is right.</summary>
    public bool Weaning { get; init; }
    public PatientConditions Conditions { get; init; }

    /// <summary>Body weight in grams, null when not recorded.</summary>
    public int? WeightGrams { get; init; }

    /// <summary>Names of pieces to which the record states an allergy.</summary>
    public ReadOnlyMemory<string> Allergies { get; init; }
    public VisitKind Visit { get; init; }

    /// <summary>Days that the prescription is for.</summary>
    public int Days { get; init; } = 1;

    /// <summary>Number of doses (剂) on the prescription.</summary>
    public int Doses { get; init; } = 1;

    /// <summary>Doses a day; one unless written otherwise.</summary>
    public int DosesPerDay { get; init; } = 1;

    /// <summary>The prescriber gave a reason for a longer duration (chronic, elderly, special).</summary>
    public bool DurationReasonGiven { get; init; }

    /// <summary>Days of narcotic pieces this patient was given without a break before this prescription.</summary>
    public int NarcoticDaysBefore { get; init; }
    public Route Route { get; init; }
    public DosageForm Form { get; init; }

    /// <summary>TCM disease code (GB/T 15657-2021, A…), null or empty when not written.</summary>
    public string? DiagnosisCode { get; init; }

    /// <summary>TCM syndrome code (GB/T 15657-2021, B…), null or empty when not written.</summary>
    public string? SyndromeCode { get; init; }
    public PrescriberAuthority Authority { get; init; }
    public ReadOnlyMemory<AuditLine> Lines { get; init; }

    /// <summary>What the institution decides for itself; null: nothing.</summary>
    public InstitutionPolicy? Institution { get; init; }

    /// <summary>处方应付; null: the institution's, or those that the catalogue starts from.</summary>
    public DispensingCustoms? Customs { get; init; }
}
