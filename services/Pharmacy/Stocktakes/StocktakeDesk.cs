using System.Globalization;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Stock;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Stocktakes;

/// <summary>What is counted: lots of these pieces, or that lie at these positions; of everything when both are empty.</summary>
internal sealed record StocktakeRequest(string[]? Pieces, string[]? Positions);

/// <param name="Milligrams">What was found of it.</param>
/// <param name="CountedAt">When it lay on the scale: movements after that moment do not count. Now when left out.</param>
internal sealed record CountRequest(Guid LotId, long Milligrams, DateTimeOffset? CountedAt, string? Note);

/// <summary>
/// Stocktakes (盘点). Opening one freezes which lots are counted and what the books said; each count is compared with the books of its own
/// moment, so that work goes on meanwhile; a second person signs, and the differences are booked.
/// </summary>
internal sealed class StocktakeDesk(EventExchange exchange, TimeProvider time)
{
    private const int MaxLots = 5_000;

    /// <summary>A lot can be in one open stocktake only. Idempotent by the caller's id.</summary>
    /// <returns>How many lots are to be counted, and whether it was opened now.</returns>
    public async Task<(long Lots, bool Recorded)> OpenAsync(
        Guid id,
        StocktakeRequest request,
        Person person,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var work = await exchange.BeginAsync(cancellationToken);
        await using var before = work.Command(
            """
            select (select count(*) from pharmacy.stocktake_lots l where l.stocktake_id = s.id)
            from pharmacy.stocktakes s where s.id = $1 and s.centre_code = $2
            """,
            id,
            person.CentreCode
        );
        if (await before.ExecuteScalarAsync(cancellationToken) is long known)
        {
            return (known, false);
        }

        var (pieces, positions) = (request.Pieces ?? [], request.Positions ?? []);
        await using var lots = work.Command(
            """
            select l.id from pharmacy.lots l join pharmacy.lot_balances b on b.lot_id = l.id
            where l.centre_code = $1 and b.quarantine + b.available + b.reserved > 0
              and (cardinality($2::text[]) = 0 and cardinality($3::text[]) = 0 or l.piece = any($2) or l.position = any($3))
            limit $4
            """,
            person.CentreCode,
            pieces,
            positions,
            MaxLots
        );
        var ids = await lots.ListAsync(r => r.GetGuid(0), cancellationToken);
        if (ids.Count == 0)
        {
            throw PharmacyFaults.StocktakeEmpty.Exception();
        }

        await RequireFreeAsync(work, ids, cancellationToken);
        await using var batch = work.Batch();
        batch
            .Add(
                """
                insert into pharmacy.stocktakes (id, centre_code, number, state, scope, opened_by, opened_by_name, opened_at)
                values ($1, $2, $3 || lpad(nextval('pharmacy.stocktake_number')::text, 5, '0'), 'counting', $4, $5, $6, $7)
                """
            )
            .With(id)
            .With(person.CentreCode)
            .With("PD" + RegionTime.DayOf(now).ToString("yyyyMMdd", CultureInfo.InvariantCulture) + "-")
            .With(string.Join("、", pieces.Concat(positions)))
            .With(person.Subject)
            .With(person.Name)
            .With(now.UtcDateTime);
        ReservationDesk.Lock(batch, [], ids, []);
        batch
            .Add(
                """
                insert into pharmacy.stocktake_lots (stocktake_id, lot_id, snapshot)
                select $1, lot_id, quarantine + available + reserved from pharmacy.lot_balances where lot_id = any($2)
                """
            )
            .With(id)
            .With(NpgsqlDbType.Uuid, ids);
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Npgsql.PostgresException e) when (e is { SqlState: "23505", ConstraintName: "stocktake_lots_open" })
        {
            // The other one was quicker by a hair.
            throw PharmacyFaults.StocktakeOverlap.Exception("", "–", "–");
        }

