using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Reviews.Judging;

/// <summary>
/// Who works on what (领取与分派). Taking from the work list gives the most pressing ones that nobody holds and that the reviewer may judge,
/// for as long as the lease; assigning spreads them evenly until they are due.
/// </summary>
internal sealed class ClaimDesk(EventExchange exchange, IOptions<ReviewSettings> settings, TimeProvider time)
{
    /// <summary>Two who take at once get different ones.</summary>
    /// <param name="arbiter">The arbiter takes what is disputed to the end, a reviewer the rest.</param>
    /// <returns>What is held now by this person that was not before.</returns>
    public async Task<IReadOnlyList<Guid>> TakeAsync(int count, bool arbiter, ReviewSight sight, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var work = await exchange.BeginAsync(cancellationToken);
        // One's own two presses of the button come one after the other.
        await using (
            var seen = work.Command(
                """
                insert into quality.reviewer (subject, name, institution_code, region_prefixes, seen_at) values ($1, $2, $3, $4, $5)
                on conflict (subject) do update set name = excluded.name, institution_code = excluded.institution_code,
                    region_prefixes = excluded.region_prefixes, seen_at = excluded.seen_at
                """,
                sight.Person.Subject,
                sight.Person.Name,
                sight.Person.InstitutionCode,
                sight.Sight.RegionPrefixes,
                now
            )
        )
        {
            await seen.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (
            var held = work.Command(
                "select count(*)::int from quality.review where owner = $1 and owner_until > $2 and not assigned",
                sight.Person.Subject,
                now
            )
        )
        {
            var has = (int)(await held.ExecuteScalarAsync(cancellationToken))!;
            if (has >= settings.Value.MostHeld)
            {
                throw QualityFaults.TooManyHeld.Exception("count", settings.Value.MostHeld);
            }

            count = Math.Min(count, settings.Value.MostHeld - has);
        }

        await using var take = new NpgsqlCommand(
            $"""
            with next as (
                select v.prescription_id from quality.review v join quality.prescription p using (prescription_id)
                where v.stage = any(@stages) and (v.owner is null or v.owner_until <= @now)
                  and {ReviewSight.Where} and {ReviewSight.Unbiased}
                order by v.due_at, v.prescription_id limit @count for update of v skip locked)
            update quality.review v set owner = @subject, owner_name = @name, owner_until = @until, assigned = false, version = v.version + 1
            from next where v.prescription_id = next.prescription_id
            returning v.prescription_id
            """,
            work.Connection,
            work.Transaction
        );
        take.Parameters.AddWithValue("stages", arbiter ? ["arbitration"] : new[] { "first", "second" });
        take.Parameters.AddWithValue("now", now);
        take.Parameters.AddWithValue("until", now.AddMinutes(settings.Value.LeaseMinutes));
        take.Parameters.AddWithValue("count", count);
        sight.Guard(take);
        var taken = new List<Guid>();
        await using (var reader = await take.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                taken.Add(reader.GetGuid(0));
            }
        }

        foreach (var id in taken)
        {
            await ReviewSteps.RememberAsync(work, id, "claimed", sight.Person, "", now, cancellationToken);
        }

        await work.CommitAsync(cancellationToken);
        return taken;
    }

    /// <summary>Takes one; taking again what one holds lengthens the lease.</summary>
    public async Task<DateTimeOffset> TakeOneAsync(
        Guid prescriptionId,
        bool arbiter,
        ReviewSight sight,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var row = await ReviewRow.LockAsync(work, prescriptionId, sight, cancellationToken);
        VerdictDesk.Allow(row, sight.Person, arbiter, now);
        var until =
            row.Owner == sight.Person.Subject && row.OwnerUntil > now.AddMinutes(settings.Value.LeaseMinutes)
                ? row.OwnerUntil.Value
                : now.AddMinutes(settings.Value.LeaseMinutes);
        await using var take = work.Command(
            "update quality.review set owner = $2, owner_name = $3, owner_until = $4, version = version + 1 where prescription_id = $1",
            prescriptionId,
            sight.Person.Subject,
            sight.Person.Name,
            until
        );
        await take.ExecuteNonQueryAsync(cancellationToken);
        if (row.Owner != sight.Person.Subject)
        {
            await ReviewSteps.RememberAsync(work, prescriptionId, "claimed", sight.Person, "", now, cancellationToken);
        }

        await work.CommitAsync(cancellationToken);
        return until;
    }

    /// <summary>Gives one back; giving back what one does not hold changes nothing.</summary>
    /// <param name="recusal">Why the reviewer asks to be kept away from it for good; null: it only gives it back.</param>
    /// <param name="whole">Keeps away from all of the prescriber's, not only from this one.</param>
    public async Task<bool> GiveBackAsync(
        Guid prescriptionId,
        string? recusal,
        bool whole,
        ReviewSight sight,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var row = await ReviewRow.LockAsync(work, prescriptionId, sight, cancellationToken);
        if (recusal is not null)
        {
            await using var declare = work.Command(
                """
                insert into quality.review_recusal (subject, prescription_id, institution_code, prescriber_code, reason, declared_at)
                select $2, case when $3 then null else v.prescription_id end, case when $3 then v.institution_code end,
                       case when $3 then v.prescriber_code end, $4, $5
                from quality.review v where v.prescription_id = $1
                """,
                prescriptionId,
                sight.Person.Subject,
                whole,
                recusal,
                now
            );
            await declare.ExecuteNonQueryAsync(cancellationToken);
        }

        var held = row.Owner == sight.Person.Subject;
        if (held)
        {
            await using var free = work.Command(
                """
                update quality.review set owner = null, owner_name = null, owner_until = null, assigned = false, version = version + 1
                where prescription_id = $1
                """,
                prescriptionId
            );
            await free.ExecuteNonQueryAsync(cancellationToken);
        }

        if (held || recusal is not null)
        {
            await ReviewSteps.RememberAsync(
                work,
                prescriptionId,
                recusal is null ? "released" : "recused",
                sight.Person,
                recusal ?? "",
                now,
                cancellationToken
            );
            await work.CommitAsync(cancellationToken);
        }

        return held;
    }
}
