using System.Security.Claims;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Quality.Nonconformities;

internal sealed record ManualRequest(
    Guid? Id,
    string? CentreCode,
    string? Subject,
    string? Severity,
    string? Text,
    DateTimeOffset? DetectedAt
);

internal sealed record AssignmentRequest(string? Owner, string? OwnerName, string? Severity, string? Reason);

internal sealed record TextRequest(string? Text);

/// <param name="Method">five-whys, fishbone, fault-tree, comparison or other</param>
/// <param name="Category">people, machine, material, method, environment or measurement (人机料法环测)</param>
internal sealed record CauseRequest(string? Method, string? Category, string? Text);

/// <param name="Kind">corrective or preventive</param>
internal sealed record ActionRequest(Guid? ActionId, string? Kind, string? Text, string? Owner, string? OwnerName, DateOnly? DueOn);

internal sealed record CompletionRequest(string? Result);

internal sealed record CheckRequest(bool? Effective, string? Text);

/// <summary>The single acts upon a nonconformity: what each asks for, and what it changes.</summary>
internal sealed class NonconformityActs(NonconformityDesk desk, TimeProvider time)
{
    public static readonly IReadOnlyList<string> Methods = ["five-whys", "fishbone", "fault-tree", "comparison", "other"];
    public static readonly IReadOnlyList<string> Categories = ["people", "machine", "material", "method", "environment", "measurement"];
    private const int MostText = 2_000;

    public async Task<(Guid Id, bool Opened)> OpenAsync(
        ManualRequest request,
        ClaimsPrincipal caller,
        Func<string, Task<bool>> inSight,
        CancellationToken cancellationToken
    )
    {
        var centre = Words.Required(request.CentreCode, "centreCode", 18);
        var severity = OneOf(request.Severity, CapaRule.Severities, "severity");
        var text = Words.Required(request.Text, "text", 500);
        var at = request.DetectedAt ?? time.GetUtcNow();
        new FaultList()
            .Require(request.Id is { } given && given != Guid.Empty, QualityFaults.Missing, "id")
            .Require(at <= time.GetUtcNow().AddMinutes(2), QualityFaults.InFuture, "detectedAt")
            .Require(InstitutionCode.IsValid(centre) && await inSight(centre), QualityFaults.CentreNotInSight, "centreCode")
            .ThrowIfAny();
        var subject = (request.Subject ?? "").Trim();
        var opening = new Opening(
            "manual",
            centre,
            "",
            subject.Length > 100 ? throw QualityFaults.TooLong.Exception("subject", 100) : subject,
            severity,
            text,
            text,
            at
        )
        {
            Id = request.Id!.Value,
            By = caller.Subject(),
            ByName = caller.DisplayName(),
        };
        return (opening.Id, await desk.OpenAsync(opening, cancellationToken));
    }

    public Task<int> AssignAsync(
        Guid id,
        int version,
        AssignmentRequest request,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var owner = Words.Required(request.Owner, "owner", 100);
        var name = Words.Required(request.OwnerName, "ownerName", 100);
        var severity = string.IsNullOrEmpty(request.Severity) ? null : OneOf(request.Severity, CapaRule.Severities, "severity");
        return desk.ActAsync(
            id,
            version,
            "assigned",
            new
            {
                owner,
                ownerName = name,
                severity,
                reason = request.Reason?.Trim() ?? "",
            },
            caller,
            async (work, found, _) =>
            {
                // Less grave than it was found to be: somebody says why.
                if (severity is not null && Rank(severity) < Rank(found.Severity))
                {
                    Words.Required(request.Reason, "reason", 500);
                }

                await ChangeAsync(
                    work,
                    "update quality.nonconformity set owner = $2, owner_name = $3, severity = coalesce($4::text, severity) where nonconformity_id = $1",
                    cancellationToken,
                    id,
                    owner,
                    name,
                    severity
                );
                return found.Facts;
            },
            cancellationToken
        );
    }

