using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Contracts;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.Prescriptions.AuditAdvice;
using TcmBrain.Prescriptions.Releases;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Prescriptions.InstitutionPolicies;

/// <summary>A decision to be made, whole: what is not in it is as the release has it.</summary>
/// <param name="Levels">Rule to level: advise, double_sign, resolve or block; not below the rule's floor.</param>
/// <param name="Customs">Name that leaves the processing open to the piece dispensed for it.</param>
/// <param name="Reason">Why, 1–500 characters.</param>
public sealed record InstitutionPolicyRequest(
    IReadOnlyDictionary<string, string>? Levels,
    IReadOnlyDictionary<string, string>? Customs,
    string? Reason
);

/// <summary>What stands, with what could be decided.</summary>
public sealed record InstitutionPolicyAnswer(
    InstitutionPolicyEntry Policy,
    IReadOnlyList<PolicyRule> Rules,
    IReadOnlyList<PolicyCustom> Customs
);

/// <summary>A rule of the release in force.</summary>
/// <param name="Severity">as the release has it</param>
/// <param name="Levels">what the institution may make it, the release's own among them; one alone: nothing to decide</param>
public sealed record PolicyRule(string RuleId, string TitleZh, string TitleEn, string Severity, IReadOnlyList<string> Levels);

/// <summary>A name that leaves the processing open.</summary>
/// <param name="Piece">dispensed for it as the release has it; null: a person is asked</param>
/// <param name="Pieces">what the institution may dispense for it</param>
public sealed record PolicyCustom(string Name, string? Piece, IReadOnlyList<string> Pieces);

public sealed record InstitutionPolicyHistory(IReadOnlyList<InstitutionPolicyEntry> Items, string? Next, int? Total);

/// <summary>
/// An institution's own word on the audit: read by its people, set and signed by one of its pharmacists (rules.md §13). The version is the
/// entity tag; a change says in If-Match which one it was made from, and sent again it is refused as stale, never made twice.
/// </summary>
internal static class InstitutionPolicyEndpoints
{
    private const int MostEntries = 200;
    private const int MostText = 500;
    private static readonly Severity[] Levels = [Severity.Advise, Severity.DoubleSign, Severity.Resolve, Severity.Block];

