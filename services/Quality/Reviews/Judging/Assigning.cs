using Npgsql;
using TcmBrain.Exchange;

namespace TcmBrain.Quality.Reviews.Judging;

public sealed record KnownReviewer(string Subject, string Name, string InstitutionCode, int Open, DateTimeOffset SeenAt);

public sealed record Assigned(string Subject, string Name, int Given, int Open);

/// <summary>
/// Spreads what nobody holds over reviewers (分派): one after another, most pressing first, each to whoever has least of those that may judge
/// it. What is assigned is theirs until it is due.
/// </summary>
internal sealed class Assigning(NpgsqlDataSource database, EventExchange exchange, TimeProvider time)
{
    private const int Most = 2_000;

    /// <summary>Those who have opened their work list, of the centre that the caller works for.</summary>
    public async Task<IReadOnlyList<KnownReviewer>> ReviewersAsync(Person person, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select r.subject, r.name, r.institution_code,
                   (select count(*)::int from quality.review v where v.owner = r.subject and v.owner_until > $2), r.seen_at
            from quality.reviewer r where r.institution_code = $1 order by r.name, r.subject
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = person.InstitutionCode });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        var reviewers = new List<KnownReviewer>();
        await using var r = await command.ExecuteReaderAsync(cancellationToken);
        while (await r.ReadAsync(cancellationToken))
        {
            reviewers.Add(
                new KnownReviewer(r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt32(3), r.GetFieldValue<DateTimeOffset>(4))
            );
        }

        return reviewers;
    }

    /// <param name="runId">Only of this draw; null: all that wait.</param>
    public async Task<IReadOnlyList<Assigned>> AssignAsync(
        IReadOnlyList<string> subjects,
        Guid? runId,
        ReviewSight sight,
        CancellationToken cancellationToken
    )
    {
        var known = (await ReviewersAsync(sight.Person, cancellationToken)).ToDictionary(r => r.Subject, StringComparer.Ordinal);
        foreach (var (at, subject) in subjects.Index())
        {
            if (!known.ContainsKey(subject))
            {
                throw QualityFaults.UnknownReviewer.Exception($"reviewers[{at}]", subject);
            }
        }

        var now = time.GetUtcNow();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var waiting = await WaitingAsync(work, runId, sight, now, cancellationToken);
        // Who may judge what, with the same rule as when one takes it oneself.
        var may = new Dictionary<string, HashSet<Guid>>(StringComparer.Ordinal);
        foreach (var subject in subjects.Distinct())
        {
            var reviewer = sight with { Person = new Person(subject, known[subject].Name, known[subject].InstitutionCode) };
            may.Add(subject, await AllowedAsync(work, waiting, reviewer, cancellationToken));
        }

        var (given, load) = Spread(waiting, may, known.ToDictionary(r => r.Key, r => r.Value.Open, StringComparer.Ordinal));
        foreach (var (prescription, subject) in given)
        {
            await using var assign = work.Command(
                """
                update quality.review set owner = $2, owner_name = $3, owner_until = greatest(due_at, $4), assigned = true, version = version + 1
                where prescription_id = $1
                """,
                prescription,
                subject,
                known[subject].Name,
                now.AddDays(1)
            );
            await assign.ExecuteNonQueryAsync(cancellationToken);
            await ReviewSteps.RememberAsync(work, prescription, "assigned", sight.Person, known[subject].Name, now, cancellationToken);
        }

        await work.CommitAsync(cancellationToken);
        return [.. may.Keys.Select(s => new Assigned(s, known[s].Name, given.Count(g => g.Subject == s), load[s])).OrderBy(a => a.Subject)];
    }

    /// <summary>Each to whoever has least of those who may; a tie goes to the first by subject. Pure.</summary>
    internal static (IReadOnlyList<(Guid Prescription, string Subject)> Given, IReadOnlyDictionary<string, int> Load) Spread(
        IReadOnlyList<Guid> waiting,
        IReadOnlyDictionary<string, HashSet<Guid>> may,
        IReadOnlyDictionary<string, int> open
    )
    {
        var load = may.Keys.ToDictionary(s => s, s => open.GetValueOrDefault(s), StringComparer.Ordinal);
        var given = new List<(Guid, string)>();
        foreach (var prescription in waiting)
        {
            var least = may.Where(m => m.Value.Contains(prescription))
                .Select(m => m.Key)
                .OrderBy(s => load[s])
                .ThenBy(s => s, StringComparer.Ordinal)
                .FirstOrDefault();
            if (least is not null)
            {
                given.Add((prescription, least));
                load[least]++;
            }
        }

        return (given, load);
    }

    private static async Task<List<Guid>> WaitingAsync(
        Work work,
        Guid? runId,
        ReviewSight sight,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            select v.prescription_id from quality.review v
            where v.stage in ('first', 'second') and (v.owner is null or v.owner_until <= @now) and {ReviewSight.Where}
              and (@run::uuid is null or exists (
                select from quality.review_sample s where s.prescription_id = v.prescription_id and s.run_id = @run))
            order by v.due_at, v.prescription_id limit {Most} for update skip locked
            """,
            work.Connection,
            work.Transaction
        );
        command.Parameters.AddWithValue("now", now);
        command.Parameters.Add(new NpgsqlParameter("run", NpgsqlTypes.NpgsqlDbType.Uuid) { Value = (object?)runId ?? DBNull.Value });
        sight.Guard(command);
        return await IdsAsync(command, cancellationToken);
    }

    private static async Task<HashSet<Guid>> AllowedAsync(
        Work work,
        List<Guid> waiting,
        ReviewSight reviewer,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            select v.prescription_id from quality.review v join quality.prescription p using (prescription_id)
            where v.prescription_id = any(@waiting) and {ReviewSight.Unbiased}
            """,
            work.Connection,
            work.Transaction
        );
        command.Parameters.AddWithValue("waiting", waiting);
        reviewer.Guard(command);
        return [.. await IdsAsync(command, cancellationToken)];
    }

    private static async Task<List<Guid>> IdsAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }
}
