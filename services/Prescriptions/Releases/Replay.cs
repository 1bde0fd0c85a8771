using System.Diagnostics;
using System.Runtime.CompilerServices;
using Npgsql;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.Prescriptions.InstitutionPolicies;
using TcmBrain.Prescriptions.Push;
using TcmBrain.Prescriptions.Reading;
using TcmBrain.Prescriptions.Registers;

namespace TcmBrain.Prescriptions.Releases;

/// <summary>One line of a replay: a change, or the sum of all at the end.</summary>
/// <param name="Kind">change or summary.</param>
public sealed record ReplayLine(string Kind, ReplayChange? Change, ReplaySummary? Summary);

/// <summary>A prescription that the candidate would judge otherwise than it was judged.</summary>
/// <param name="Before">pass, advise, double_sign, resolve or block, as told then.</param>
/// <param name="Added">Rules that would speak and did not.</param>
/// <param name="Removed">Rules that spoke and would not.</param>
public sealed record ReplayChange(
    Guid Id,
    string InstitutionCode,
    string HisNumber,
    int Revision,
    DateTimeOffset ReceivedAt,
    string BeforeRelease,
    string Before,
    string After,
    IReadOnlyList<string> Added,
    IReadOnlyList<string> Removed
);

public sealed record RuleShift(string RuleId, int Added, int Removed);

/// <param name="Stricter">Judged more severely than before; <paramref name="Milder"/>: less.</param>
public sealed record ReplaySummary(
    string Release,
    int Days,
    long Audited,
    long Changed,
    long Stricter,
    long Milder,
    double Seconds,
    IReadOnlyList<RuleShift> Rules
);

/// <summary>
/// Audits history again under another release. Reads page by page, so that memory does not grow with the days. The prescriber's authority
/// is that of today, as the register tells it, and so is the institution's own policy; everything else is the prescription as it was sent.
/// </summary>
internal sealed class Replay(NpgsqlDataSource database, Register register, InstitutionPolicyBook policies, TimeProvider time)
{
    public const int MostDays = 366;
    private const int Page = 500;

    public async IAsyncEnumerable<ReplayLine> RunAsync(
        Scope scope,
        AuditRelease candidate,
        int days,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var clock = Stopwatch.StartNew();
        var shifts = new SortedDictionary<string, (int Added, int Removed)>(StringComparer.Ordinal);
        long audited = 0;
        long changed = 0;
        long stricter = 0;
        long milder = 0;
        var after = Guid.Empty;
        var from = time.GetUtcNow().AddDays(-days);
        while (await PageAsync(scope, from, after, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var stored in page)
            {
                audited++;
                if (Judge(candidate, stored) is not { } change)
                {
                    continue;
                }

                changed++;
                stricter += Weight(change.After) > Weight(change.Before) ? 1 : 0;
                milder += Weight(change.After) < Weight(change.Before) ? 1 : 0;
                foreach (var rule in change.Added)
                {
                    shifts[rule] = (shifts.GetValueOrDefault(rule).Added + 1, shifts.GetValueOrDefault(rule).Removed);
                }

                foreach (var rule in change.Removed)
                {
                    shifts[rule] = (shifts.GetValueOrDefault(rule).Added, shifts.GetValueOrDefault(rule).Removed + 1);
                }

                yield return new("change", change, null);
            }

            after = page[^1].Id;
        }

        yield return new(
            "summary",
            null,
            new(
                candidate.Name,
                days,
                audited,
                changed,
                stricter,
                milder,
                Math.Round(clock.Elapsed.TotalSeconds, 3),
                [.. shifts.Select(x => new RuleShift(x.Key, x.Value.Added, x.Value.Removed))]
            )
        );
    }

    private ReplayChange? Judge(AuditRelease candidate, Stored stored)
    {
        var prescription = Prescription.Parser.ParseFrom(stored.Document);
        var request = AuditTranslation.RequestOf(
            prescription,
            register.AuthorityOf(prescription.Prescriber),
            policies.Of(stored.InstitutionCode)
        );
        var now = AuditTranslation.OutcomeOf(candidate.Auditor.Audit(in request));
        var then = AuditOutcome.Parser.ParseFrom(stored.Audit);
        var before = Spoke(then);
        var after = Spoke(now);
        return then.Severity == now.Severity && before.SetEquals(after)
            ? null
            : new(
                stored.Id,
                stored.InstitutionCode,
                prescription.HisNumber,
                prescription.Revision,
                stored.ReceivedAt,
                then.Release,
                AuditTranslation.WordOf(then.Severity),
                AuditTranslation.WordOf(now.Severity),
                [.. after.Except(before).Select(x => x.Rule).Distinct().Order(StringComparer.Ordinal)],
                [.. before.Except(after).Select(x => x.Rule).Distinct().Order(StringComparer.Ordinal)]
            );
    }

    // A rule that speaks as before but weighs otherwise is both: gone at one level and come at another.
    private static HashSet<(string Rule, Contracts.Prescriptions.V1.Severity Severity)> Spoke(AuditOutcome outcome) =>
        [.. outcome.Findings.Select(x => (x.RuleId, x.Severity))];

    private static int Weight(string word) => Array.IndexOf(["pass", "advise", "double_sign", "resolve", "block"], word);

    private async Task<List<Stored>> PageAsync(Scope scope, DateTimeOffset from, Guid after, CancellationToken cancellationToken)
    {
        // Ids are UUIDv7: the range of ids is the range of days, along the primary key.
        await using var command = database.CreateCommand(
            $"""
            select id, institution_code, received_at, document, audit from prescriptions.prescriptions
            where {scope.Sql} and id >= prescriptions.first_id({scope.Next(1)}) and id > {scope.Next(2)} order by id limit {Page}
            """
        );
        foreach (var value in (object[])[.. scope.Parameters, from.ToUniversalTime(), after])
        {
            command.Parameters.Add(new() { Value = value });
        }

        var page = new List<Stored>(Page);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            page.Add(
                new(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    reader.GetFieldValue<DateTimeOffset>(2),
                    reader.GetFieldValue<byte[]>(3),
                    reader.GetFieldValue<byte[]>(4)
                )
            );
        }

        return page;
    }

    private sealed record Stored(Guid Id, string InstitutionCode, DateTimeOffset ReceivedAt, byte[] Document, byte[] Audit);
}
