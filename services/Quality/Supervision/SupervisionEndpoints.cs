using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Quality.Facts;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Supervision;

/// <param name="LookedAtBy">who looked first; null while nobody has</param>
public sealed record AlertItem(
    Guid AlertId,
    string Pattern,
    string Edition,
    string Month,
    string Subject,
    Place? Institution,
    string RegionCode,
    string PrescriberCode,
    string PrescriberName,
    string Piece,
    double Strength,
    string TextZh,
    string TextEn,
    int Records,
    string State,
    int Version,
    DateTimeOffset RaisedAt,
    string? LookedAtBy
);

public sealed record AlertPage(IReadOnlyList<AlertItem> Items, string? Next);

public sealed record AlertAct(
    int Version,
    string State,
    string By,
    string Institution,
    DateTimeOffset At,
    string? Reason,
    string? ReferredTo
);

/// <summary>A prescription that an alert stands on. The number is the hospital's own; nothing says who the patient is.</summary>
public sealed record AlertRecord(
    Guid PrescriptionId,
    Place Institution,
    string HisNumber,
    DateOnly Day,
    string DepartmentName,
    string PrescriberName,
    string VisitKind,
    int Days,
    int LineCount,
    long FeeFen,
    long? PiecesFen,
    string? Outcome
);

/// <param name="Next">states it may be brought to now</param>
public sealed record AlertView(
    AlertItem Alert,
    IReadOnlyList<SignalFigure> Figures,
    IReadOnlyList<AlertAct> Acts,
    IReadOnlyList<AlertRecord> Records,
    IReadOnlyList<string> Next
);

public sealed record ThresholdView(string Parameter, double Value, string Zh, string En, string Because);

public sealed record PatternView(
    string Code,
    string Subject,
    string Zh,
    string En,
    string WhatZh,
    string WhatEn,
    string Source,
    string Edition,
    IReadOnlyList<ThresholdView> Thresholds
);

public sealed record PatternList(IReadOnlyList<PatternView> Items);

public sealed record AlertCount(string Pattern, string State, int Count);

public sealed record AlertSummary(string? Month, int Open, int All, IReadOnlyList<AlertCount> Counts);

/// <param name="State">looked-at, justified, confirmed or referred</param>
/// <param name="Reason">needed but for looked-at</param>
/// <param name="ReferredTo">whom, when it is referred</param>
public sealed record ActRequest(string? State, string? Reason, string? ReferredTo);

public sealed record AlertActAnswer(Guid AlertId, string State, int Version, bool Recorded);

/// <param name="Month">yyyy-MM; null: the current one</param>
public sealed record RunRequest(string? Month);

/// <param name="Alerts">in the caller's sight, of that month</param>
public sealed record RunAnswer(string Month, string Edition, int Alerts);

internal static class SupervisionEndpoints
{
    public static Ok<PatternList> Patterns(Thresholds thresholds, IReadOnlyList<PatternText> texts) =>
        TypedResults.Ok(
            new PatternList([
                .. texts.Select(t => new PatternView(
                    t.Code,
                    t.Subject,
                    t.Zh,
                    t.En,
                    t.WhatZh,
                    t.WhatEn,
                    t.Source,
                    thresholds.Edition,
                    [
                        .. thresholds
                            .All.Where(r => r.Pattern == t.Code)
                            .Select(r => new ThresholdView(r.Parameter, r.Value, r.Zh, r.En, r.Because)),
                    ]
                )),
            ])
        );

    /// <summary>Alerts in sight, raised last in front.</summary>
    public static async Task<Ok<AlertPage>> ListAsync(
        ClaimsPrincipal caller,
        AlertDesk desk,
        string? state,
        string? pattern,
        string? month,
        string? institution,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await desk.ListAsync(caller, Filter(state, pattern, month, institution), next, limit, cancellationToken));

    /// <summary>How many alerts there are in sight, by pattern and state.</summary>
    public static async Task<Ok<AlertSummary>> SummaryAsync(
        ClaimsPrincipal caller,
        AlertDesk desk,
        string? month,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await desk.SummaryAsync(caller, Filter(null, null, month, null), cancellationToken));

    public static async Task<Ok<AlertView>> ReadAsync(
        Guid alertId,
        ClaimsPrincipal caller,
        AlertDesk desk,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var view = await desk.ReadAsync(alertId, caller, cancellationToken);
        VersionTag.Write(context, view.Alert.Version);
        return TypedResults.Ok(view);
    }

    /// <summary>If-Match names the version that was looked at. The same act by the same person again is answered as before.</summary>
    public static async Task<Ok<AlertActAnswer>> ActAsync(
        Guid alertId,
        ActRequest request,
        ClaimsPrincipal caller,
        AlertDesk desk,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var version = VersionTag.Read(
            context.Request,
            () => QualityFaults.AlertVersionMissing.Exception(),
            () => QualityFaults.AlertStale.Exception()
        );
        var answer = await desk.ActAsync(alertId, version, request, caller, cancellationToken);
        VersionTag.Write(context, answer.Version);
        return TypedResults.Ok(answer);
    }

    /// <summary>Looks through a month now. What was found before is not raised again.</summary>
    public static async Task<Ok<RunAnswer>> RunAsync(
        RunRequest request,
        ClaimsPrincipal caller,
        Supervisor supervisor,
        AlertDesk desk,
        Thresholds thresholds,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var month = request.Month is null ? Period.Now(time) : MonthOf(request.Month);
        await supervisor.RunAsync(month.From, cancellationToken);
        var summary = await desk.SummaryAsync(caller, new AlertFilter(null, null, month, null), cancellationToken);
        return TypedResults.Ok(new RunAnswer(month.Text, thresholds.Edition, summary.All));
    }

    private static AlertFilter Filter(string? state, string? pattern, string? month, string? institution)
    {
        if (state is not null && !AlertLife.States.Contains(state))
        {
            throw QualityFaults.UnknownState.Exception("state", state);
        }

        if (pattern is not null && PatternBook.All.All(p => p.Code != pattern))
        {
            throw QualityFaults.UnknownPattern.Exception("pattern", pattern);
        }

        return new AlertFilter(state, pattern, month is null ? null : MonthOf(month), institution);
    }

    private static Period MonthOf(string text) =>
        Period.Parse(text) is { Kind: "month" } month ? month : throw QualityFaults.BadMonth.Exception("month");
}
