using System.Text.RegularExpressions;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Satisfaction;

/// <param name="Subject">whom the answer is about: institution, centre or both</param>
public sealed record Question(string Edition, string Code, string Subject, string Zh, string En);

/// <summary>The questionnaire (满意度问卷) of Data/questionnaire.csv, and what is a good answer to it.</summary>
public sealed partial class Questionnaire
{
    public const string Overall = "overall";
    public const int Worst = 1;
    public const int Best = 5;
    public const int LongestComment = 300;

    private Questionnaire(string edition, IReadOnlyList<Question> questions)
    {
        Edition = edition;
        Questions = questions;
    }

    public string Edition { get; }

    public IReadOnlyList<Question> Questions { get; }

    public static Questionnaire Load()
    {
        var all = EmbeddedTable.Read<Question>("questionnaire.csv");
        var newest = all.Max(q => q.Edition)!;
        return new Questionnaire(newest, [.. all.Where(q => q.Edition == newest)]);
    }

    /// <summary>The overall question has to be answered, the others may be left out; nothing else is taken.</summary>
    /// <returns>The answers in the order of the questions, and the comment cleaned; null for none.</returns>
    /// <exception cref="FaultException">QUA-0103, QUA-0104, QUA-0715</exception>
    public (SortedDictionary<string, int> Answers, string? Comment) Check(IReadOnlyDictionary<string, int>? answers, string? comment)
    {
        var faults = new FaultList();
        var kept = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (code, value) in answers ?? new Dictionary<string, int>())
        {
            faults.Require(
                value is >= Worst and <= Best && Questions.Any(q => q.Code == code),
                QualityFaults.BadAnswer,
                $"answers.{(Questions.Any(q => q.Code == code) ? code : "?")}"
            );
            kept[code] = value;
        }

        faults.Require(kept.ContainsKey(Overall), QualityFaults.Missing, "answers." + Overall);
        faults.Require((comment?.Length ?? 0) <= LongestComment, QualityFaults.TooLong, "comment", LongestComment);
        faults.ThrowIfAny();
        return (kept, Clean(comment));
    }

    /// <summary>
    /// Free text without what could name somebody or lead elsewhere: long numbers (telephone, identity, bank card), addresses of the web and of
    /// mail become ***; control characters become spaces. A person reads it before anybody else does.
    /// </summary>
    public static string? Clean(string? comment)
    {
        if (string.IsNullOrWhiteSpace(comment))
        {
            return null;
        }

        var text = string.Concat(comment.Select(c => char.IsControl(c) ? ' ' : c));
        text = Address().Replace(text, "***");
        text = Number().Replace(text, "***");
        return Spaces().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"(https?://|www\.)\S+|\S+@\S+\.\S+", RegexOptions.IgnoreCase)]
    private static partial Regex Address();

    [GeneratedRegex(@"\d(?:[ \-]?\d){6,}[xX]?")]
    private static partial Regex Number();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
