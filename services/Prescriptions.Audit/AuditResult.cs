using System.Collections.Immutable;

namespace TcmBrain.Prescriptions.Audit;

/// <summary>How far a finding stops a prescription; a higher one wins.</summary>
public enum Severity : byte
{
    None,

    /// <summary>Shown and recorded, stops nothing.</summary>
    Advise,

    /// <summary>双签字: the prescriber signs again with a reason, then a pharmacist decides.</summary>
    DoubleSign,

    /// <summary>A person must choose before the audit can finish; a signature does not settle it.</summary>
    Resolve,

    /// <summary>Cannot go on; no override in the system.</summary>
    Block,

    /// <summary>Not accepted at the door.</summary>
    Refuse,
}

/// <summary>How well a rule is evidenced.</summary>
public enum EvidenceMark : byte
{
    /// <summary>[C] read in a public source or computed.</summary>
    Confirmed,

    /// <summary>[C*] read second-hand.</summary>
    ConfirmedSecondHand,

    /// <summary>[M] expert knowledge, not yet checked against the official text.</summary>
    FromMemory,
}

public static class EvidenceMarks
{
    /// <summary>The mark as it is written in sources and replies: C, C* or M.</summary>
    public static string Text(this EvidenceMark mark) =>
        mark switch
        {
            EvidenceMark.Confirmed => "C",
            EvidenceMark.ConfirmedSecondHand => "C*",
            _ => "M",
        };
}

/// <summary>One thing the audit found, with the rule and the source it rests on.</summary>
/// <param name="RuleId">For example <c>incompatible.18fan</c>; stable across releases.</param>
/// <param name="Version">Version of the rule's row.</param>
/// <param name="Edition">Edition of the standard that the rule follows.</param>
/// <param name="Source">Citation, zh.</param>
/// <param name="Lines">Indices of the lines involved, ascending, from 0; empty: the prescription as a whole.</param>
public sealed record Finding(
    string RuleId,
    int Version,
    string Edition,
    string Source,
    EvidenceMark EvidenceMark,
    Severity Severity,
    ImmutableArray<int> Lines,
    string Zh,
    string En
);

/// <summary>What an audit says. Findings come highest first, then in the order of the rule table, then by line.</summary>
public sealed class AuditResult
{
    internal AuditResult(string release, ImmutableArray<Finding> findings)
    {
        Release = release;
        Findings = findings;
        foreach (var finding in findings)
        {
            Outcome = finding.Severity > Outcome ? finding.Severity : Outcome;
            NeedsResolution |= finding.Severity == Severity.Resolve;
        }
    }

    /// <summary>The highest severity found; <see cref="Severity.None"/> when nothing was.</summary>
    public Severity Outcome { get; }

    /// <summary>
    /// A person must still choose something, also when a block outranks it in <see cref="Outcome"/>; the audit runs again
    /// after the choice.
    /// </summary>
    public bool NeedsResolution { get; }

    public ImmutableArray<Finding> Findings { get; }

    /// <summary>The knowledge and the rule table that answered.</summary>
    public string Release { get; }
}