    public Task<int> ContainAsync(Guid id, int version, TextRequest request, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        desk.ActAsync(
            id,
            version,
            "contained",
            new { text = Words.Required(request.Text, "text", MostText) },
            caller,
            (_, found, now) => Task.FromResult(found.Facts with { ContainedAt = found.Facts.ContainedAt ?? now }),
            cancellationToken
        );

    public Task<int> NoteAsync(Guid id, int version, TextRequest request, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        desk.ActAsync(
            id,
            version,
            "noted",
            new { text = Words.Required(request.Text, "text", MostText) },
            caller,
            (_, found, _) => Task.FromResult(found.Facts),
            cancellationToken
        );

    public Task<int> FindCauseAsync(
        Guid id,
        int version,
        CauseRequest request,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) =>
        desk.ActAsync(
            id,
            version,
            "cause",
            new
            {
                method = OneOf(request.Method, Methods, "method"),
                category = OneOf(request.Category, Categories, "category"),
                text = Words.Required(request.Text, "text", MostText),
            },
            caller,
            (_, found, now) =>
                found.Facts.ContainedAt is null
                    ? throw QualityFaults.WrongStage.Exception("", found.Stage)
                    : Task.FromResult(found.Facts with { CauseAt = now }),
            cancellationToken
        );

    public Task<int> AddActionAsync(
        Guid id,
        int version,
        ActionRequest request,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var kind = OneOf(request.Kind, ["corrective", "preventive"], "kind");
        var text = Words.Required(request.Text, "text", MostText);
        var owner = Words.Required(request.Owner, "owner", 100);
        var name = Words.Required(request.OwnerName, "ownerName", 100);
        var action = request.ActionId is { } given && given != Guid.Empty ? given : throw QualityFaults.Missing.Exception("actionId");
        var due = request.DueOn ?? throw QualityFaults.Missing.Exception("dueOn");
        return desk.ActAsync(
            id,
            version,
            "action-added",
            new
            {
                actionId = action,
                kind,
                text,
                owner,
                ownerName = name,
                dueOn = due,
            },
            caller,
            async (work, found, now) =>
            {
                if (found.Facts.ContainedAt is null)
                {
                    throw QualityFaults.WrongStage.Exception("", found.Stage);
                }

                if (due < RegionTime.DayOf(now) || due > RegionTime.DayOf(now).AddYears(1))
                {
                    throw QualityFaults.DueDay.Exception("dueOn");
                }

                var added = await ChangeAsync(
                    work,
                    """
                    insert into quality.nonconformity_action (action_id, nonconformity_id, kind, text, owner, owner_name, due_on, added_at)
                    values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing
                    """,
                    cancellationToken,
                    action,
                    id,
                    kind,
                    text,
                    owner,
                    name,
                    due,
                    now
                );
                return added == 0
                    ? throw QualityFaults.ActionKnown.Exception("actionId")
                    : found.Facts with
                    {
                        Actions = [.. found.Facts.Actions, new CapaAction(due, now, null)],
                    };
            },
            cancellationToken
        );
    }

    public Task<int> CompleteAsync(
        Guid id,
        Guid actionId,
        int version,
        CompletionRequest request,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var result = Words.Required(request.Result, "result", MostText);
        return desk.ActAsync(
            id,
            version,
            "action-done",
            new { actionId, result },
            caller,
            async (work, found, now) =>
            {
                var action =
                    found.Actions.FirstOrDefault(a => a.ActionId == actionId) ?? throw QualityFaults.ActionNotFound.Exception("actionId");
                if (action.DoneAt is not null)
                {
                    throw QualityFaults.ActionDone.Exception("actionId");
                }

                await ChangeAsync(
                    work,
                    "update quality.nonconformity_action set done_at = $2, done_by = $3, done_name = $4, result = $5 where action_id = $1",
                    cancellationToken,
                    actionId,
                    now,
                    caller.Subject(),
                    caller.DisplayName(),
                    result
                );
                return found.Facts with
                {
                    Actions = [.. found.Actions.Select(a => new CapaAction(a.DueOn, a.AddedAt, a.ActionId == actionId ? now : a.DoneAt))],
                };
            },
            cancellationToken
        );
    }

    /// <summary>By another person than who contained it, found its cause or carried out an action: effective, and it is closed; not, and it goes on.</summary>
    public Task<int> CheckAsync(Guid id, int version, CheckRequest request, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        var effective = request.Effective ?? throw QualityFaults.Missing.Exception("effective");
        var text = Words.Required(request.Text, "text", MostText);
        return desk.ActAsync(
            id,
            version,
            effective ? "found-effective" : "found-ineffective",
            new { text },
            caller,
            async (work, found, now) =>
            {
                var stage = CapaRule.StageOf(found.Facts, NonconformityBook.TermsOf(found.Severity));
                if (stage.Stage != CapaRule.Check)
                {
                    throw QualityFaults.WrongStage.Exception("", stage.Stage);
                }

                if (effective && now < stage.CheckFrom)
                {
                    throw QualityFaults.TooEarly.Exception("", RegionTime.DayOf(stage.CheckFrom.Value).ToString("O", null));
                }

                if (await HasDoneAsync(work, id, caller.Subject(), cancellationToken))
                {
                    throw QualityFaults.OwnWork.Exception();
                }

                return effective ? found.Facts with { ClosedAt = now } : found.Facts with { IneffectiveAt = now };
            },
            cancellationToken
        );
    }

    private static async Task<bool> HasDoneAsync(Work work, Guid id, string subject, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select 1 from quality.nonconformity_entry
            where nonconformity_id = $1 and kind in ('contained', 'cause', 'action-done') and by = $2 limit 1
            """,
            id,
            subject
        );
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    private static async Task<int> ChangeAsync(Work work, string sql, CancellationToken cancellationToken, params object?[] parameters)
    {
        await using var command = work.Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static int Rank(string severity) => CapaRule.Severities.ToList().IndexOf(severity);

    private static string OneOf(string? value, IReadOnlyList<string> choices, string field) =>
        value is not null && choices.Contains(value) ? value
        : string.IsNullOrEmpty(value) ? throw QualityFaults.Missing.Exception(field)
        : throw QualityFaults.UnknownChoice.Exception(field, value.Length > 40 ? value[..40] : value, string.Join("、", choices));
}
