namespace TcmBrain.Prescriptions.Audit;

/// <summary>One row of the rule table: a condition, its default severity and where it comes from.</summary>
/// <param name="MayLowerTo">The lowest severity an institution may give it; equal to the default when it may not lower it.</param>
public sealed record RuleRow(
    int Index,
    string Id,
    int Version,
    string Family,
    Severity Severity,
    Severity MayLowerTo,
    string Edition,
    string Source,
    EvidenceMark Mark,
    string TitleZh,
    string TitleEn
);
