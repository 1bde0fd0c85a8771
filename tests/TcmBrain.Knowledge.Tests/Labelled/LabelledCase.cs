using System.Globalization;
using CsvHelper;
using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Knowledge.Tests.Labelled;

/// <summary>A prescription with the rules that must speak, and no others. See README.md beside the files.</summary>
public sealed record LabelledCase(string Id, string Family, string About, AuditRequest Request, IReadOnlySet<string> Expected)
{
    /// <summary>All cases of both files, embedded in the assembly that asks.</summary>
    public static IReadOnlyList<LabelledCase> All { get; } = [.. Read("by_hand.csv"), .. Read("generated.csv")];

    private static List<LabelledCase> Read(string file)
    {
        using var stream =
            typeof(LabelledCase).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"{file} is not embedded.");
        using var csv = new CsvReader(new StreamReader(stream), CultureInfo.InvariantCulture);
        var cases = new List<LabelledCase>();
        csv.Read();
        csv.ReadHeader();
        while (csv.Read())
        {
            cases.Add(
                new(
                    csv["id"]!,
                    csv["family"]!,
                    csv["about"]!,
                    RequestOf(csv),
                    csv["expected"]!.Split(';', StringSplitOptions.RemoveEmptyEntries).ToHashSet()
                )
            );
        }
        return cases;
    }

    private static AuditRequest RequestOf(CsvReader csv)
    {
        string Get(string column, string usual) => csv[column] is { Length: > 0 } text ? text : usual;
        int Number(string column, int usual) =>
            int.Parse(Get(column, usual.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
        bool Yes(string column) => csv[column] == "yes";
        string Code(string column, string usual) => Get(column, usual) is var code && code == "none" ? "" : code;

        var (days, perDay) = (Number("days", 2), Number("per_day", 1));
        var authority = Get("authority", "both");
        return new AuditRequest
        {
            Sex = Get("sex", "male") == "female" ? Sex.Female : Sex.Male,
            Age = AgeOf(Get("age", "40y")),
            Pregnant = AnswerOf(Get("pregnant", "no")),
            BreastFeeding = AnswerOf(Get("lactating", "no")),
            Weaning = Yes("weaning"),
            Conditions =
                (Yes("failing") ? PatientConditions.LiverFailure : 0) | (Yes("swollen") ? PatientConditions.HypertensionOrOedema : 0),
            WeightGrams = Number("weight_g", 0) is var weight and > 0 ? weight : null,
            Allergies = csv["allergies"]!.Split(';', StringSplitOptions.RemoveEmptyEntries),
            Visit = Enum.Parse<VisitKind>(Get("visit", "outpatient"), ignoreCase: true),
            Days = days,
            Doses = Number("doses", days * perDay),
            DosesPerDay = perDay,
            DurationReasonGiven = Yes("reason"),
            NarcoticDaysBefore = Number("narcotic_before", 0),
            Route = Enum.Parse<Route>(Get("route", "oral"), ignoreCase: true),
            Form = Get("form", "decoction") == "pill" ? DosageForm.PillOrPowder : DosageForm.Decoction,
            DiagnosisCode = Code("disease", "A01.01.01"),
            SyndromeCode = Code("syndrome", "B02.02.04.01.01.02"),
            Authority =
                (authority is "both" or "toxic" ? PrescriberAuthority.Toxic : 0)
                | (authority is "both" or "narcotic" ? PrescriberAuthority.Narcotic : 0),
            Lines = csv["lines"]!
                .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(LineOf)
                .ToArray(),
        };
    }

    // 黑顺片 15g 先煎, or 焦三仙 各10g.
    private static AuditLine LineOf(string text)
    {
        var parts = text.Split(' ', 3);
        var each = parts[1].StartsWith('各');
        var grams = decimal.Parse(parts[1].TrimStart('各').TrimEnd('g'), CultureInfo.InvariantCulture);
        return new(parts[0], (long)(grams * 1000), parts.Length > 2 ? parts[2] : null, each);
    }

    private static Age? AgeOf(string text) =>
        text == "?" ? null
        : text.EndsWith('y') ? Age.OfYears(int.Parse(text[..^1], CultureInfo.InvariantCulture))
        : Age.OfDays(int.Parse(text[..^1], CultureInfo.InvariantCulture));

    private static Answer AnswerOf(string text) =>
        text switch
        {
            "yes" => Answer.Yes,
            "no" => Answer.No,
            _ => Answer.Unknown,
        };
}
