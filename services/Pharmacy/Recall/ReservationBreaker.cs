using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Dispensing;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Recall;

/// <summary>
/// Takes back what prescriptions hold of lots that are no longer good (预留中断): all that such a prescription holds, for it is filled whole or
/// not at all. It is short from then on and due at once. One that is being weighed gives back too: what lies on its tray goes back to
/// the shelf. Grams of the bad lot go to quarantine.
/// </summary>
internal sealed class ReservationBreaker(EventExchange exchange, TimeProvider time)
{
    private const int Batch = 200;

    private const string TakeSpoilt = """
        select p.id, p.institution_code, p.region_code, p.his_number, p.revision, p.told, p.trace_parent, p.centre_code, p.state
        from pharmacy.prescriptions p
        where p.state in ('reserved', 'dispensing') and p.id in (
            select a.prescription_id
            from pharmacy.lots l
            join pharmacy.lot_balances b on b.lot_id = l.id and b.reserved > 0
            join pharmacy.allocations a on a.lot_id = l.id
            where l.status in ('frozen', 'rejected') or l.expires_on < $2)
        order by p.id
        limit $1
        for update skip locked
        """;

    private const string TakeClosed = """
        select p.id, p.institution_code, p.region_code, p.his_number, p.revision, p.told, p.trace_parent, p.centre_code, p.state
        from pharmacy.centre_profiles c
        join pharmacy.prescriptions p on p.centre_code = c.centre_code and p.state in ('reserved', 'dispensing')
        where c.closes_at <= $2
        order by p.id
        limit $1
        for update of p skip locked
        """;

    // Weighed and not yet checked: nobody has it, so it comes back too. Few at any time, so it begins with them.
    private const string TakeUnchecked = """
        select p.id, p.institution_code, p.region_code, p.his_number, p.revision, p.told, p.trace_parent, p.centre_code, p.state
        from pharmacy.prescriptions p
        where p.state = 'dispensed' and exists (
            select 1 from pharmacy.allocations a join pharmacy.lots l on l.id = a.lot_id
            where a.prescription_id = p.id and a.weighed is not null and l.status in ('frozen', 'rejected'))
        order by p.id
        limit $1
        for update skip locked
        """;

    private sealed record Holder(Guid Id, Owner Owner, int Told, string? Trace, string Centre, string State);

    private sealed record Hold(
        Guid PrescriptionId,
        int LineNumber,
        Guid LotId,
        string LotNumber,
        string Piece,
        string Status,
        bool Expired,
        long Milligrams,
        long? Weighed
    )
    {
        public string? Cause =>
            Status is "frozen" or "rejected" ? Status
            : Expired ? "expired"
            : null;
    }

    /// <returns>How many prescriptions gave back what they held; 0 when nothing that is free to be locked holds of a bad lot.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken) =>
        await RunAsync(TakeSpoilt, RegionTime.DayOf(time.GetUtcNow()), null, cancellationToken)
        + await RunAsync(TakeUnchecked, null, null, cancellationToken);

    /// <summary>The same for all that is reserved or being weighed at a centre that has closed (停业).</summary>
    public Task<int> RunClosedAsync(CancellationToken cancellationToken) =>
        RunAsync(TakeClosed, time.GetUtcNow().UtcDateTime, RoutingCause.CentreClosed, cancellationToken);

    private async Task<int> RunAsync(string take, object? argument, string? ofAll, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        await using var taken = argument is null ? work.Command(take, Batch) : work.Command(take, Batch, argument);
        var holders = await taken.ListAsync(ReadHolder, cancellationToken);
        if (holders.Count == 0)
        {
            return 0;
        }

        await BreakAsync(work, holders, [], [], ofAll, time.GetUtcNow(), cancellationToken);
        await work.CommitAsync(cancellationToken);
        return holders.Count;
    }

    /// <summary>
    /// The same for what is held of lots of which grams are missing, within a work that somebody else commits. The caller holds no shelf yet;
    /// afterwards it holds those of these lots and of <paramref name="alsoLocked"/> as well, if anything was broken.
    /// </summary>
    /// <returns>How many prescriptions gave back; one that is being weighed keeps what it has.</returns>
    public static async Task<int> BreakMissingAsync(
        Work work,
        IReadOnlyCollection<Guid> lots,
        IEnumerable<Guid> alsoLocked,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var taken = work.Command(
            """
            select p.id, p.institution_code, p.region_code, p.his_number, p.revision, p.told, p.trace_parent, p.centre_code, p.state
            from pharmacy.prescriptions p
            where p.state = 'reserved' and p.id in (select a.prescription_id from pharmacy.allocations a where a.lot_id = any($1))
            order by p.id
            for update
            """,
            lots.ToArray()
        );
        var holders = await taken.ListAsync(ReadHolder, cancellationToken);
        if (holders.Count > 0)
        {
            await BreakAsync(work, holders, lots, alsoLocked, null, now, cancellationToken);
        }

        return holders.Count;
    }

    private static Holder ReadHolder(NpgsqlDataReader r) =>
        new(
            r.GetGuid(0),
            new Owner(r.GetString(1), r.GetString(2), r.GetString(3), r.GetInt32(4)),
            r.GetInt32(5),
            r.Text(6),
            r.GetString(7),
            r.GetString(8)
        );

