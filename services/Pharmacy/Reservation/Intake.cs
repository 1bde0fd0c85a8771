using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Routing;
using TcmBrain.Pharmacy.Stock;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Reservation;

/// <summary>
/// Takes in all that moves grams by event: approvals, cancellations and the verdicts on lots of one inbox transaction at once. One handler
/// per event only collects (it sees the event's own trace); the fold then locks everything once, in one order, and so never deadlocks.
/// </summary>
public sealed class Intake(RoutingBooks books, RoutingRules rules, TimeProvider time)
    : IHandle<PrescriptionApproved>,
        IHandle<PrescriptionCancelled>,
        IHandle<LotReleased>,
        IHandle<LotRejected>,
        IHandle<RecallIssued>,
        IFold
{
    // An id that is there already is locked and stays, but for a withdrawn one of which a newer revision was approved.
    private const string Upsert = """
        insert into pharmacy.prescriptions as p
            (id, institution_code, region_code, his_number, revision, state, trace_parent, approved_at, lines, doses, doses_per_day,
             packs_per_dose, millilitres_per_pack, external, decoct, urgent, delivery_region_code, syndrome_name,
             withdrawn_by, withdrawn_reason, withdrawn_at, passed_on, needed_by)
        select u.id, u.institution, u.region, u.his, u.revision, u.state, u.trace, u.approved_at, u.lines::jsonb, u.doses, u.per_day, u.packs,
               u.ml, u.external, u.decoct, u.urgent, u.delivery, u.syndrome, u.withdrawn_by, u.withdrawn_reason, u.withdrawn_at,
               u.passed_on::jsonb, u.needed_by
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
            as u (id, institution, region, his, revision, state, trace, approved_at, lines, doses, per_day, packs, ml, external, decoct,
                  urgent, delivery, syndrome, withdrawn_by, withdrawn_reason, withdrawn_at, passed_on, needed_by)
        order by u.id
        on conflict (id) do update
        set institution_code = excluded.institution_code, region_code = excluded.region_code, his_number = excluded.his_number,
            revision = excluded.revision, state = excluded.state, trace_parent = excluded.trace_parent,
            approved_at = excluded.approved_at, lines = excluded.lines, doses = excluded.doses, doses_per_day = excluded.doses_per_day,
            packs_per_dose = excluded.packs_per_dose, millilitres_per_pack = excluded.millilitres_per_pack,
            external = excluded.external, decoct = excluded.decoct, urgent = excluded.urgent,
            delivery_region_code = excluded.delivery_region_code, syndrome_name = excluded.syndrome_name,
            passed_on = excluded.passed_on, missing = '{}', centre_code = null, reason_zh = null, reason_en = null, reserved_at = null,
            needed_by = excluded.needed_by, promised_at = null, due_at = null, fee = null, reroutes = 0,
            withdrawn_by = null, withdrawn_reason = null, withdrawn_at = null
        where p.state = 'withdrawn' and excluded.state = 'approved' and p.revision < excluded.revision
        returning id, state, told
        """;

    private readonly Dictionary<Guid, (PrescriptionEvent Event, string? Trace)> _prescriptions = [];
    private readonly Dictionary<Guid, string> _grades = [];
    private readonly List<(Guid LotId, Verdict Verdict, int Version, string By, string Reason, DateTimeOffset At)> _verdicts = [];

    public Task HandleAsync(PrescriptionApproved e, Work work, CancellationToken cancellationToken) => Collect(e);

    public Task HandleAsync(PrescriptionCancelled e, Work work, CancellationToken cancellationToken) => Collect(e);

    public Task HandleAsync(LotReleased e, Work work, CancellationToken cancellationToken)
    {
        if (e.Grade.Length > 0)
        {
            _grades[e.AggregateId] = e.Grade;
        }

        return Collect((e.AggregateId, Verdict.Released, e.Version, e.ReleasedBy, "", e.OccurredAt));
    }

    public Task HandleAsync(LotRejected e, Work work, CancellationToken cancellationToken) =>
        Collect((e.AggregateId, Verdict.Rejected, e.Version, e.RejectedBy, e.Reason, e.OccurredAt));

    public Task HandleAsync(RecallIssued e, Work work, CancellationToken cancellationToken) =>
        Collect((e.AggregateId, Verdict.Recalled, e.Version, e.IssuedBy, e.Reason, e.OccurredAt));

    public async Task FoldAsync(IReadOnlyList<TakenEvent> events, Work work, CancellationToken cancellationToken)
    {
        if (_prescriptions.Count == 0 && _verdicts.Count == 0)
        {
            return;
        }

        var now = time.GetUtcNow();
        var orders = _prescriptions
            .Values.Where(p => p.Event is PrescriptionApproved)
            .Select(p => OrderOf((PrescriptionApproved)p.Event, p.Trace))
            .ToArray();
        Guid[] cancelled = [.. _prescriptions.Values.Where(p => p.Event is PrescriptionCancelled).Select(p => p.Event.AggregateId)];
        Guid[] lots = [.. _verdicts.Select(v => v.LotId).Distinct()];

        await using var reading = work.Batch();
        AddUpsert(reading);
        reading
            .Add("select id, revision from pharmacy.prescriptions where id = any($1) and state in ('short', 'reserved')")
            .With(NpgsqlDbType.Uuid, cancelled);
        ReservationDesk.Lock(reading, orders.SelectMany(o => o.Lines).Select(l => l.Piece).Distinct(), lots, cancelled);
        ReservationDesk.Read(reading, orders, RegionTime.DayOf(now));
        Holdings.Read(reading, cancelled);
        reading
            .Add(
                """
                select l.id, l.status, l.quality_version, b.quarantine, b.available, l.root_lot_id
                from pharmacy.lots l join pharmacy.lot_balances b on b.lot_id = l.id where l.id = any($1) or l.root_lot_id = any($1)
                """
            )
            .With(NpgsqlDbType.Uuid, lots);

        Dictionary<Guid, int> fresh;
        Dictionary<Guid, int> stoppable;
        Desk desk;
        List<Holding> holdings;
        List<StandingLot> standing;
        await using (var reader = await reading.ExecuteReaderAsync(cancellationToken))
        {
            var rows = await reader.RowsAsync(r => (Id: r.GetGuid(0), State: r.GetString(1), Told: r.GetInt32(2)), cancellationToken);
            fresh = rows.Where(r => r.State == "approved").ToDictionary(r => r.Id, r => r.Told);
            await reader.NextResultAsync(cancellationToken);
            stoppable = (await reader.RowsAsync(r => (Id: r.GetGuid(0), Revision: r.GetInt32(1)), cancellationToken)).ToDictionary(
                r => r.Id,
                r => r.Revision
            );
            await reader.NextResultAsync(cancellationToken);
            desk = await ReservationDesk.ReadAsync(reader, cancellationToken);
            holdings = await Holdings.ReadAsync(reader, cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            standing = await reader.RowsAsync(
                r => new StandingLot(
                    r.GetGuid(0),
                    new LotStanding(r.GetString(1), r.GetInt32(2)),
                    r.GetInt64(3),
                    r.GetInt64(4),
                    r.IdOrNull(5)
                ),
                cancellationToken
            );
        }

        // A cancellation of an older revision does not stop a newer one.
        HashSet<Guid> stopped = [.. stoppable.Where(s => _prescriptions[s.Key].Event.Revision >= s.Value).Select(s => s.Key)];
        var judged = standing.ConvertAll(Judge);
        var plans =
            fresh.Count == 0
                ? []
                : ReservationDesk.Plan(
                    orders.Where(o => fresh.ContainsKey(o.Id)).Select(o => o with { Told = fresh[o.Id] }),
                    desk,
                    await books.GetAsync(work, desk.BookVersion, cancellationToken),
                    now
                );
        var status = judged.ToDictionary(j => j.Lot.Id, j => j.After.Status);

        await using var writing = work.Batch();
        WriteVerdicts(writing, judged);
        ReservationDesk.Write(work, writing, plans, desk, rules, now);
        LedgerStore.Post(
            writing,
            [
                .. judged.Select(MovementOf).OfType<Movement>(),
                .. ReservationDesk.MovementsOf(plans, now),
                .. Holdings.PutBack(holdings.Where(h => stopped.Contains(h.PrescriptionId)), "prescriptions", now, status),
            ]
        );
        if (stopped.Count > 0)
        {
            WriteStopped(writing, stopped);
        }

        if (writing.BatchCommands.Count > 0)
        {
            await writing.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Of one prescription the newest revision counts, and of that the cancellation: it is the end.</summary>
    private Task Collect(PrescriptionEvent e)
    {
        if (
            !_prescriptions.TryGetValue(e.AggregateId, out var known)
            || e.Revision > known.Event.Revision
            || e.Revision == known.Event.Revision && e is PrescriptionCancelled
        )
        {
            _prescriptions[e.AggregateId] = (e, Activity.Current?.Id);
        }

        return Task.CompletedTask;
    }

    private Task Collect((Guid, Verdict, int, string, string, DateTimeOffset) verdict)
    {
        _verdicts.Add(verdict);
        return Task.CompletedTask;
    }

    private static Order OrderOf(PrescriptionApproved e, string? trace) =>
        new(
            e.AggregateId,
            Owner.Of(e),
            0,
            trace,
            e.Lines,
            e.Doses,
            e.DeliveryRegionCode,
            e.Urgent,
            e.OccurredAt,
            [],
            e.Decoct,
            e.PickUp?.From
        );

    private void AddUpsert(NpgsqlBatch batch)
    {
        var rows = _prescriptions
            .Values.Select(p => (p.Event, p.Trace, Approved: p.Event as PrescriptionApproved, Cancelled: p.Event as PrescriptionCancelled))
            .ToArray();
        batch
            .Add(Upsert)
            .With(NpgsqlDbType.Uuid, rows.Select(r => r.Event.AggregateId))
            .With(NpgsqlDbType.Text, rows.Select(r => r.Event.InstitutionCode))
            .With(NpgsqlDbType.Text, rows.Select(r => r.Event.RegionCode))
            .With(NpgsqlDbType.Text, rows.Select(r => r.Event.HisNumber))
            .With(NpgsqlDbType.Integer, rows.Select(r => r.Event.Revision))
            .With(NpgsqlDbType.Text, rows.Select(r => r.Approved is null ? "withdrawn" : "approved"))
            .With(NpgsqlDbType.Text, rows.Select(r => r.Trace))
            .With(NpgsqlDbType.TimestampTz, rows.Select(r => r.Approved?.OccurredAt.UtcDateTime))
            .With(
                NpgsqlDbType.Text,
                rows.Select(r => r.Approved is null ? null : JsonSerializer.Serialize(r.Approved.Lines, EventJson.Options))
            )
            .With(NpgsqlDbType.Integer, rows.Select(r => r.Approved?.Doses))
            .With(NpgsqlDbType.Integer, rows.Select(r => r.Approved?.DosesPerDay))
            .With(NpgsqlDbType.Integer, rows.Select(r => r.Approved?.PacksPerDose))
            .With(NpgsqlDbType.Integer, rows.Select(r => r.Approved?.MillilitresPerPack))
            .With(NpgsqlDbType.Boolean, rows.Select(r => r.Approved?.External))
            .With(NpgsqlDbType.Boolean, rows.Select(r => r.Approved?.Decoct))
            .With(NpgsqlDbType.Boolean, rows.Select(r => r.Approved?.Urgent))
            .With(NpgsqlDbType.Text, rows.Select(r => r.Approved?.DeliveryRegionCode))
            .With(NpgsqlDbType.Text, rows.Select(r => r.Approved?.SyndromeName))
            .With(NpgsqlDbType.Text, rows.Select(r => r.Cancelled?.CancelledBy))
            .With(NpgsqlDbType.Text, rows.Select(r => r.Cancelled?.Reason))
            .With(NpgsqlDbType.TimestampTz, rows.Select(r => r.Cancelled?.OccurredAt.UtcDateTime))
            .With(
                NpgsqlDbType.Text,
                rows.Select(r => r.Approved is null ? null : JsonSerializer.Serialize(PassedOn.Of(r.Approved), EventJson.Options))
            )
            .With(NpgsqlDbType.TimestampTz, rows.Select(r => r.Approved?.PickUp?.From.UtcDateTime));
    }

    private sealed record StandingLot(Guid Id, LotStanding Standing, long Quarantine, long Available, Guid? RootId);

    private sealed record JudgedLot(StandingLot Lot, LotStanding After, string By, DateTimeOffset At);

    private JudgedLot Judge(StandingLot lot)
    {
        // What is said of a lot holds for its parts at other centres too.
        var verdicts = _verdicts.Where(v => v.LotId == lot.Id || v.LotId == lot.RootId).OrderBy(v => v.Version).ToArray();
        var after = verdicts.Aggregate(
            lot.Standing,
            (standing, v) => v.LotId == lot.Id ? standing.After(v.Verdict, v.Version) : standing.AfterRoot(v.Verdict)
        );
        return new JudgedLot(lot, after, verdicts[^1].By, verdicts[^1].At);
    }

    private static Movement? MovementOf(JudgedLot judged)
    {
        var lot = judged.Lot;
        var (kind, entry) = judged.After.Status switch
        {
            LotStanding.Available => (MovementKind.Release, new Entry(lot.Id, 0, Account.Quarantine, Account.Available, lot.Quarantine)),
            LotStanding.Frozen => (MovementKind.Recall, new Entry(lot.Id, 0, Account.Available, Account.Quarantine, lot.Available)),
            _ => (MovementKind.Rejection, new Entry(lot.Id, 0, Account.Available, Account.Quarantine, lot.Available)),
        };
        return judged.After.Status == lot.Standing.Status || entry.Milligrams == 0
            ? null
            : new Movement(kind, null, judged.By, judged.At, [entry]);
    }

    private void WriteVerdicts(NpgsqlBatch batch, List<JudgedLot> judged)
    {
        if (_verdicts.Count == 0)
        {
            return;
        }

        batch
            .Add(
                """
                insert into pharmacy.lot_verdicts (lot_id, version, verdict, spoken_by, reason, spoken_at)
                select * from unnest($1, $2, $3, $4, $5, $6) on conflict do nothing
                """
            )
            .With(NpgsqlDbType.Uuid, _verdicts.Select(v => v.LotId))
            .With(NpgsqlDbType.Integer, _verdicts.Select(v => v.Version))
            .With(NpgsqlDbType.Text, _verdicts.Select(v => v.Verdict.ToString().ToLowerInvariant()))
            .With(NpgsqlDbType.Text, _verdicts.Select(v => v.By))
            .With(NpgsqlDbType.Text, _verdicts.Select(v => v.Reason))
            .With(NpgsqlDbType.TimestampTz, _verdicts.Select(v => v.At.UtcDateTime));
        if (_grades.Count > 0)
        {
            // What quality control found goes before what the papers say.
            batch
                .Add("update pharmacy.lots l set grade = u.grade from unnest($1, $2) as u (id, grade) where l.id = u.id")
                .With(NpgsqlDbType.Uuid, _grades.Keys)
                .With(NpgsqlDbType.Text, _grades.Values);
        }

        var changed = judged.Where(j => j.After != j.Lot.Standing).ToArray();
        if (changed.Length > 0)
        {
            batch
                .Add(
                    """
                    update pharmacy.lots l set status = u.status, quality_version = u.version
                    from unnest($1, $2, $3) as u (id, status, version) where l.id = u.id
                    """
                )
                .With(NpgsqlDbType.Uuid, changed.Select(j => j.Lot.Id))
                .With(NpgsqlDbType.Text, changed.Select(j => j.After.Status))
                .With(NpgsqlDbType.Integer, changed.Select(j => j.After.Version));
        }
    }

    private void WriteStopped(NpgsqlBatch batch, HashSet<Guid> stopped)
    {
        var events = stopped.Select(id => (PrescriptionCancelled)_prescriptions[id].Event).ToArray();
        Holdings.Delete(batch, stopped);
        batch
            .Add(
                """
                update pharmacy.prescriptions p
                set state = 'withdrawn', revision = u.revision, withdrawn_by = u.by, withdrawn_reason = u.reason, withdrawn_at = u.at
                from unnest($1, $2, $3, $4, $5) as u (id, revision, by, reason, at) where p.id = u.id
                """
            )
            .With(NpgsqlDbType.Uuid, events.Select(e => e.AggregateId))
            .With(NpgsqlDbType.Integer, events.Select(e => e.Revision))
            .With(NpgsqlDbType.Text, events.Select(e => e.CancelledBy))
            .With(NpgsqlDbType.Text, events.Select(e => e.Reason))
            .With(NpgsqlDbType.TimestampTz, events.Select(e => e.OccurredAt.UtcDateTime));
    }
}