        await work.CommitAsync(cancellationToken);
        return (ids.Count, true);
    }

    /// <summary>
    /// Takes counts in; one that is counted again replaces what was counted before. The books of the moment of counting are what lies in
    /// quarantine, is available or reserved, less what was on trays: weighed, and booked only when the prescription is finished.
    /// </summary>
    public async Task CountAsync(Guid id, CountRequest[]? asked, Person person, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var counts = asked ?? [];
        var faults = new FaultList();
        faults.Require(counts is { Length: > 0 and <= MaxLots }, PharmacyFaults.LineCount, "counts", MaxLots);
        foreach (var (i, count) in counts.Index())
        {
            faults.CheckMilligrams(count.Milligrams, $"counts[{i}].milligrams", least: 0);
            faults.CheckNote(count.Note, $"counts[{i}].note", 200);
        }

        faults.ThrowIfAny();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var stocktake = await LockAsync(work, id, person, cancellationToken);
        Require(stocktake.State == "counting", PharmacyFaults.StocktakeState, stocktake.State);
        var moments = counts.Select((c, i) => c.CountedAt.OrNow($"counts[{i}].countedAt", time)).ToArray();
        for (var i = 0; i < moments.Length; i++)
        {
            faults.Require(
                counts[i].CountedAt is null || moments[i] >= stocktake.OpenedAt,
                PharmacyFaults.TooEarly,
                $"counts[{i}].countedAt",
                stocktake.OpenedAt.Text()
            );
        }

        faults.ThrowIfAny();
        await using var batch = work.Batch();
        ReservationDesk.Lock(batch, [], counts.Select(c => c.LotId), []);
        batch
            .Add(
                """
                update pharmacy.stocktake_lots t
                set counted = u.counted, note = u.note, counted_by = $6, counted_by_name = $7, counted_at = u.at,
                    book = b.quarantine + b.available + b.reserved
                        - coalesce((select sum(a.weighed) from pharmacy.allocations a join pharmacy.prescriptions p on p.id = a.prescription_id
                                    where a.lot_id = u.lot_id and p.state = 'dispensing'), 0)
                        - coalesce((select sum(case when e.to_account in ('quarantine', 'available', 'reserved') then e.milligrams else 0 end)
                                         - sum(case when e.from_account in ('quarantine', 'available', 'reserved') then e.milligrams else 0 end)
                                    from pharmacy.entries e join pharmacy.movements m on m.id = e.movement_id
                                    where e.lot_id = u.lot_id and m.occurred_at > u.at), 0)
                from unnest($2, $3, $4, $5) as u (lot_id, counted, at, note)
                join pharmacy.lot_balances b on b.lot_id = u.lot_id
                where t.stocktake_id = $1 and t.lot_id = u.lot_id
                """
            )
            .With(id)
            .With(NpgsqlDbType.Uuid, counts.Select(c => c.LotId))
            .With(NpgsqlDbType.Bigint, counts.Select(c => c.Milligrams))
            .With(NpgsqlDbType.TimestampTz, moments.Select((m, i) => (counts[i].CountedAt is null ? now : m).UtcDateTime))
            .With(NpgsqlDbType.Text, counts.Select(c => c.Note ?? ""))
            .With(person.Subject)
            .With(person.Name);
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
        }

        await using var known = work.Command(
            "select count(*) from pharmacy.stocktake_lots where stocktake_id = $1 and lot_id = any($2)",
            id,
            counts.Select(c => c.LotId).ToArray()
        );
        Require(
            (long)(await known.ExecuteScalarAsync(cancellationToken))! == counts.Select(c => c.LotId).Distinct().Count(),
            PharmacyFaults.NotInStocktake
        );
        await work.CommitAsync(cancellationToken);
    }

    /// <summary>Nothing is booked; the lots may be counted in another.</summary>
    /// <returns>False when it had been cancelled before.</returns>
    public async Task<bool> CancelAsync(Guid id, string? reason, Person person, CancellationToken cancellationToken)
    {
        var faults = new FaultList();
        faults.CheckText(reason, "reason", Particulars.MaxReason);
        faults.ThrowIfAny();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var stocktake = await LockAsync(work, id, person, cancellationToken);
        if (stocktake.State == "cancelled")
        {
            return false;
        }

        Require(stocktake.State == "counting", PharmacyFaults.StocktakeState, stocktake.State);
        await EndAsync(work, id, "cancelled", reason!, null, time.GetUtcNow(), cancellationToken);
        await work.CommitAsync(cancellationToken);
        return true;
    }

    internal sealed record Locked(string State, DateTimeOffset OpenedAt, string Number, string? SignedBy);

    internal static async Task<Locked> LockAsync(Work work, Guid id, Person person, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "select state, opened_at, number, signed_by from pharmacy.stocktakes where id = $1 and centre_code = $2 for update",
            id,
            person.CentreCode
        );
        var rows = await command.ListAsync(r => new Locked(r.GetString(0), r.Instant(1), r.GetString(2), r.Text(3)), cancellationToken);
        return rows.Count > 0 ? rows[0] : throw PharmacyFaults.StocktakeNotFound.Exception("stocktakeId");
    }

    internal static async Task EndAsync(
        Work work,
        Guid id,
        string state,
        string reason,
        Person? signer,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var batch = work.Batch();
        batch
            .Add(
                """
                update pharmacy.stocktakes
                set state = $2, reason = $3, signed_by = $4, signed_by_name = $5, ended_at = $6 where id = $1
                """
            )
            .With(id)
            .With(state)
            .With(reason)
            .With(signer?.Subject)
            .With(signer?.Name)
            .With(now.UtcDateTime);
        batch.Add("update pharmacy.stocktake_lots set open = false where stocktake_id = $1").With(id);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task RequireFreeAsync(Work work, List<Guid> lots, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select l.lot_number, s.number from pharmacy.stocktake_lots t
            join pharmacy.stocktakes s on s.id = t.stocktake_id join pharmacy.lots l on l.id = t.lot_id
            where t.open and t.lot_id = any($1) order by l.lot_number limit 1
            """,
            lots.ToArray()
        );
        var taken = await command.ListAsync(r => (Lot: r.GetString(0), Stocktake: r.GetString(1)), cancellationToken);
        if (taken.Count > 0)
        {
            throw PharmacyFaults.StocktakeOverlap.Exception("", taken[0].Lot, taken[0].Stocktake);
        }
    }

    private static void Require(bool holds, FaultDefinition fault, params object[] arguments)
    {
        if (!holds)
        {
            throw fault.Exception("", arguments);
        }
    }
}