    private static async Task BreakAsync(
        Work work,
        IReadOnlyList<Holder> holders,
        IReadOnlyCollection<Guid> missing,
        IEnumerable<Guid> alsoLocked,
        string? ofAll,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        Guid[] ids = [.. holders.Select(h => h.Id)];
        var holds = await ReadHoldsAsync(work, ids, missing.Concat(alsoLocked), now, cancellationToken);
        var causes = holds
            .Select(h => (Hold: h, Cause: ofAll ?? (missing.Contains(h.LotId) ? "missing" : h.Cause)))
            .Where(h => h.Cause is not null)
            .ToLookup(h => h.Hold.PrescriptionId);
        var handedOut = holders.Where(h => h.State == "dispensed").Select(h => h.Id).ToHashSet();
        await using var writing = work.Batch();
        var broken = new List<(Holder Holder, Hold Hold, string Cause)>();
        foreach (var holder in holders)
        {
            broken.AddRange(causes[holder.Id].Select(c => (holder, c.Hold, c.Cause!)));
            work.Publish(EventOf(holder, causes[holder.Id].Select(c => c.Hold), causes[holder.Id].First().Cause!, now), holder.Trace);
        }

        Trays.Clear(writing, ids, now);
        Holdings.Delete(writing, ids);
        LedgerStore.Post(
            writing,
            [
                .. Holdings.PutBack(
                    holds
                        .Where(h => !handedOut.Contains(h.PrescriptionId))
                        .Select(h => new Holding(h.PrescriptionId, h.LineNumber, h.LotId, h.Milligrams, h.Status)),
                    "pharmacy",
                    now
                ),
                .. holds
                    .Where(h => handedOut.Contains(h.PrescriptionId) && h.Weighed > 0)
                    .GroupBy(h => h.PrescriptionId)
                    .Select(g => new Movement(MovementKind.SendBack, g.Key, "pharmacy", now, [.. g.Select(TakeBack)])),
            ]
        );
        writing
            .Add(
                """
                insert into pharmacy.broken_reservations
                    (prescription_id, version, line_number, lot_id, milligrams, weighed, cause, broken_at)
                select *, $8 from unnest($1, $2, $3, $4, $5, $6, $7)
                """
            )
            .With(NpgsqlDbType.Uuid, broken.Select(b => b.Holder.Id))
            .With(NpgsqlDbType.Integer, broken.Select(b => b.Holder.Told + 1))
            .With(NpgsqlDbType.Integer, broken.Select(b => b.Hold.LineNumber))
            .With(NpgsqlDbType.Uuid, broken.Select(b => b.Hold.LotId))
            .With(NpgsqlDbType.Bigint, broken.Select(b => b.Hold.Milligrams))
            .With(NpgsqlDbType.Bigint, broken.Select(b => b.Hold.Weighed))
            .With(NpgsqlDbType.Text, broken.Select(b => b.Cause))
            .With(now.UtcDateTime);
        // Nothing of it is tried yet, so it is due at once.
        writing
            .Add(
                """
                update pharmacy.prescriptions
                set state = 'short', told = told + 1, broken = true, tried = 0, tried_at = '-infinity', missing = '{}', centre_code = null,
                    reason_zh = null, reason_en = null, reserved_at = null, dispenser = null, dispenser_name = null, started_at = null,
                    finished_at = null,
                    promised_at = null, fee = null, reroutes = reroutes + 1, reroute_cause = $2
                where id = any($1)
                """
            )
            .With(NpgsqlDbType.Uuid, ids)
            .With(ofAll ?? RoutingCause.LotSpoilt);
        await writing.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What was booked as dispensed and not yet checked.</summary>
    private static Entry TakeBack(Hold h) =>
        new(h.LotId, h.LineNumber, Account.Dispensed, h.Status == "available" ? Account.Available : Account.Quarantine, h.Weighed!.Value);

    /// <summary>With the shelves locked, as everybody who moves grams of them does.</summary>
    private static async Task<List<Hold>> ReadHoldsAsync(
        Work work,
        IReadOnlyList<Guid> holders,
        IEnumerable<Guid> lots,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var reading = work.Batch();
        ReservationDesk.Lock(reading, [], lots, holders);
        reading
            .Add(
                """
                select a.prescription_id, a.line_number, a.lot_id, l.lot_number, l.piece, l.status, l.expires_on < $2, a.milligrams, a.weighed
                from pharmacy.allocations a join pharmacy.lots l on l.id = a.lot_id
                where a.prescription_id = any($1)
                order by a.prescription_id, a.line_number, a.lot_id
                """
            )
            .With(NpgsqlDbType.Uuid, holders)
            .With(RegionTime.DayOf(now));
        await using var reader = await reading.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.RowsAsync(
            r => new Hold(
                r.GetGuid(0),
                r.GetInt32(1),
                r.GetGuid(2),
                r.GetString(3),
                r.GetString(4),
                r.GetString(5),
                r.GetBoolean(6),
                r.GetInt64(7),
                r.IsDBNull(8) ? null : r.GetInt64(8)
            ),
            cancellationToken
        );
    }

    private static ReservationBroken EventOf(Holder holder, IEnumerable<Hold> bad, string cause, DateTimeOffset now) =>
        new()
        {
            AggregateId = holder.Id,
            Version = holder.Told + 1,
            OccurredAt = now,
            InstitutionCode = holder.Owner.InstitutionCode,
            RegionCode = holder.Owner.RegionCode,
            HisNumber = holder.Owner.HisNumber,
            Revision = holder.Owner.Revision,
            CentreCode = holder.Centre,
            WeighingBegun = holder.State != "reserved",
            Cause = cause,
            Broken = [.. bad.Select(h => new LotAllocation(h.LineNumber, h.Piece, h.LotId, h.LotNumber, new Weight(h.Milligrams)))],
        };
}
