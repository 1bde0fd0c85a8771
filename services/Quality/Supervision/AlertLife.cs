using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Supervision;

/// <summary>
/// What may become of an alert: somebody looks at it, then it is justified, confirmed or referred, with a reason; what was confirmed may still
/// be referred, and who it was referred to decides.
/// </summary>
public static class AlertLife
{
    public const string New = "new";
    public const string LookedAt = "looked-at";
    public const string Justified = "justified";
    public const string Confirmed = "confirmed";
    public const string Referred = "referred";
    public const int LongestReason = 500;

    public static readonly IReadOnlyList<string> States = [New, LookedAt, Justified, Confirmed, Referred];

    public static bool MayBecome(string state, string next) =>
        (state, next) switch
        {
            (New, LookedAt) => true,
            (LookedAt, Justified or Confirmed or Referred) => true,
            (Confirmed, Referred) => true,
            (Referred, Justified or Confirmed) => true,
            _ => false,
        };

    /// <exception cref="FaultException">An unknown state, a step that cannot be taken, a missing or too long reason, nobody to refer to.</exception>
    public static (string Next, string? Reason, string? ReferredTo) Check(string state, string? next, string? reason, string? referredTo)
    {
        var faults = new FaultList();
        var (why, whom) = (reason?.Trim() ?? "", referredTo?.Trim() ?? "");
        faults.Require(next is not null && States.Contains(next), QualityFaults.UnknownState, "state", next ?? "");
        faults.Require(next is LookedAt || why.Length > 0, QualityFaults.Missing, "reason");
        faults.Require(why.Length <= LongestReason, QualityFaults.TooLong, "reason", LongestReason);
        faults.Require(next is not Referred || whom.Length > 0, QualityFaults.Missing, "referredTo");
        faults.Require(whom.Length <= 100, QualityFaults.TooLong, "referredTo", 100);
        faults.ThrowIfAny();
        return MayBecome(state, next!)
            ? (next!, why.Length > 0 ? why : null, next == Referred ? whom : null)
            : throw QualityFaults.AlertStep.Exception("state", state, next!);
    }
}