    public static void AddInstitutionPolicies(this WebApplicationBuilder builder)
    {
        builder.AddStartupTask<InstitutionPolicyBook>();
        builder.Services.AddSingleton<InstitutionPolicyStore>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<InstitutionPolicyBook>());
    }

    public static void MapInstitutionPolicies(this IEndpointRouteBuilder app)
    {
        var policy = app.MapGroup("/api/prescriptions/audit/policy").WithTags("audit");
        var readers = policy.MapGroup("").RequireRole(Roles.Prescriber, Roles.Pharmacist, Roles.Admin, Roles.His);
        readers.MapGet("/", GetAsync).WithName("GetInstitutionPolicy");
        readers.MapGet("/history", HistoryAsync).WithName("ListInstitutionPolicies");
        policy.MapPut("/", SetAsync).RequireRole(Roles.Pharmacist).WithName("SetInstitutionPolicy");
    }

    private static async Task<Ok<InstitutionPolicyAnswer>> GetAsync(
        ClaimsPrincipal caller,
        InstitutionPolicyStore store,
        CurrentRelease releases,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var entry = await NewestAsync(store, caller.InstitutionCode(), cancellationToken);
        var release = releases.Value;
        VersionTag.Write(context, entry.Version);
        return TypedResults.Ok(
            new InstitutionPolicyAnswer(
                entry,
                [.. release.Policy.Rules.Select(RuleOf)],
                [
                    .. release
                        .Catalogue.Herbs.Where(x => x.RawEquivalent is null && !x.DispenseAs.IsEmpty)
                        .Select(x => new PolicyCustom(
                            x.Name,
                            release.Catalogue.Customs.For(x.Id) is { } piece ? release.Catalogue[piece].Name : null,
                            [.. x.DispenseAs.Select(y => release.Catalogue[y].Name)]
                        )),
                ]
            )
        );
    }

    private static async Task<Ok<InstitutionPolicyHistory>> HistoryAsync(
        ClaimsPrincipal caller,
        InstitutionPolicyStore store,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            new InstitutionPolicyHistory(await store.HistoryAsync(caller.InstitutionCode(), MostEntries, cancellationToken), null, null)
        );

    private static async Task<Ok<InstitutionPolicyEntry>> SetAsync(
        ClaimsPrincipal caller,
        InstitutionPolicyRequest asked,
        InstitutionPolicyStore store,
        InstitutionPolicyBook book,
        CurrentRelease releases,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var basis = VersionAsked(context.Request);
        var entry = new InstitutionPolicyEntry(
            caller.InstitutionCode(),
            basis + 1,
            asked.Levels ?? new Dictionary<string, string>(),
            asked.Customs ?? new Dictionary<string, string>(),
            asked.Reason?.Trim() ?? "",
            caller.DisplayName(),
            time.GetUtcNow()
        );
        Check(entry, releases.Value);
        if (!await store.AddAsync(entry, cancellationToken))
        {
            var newest = await NewestAsync(store, entry.InstitutionCode, cancellationToken);
            throw PrescriptionsFaults.StalePolicy.Exception("If-Match", newest.Version);
        }

        // This replica need not wait for its next look.
        await book.RunAsync(cancellationToken);
        VersionTag.Write(context, entry.Version);
        return TypedResults.Ok(entry);
    }

    private static PolicyRule RuleOf(RuleRow rule) =>
        new(
            rule.Id,
            rule.TitleZh,
            rule.TitleEn,
            SeverityWords.Of(rule.Severity),
            [.. Levels.Append(rule.Severity).Where(x => x >= rule.MayLowerTo).Distinct().Order().Select(SeverityWords.Of)]
        );

    /// <exception cref="FaultException">With every fault located.</exception>
    private static void Check(InstitutionPolicyEntry entry, AuditRelease release)
    {
        var faults = new FaultList()
            .Require(entry.Reason.Length > 0, PrescriptionsFaults.Missing, "reason")
            .Require(entry.Reason.Length <= MostText, PrescriptionsFaults.TooLong, "reason", MostText)
            .Require(entry.Levels.Count <= MostEntries, PrescriptionsFaults.OutOfRange, "levels", 0, MostEntries)
            .Require(entry.Customs.Count <= MostEntries, PrescriptionsFaults.OutOfRange, "customs", 0, MostEntries);
        foreach (var (rule, level) in entry.Levels)
        {
            faults.Require(Levels.Any(x => SeverityWords.Of(x) == level), PrescriptionsFaults.PolicyLevel, $"levels.{rule}");
        }

        faults.ThrowIfAny();
        foreach (var fault in entry.ToPolicy().Check(release.Policy, release.Catalogue))
        {
            switch (fault.Kind)
            {
                case PolicyFaultKind.UnknownRule:
                    faults.Add(PrescriptionsFaults.PolicyRule, $"levels.{fault.Key}", fault.Key);
                    break;
                case PolicyFaultKind.BelowFloor:
                    faults.Add(PrescriptionsFaults.PolicyFloor, $"levels.{fault.Key}", SeverityWords.Of(fault.Floor));
                    break;
                default:
                    faults.Add(PrescriptionsFaults.PolicyCustom, $"customs.{fault.Key}", fault.Reason);
                    break;
            }
        }

        faults.ThrowIfAny();
    }

    private static async Task<InstitutionPolicyEntry> NewestAsync(
        InstitutionPolicyStore store,
        string institutionCode,
        CancellationToken cancellationToken
    ) =>
        (await store.HistoryAsync(institutionCode, 1, cancellationToken)).FirstOrDefault()
        ?? new(institutionCode, 0, new Dictionary<string, string>(), new Dictionary<string, string>(), "", "", null);

    private static int VersionAsked(HttpRequest request) =>
        VersionTag.Read(
            request,
            () => PrescriptionsFaults.IfMatchMissing.Exception("If-Match"),
            () => PrescriptionsFaults.StalePolicy.Exception("If-Match", "?")
        );
}
