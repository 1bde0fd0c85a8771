using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Cockpit.Access;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit.Indicators.Plans;

/// <summary>Plans: read by their region and those below it, changed by their region and those above it.</summary>
internal static class PlanEndpoints
{
    public static void MapPlans(this IEndpointRouteBuilder group)
    {
        group.MapGet("/plans", ListAsync).AddEndpointFilter<ContentTag>().WithName("ListPlans");
        group.MapGet("/plans/{code}", FindAsync).AddEndpointFilter<ContentTag>().WithName("FindPlan");
        group.MapPut("/plans/{code}", SaveAsync).WithName("SavePlan");
    }

    private static async Task<Ok<PlanList>> ListAsync(ClaimsPrincipal caller, PlanStore plans, CancellationToken stop)
    {
        var reach = Reach.Of(caller);
        return TypedResults.Ok(
            new PlanList([
                .. (await plans.ListAsync(reach, null, stop)).Select(p => new PlanHead(
                    p.Code,
                    p.RegionCode,
                    p.NameZh,
                    p.NameEn,
                    p.Source,
                    p.Indicators.Count,
                    p.Indicators.Count(i => i.Computed),
                    p.Indicators.Max(i => i.TargetYear),
                    p.Version,
                    p.UpdatedAt,
                    p.UpdatedBy,
                    reach.Covers(p.RegionCode)
                )),
            ])
        );
    }

    private static async Task<Ok<Plan>> FindAsync(
        ClaimsPrincipal caller,
        PlanStore plans,
        HttpContext context,
        string code,
        CancellationToken stop
    )
    {
        var plan = await plans.FindAsync(Reach.Of(caller), code, stop);
        VersionTag.Write(context, plan.Version);
        return TypedResults.Ok(plan);
    }

    /// <summary>Replaces the plan as a whole; with <c>If-None-Match: *</c> it is a new one. The same again changes nothing.</summary>
    private static async Task<Ok<Plan>> SaveAsync(
        ClaimsPrincipal caller,
        PlanStore plans,
        HttpContext context,
        string code,
        PlanRequest asked,
        CancellationToken stop
    )
    {
        var isNew = context.Request.Headers.IfNoneMatch.ToString() == "*";
        var version = isNew
            ? 0
            : VersionTag.Read(
                context.Request,
                () => CockpitFaults.PlanVersionMissing.Exception(),
                () => CockpitFaults.PlanStale.Exception()
            );
        if (!isNew && version == 0)
        {
            throw CockpitFaults.PlanStale.Exception();
        }

        var plan = await plans.SaveAsync(Reach.Of(caller), asked.Of(code), version, stop);
        VersionTag.Write(context, plan.Version);
        return TypedResults.Ok(plan);
    }

    private sealed record PlanList(IReadOnlyList<PlanHead> Items);

    /// <param name="Computed">how many the platform computes by itself</param>
    /// <param name="MayChange">whether the caller may</param>
    private sealed record PlanHead(
        string Code,
        string RegionCode,
        string NameZh,
        string NameEn,
        string Source,
        int Indicators,
        int Computed,
        int TargetYear,
        int Version,
        DateTimeOffset UpdatedAt,
        string UpdatedBy,
        bool MayChange
    );
}

/// <summary>What a plan shall be.</summary>
public sealed record PlanRequest(
    string? RegionCode,
    string? NameZh,
    string? NameEn,
    string? Source,
    IReadOnlyList<IndicatorRequest?>? Indicators
)
{
    public Plan Of(string code) =>
        new()
        {
            Code = code,
            RegionCode = RegionCode ?? "",
            NameZh = NameZh?.Trim() ?? "",
            NameEn = NameEn?.Trim() ?? "",
            Source = Source?.Trim() ?? "",
            Indicators = [.. (Indicators ?? []).Select(i => (i ?? new()).Of())],
        };
}

/// <summary>What an indicator shall be.</summary>
public sealed record IndicatorRequest
{
    public int? Seq { get; init; }
    public string? GroupZh { get; init; }
    public string? NameZh { get; init; }
    public string? NameEn { get; init; }
    public string? Unit { get; init; }
    public string? Kind { get; init; }
    public string? OwnerZh { get; init; }
    public string? DefinitionZh { get; init; }

    /// <summary>up when left out</summary>
    public string? Direction { get; init; }
    public int? BaselineYear { get; init; }
    public decimal? Baseline { get; init; }
    public int? TargetYear { get; init; }
    public decimal? TargetMin { get; init; }
    public decimal? TargetMax { get; init; }
    public string? Numerator { get; init; }
    public string? Denominator { get; init; }

    /// <summary>1 when left out</summary>
    public decimal? Scale { get; init; }

    /// <summary>By year.</summary>
    public IReadOnlyDictionary<int, decimal>? Interim { get; init; }

    public Indicator Of() =>
        new()
        {
            Seq = Seq ?? 0,
            GroupZh = GroupZh?.Trim() ?? "",
            NameZh = NameZh?.Trim() ?? "",
            NameEn = NameEn?.Trim() ?? "",
            Unit = Unit?.Trim() ?? "",
            Kind = Kind ?? "",
            OwnerZh = OwnerZh?.Trim() ?? "",
            DefinitionZh = DefinitionZh?.Trim() ?? "",
            Direction = Direction ?? "up",
            BaselineYear = BaselineYear,
            Baseline = Baseline,
            TargetYear = TargetYear ?? 0,
            TargetMin = TargetMin ?? Indicator.NoTarget,
            TargetMax = TargetMax,
            Numerator = string.IsNullOrWhiteSpace(Numerator) ? null : Numerator.Trim(),
            Denominator = string.IsNullOrWhiteSpace(Denominator) ? null : Denominator.Trim(),
            Scale = Scale ?? 1,
            Interim = new SortedDictionary<int, decimal>((Interim ?? new Dictionary<int, decimal>()).ToDictionary()),
        };
}
