using NpgsqlTypes;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Stock;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Transfers;

/// <summary>The receiving end of a transfer: both centres' books are written in one transaction.</summary>
internal sealed class TransferArrival(EventExchange exchange, TimeProvider time)
{
    private sealed record SentLine(long Sent, NewLot Lot);

    /// <returns>False when it had been received before.</returns>
    public async Task<bool> ReceiveAsync(
        Guid id,
        ArrivalRequest[] arrivals,
        DateTimeOffset? receivedAt,
        Person person,
        CancellationToken cancellationToken
    )
    {
        var at = receivedAt.OrNow("receivedAt", time);
        await using var work = await exchange.BeginAsync(cancellationToken);
        await using var locking = work.Command(
            "select state, received_by, sent_at from pharmacy.transfers where id = $1 and to_centre = $2 for update",
            id,
            person.CentreCode
        );
        var rows = await locking.ListAsync(r => (State: r.GetString(0), By: r.Text(1), SentAt: r.Instant(2)), cancellationToken);
        if (rows.Count == 0)
        {
            throw PharmacyFaults.TransferNotFound.Exception("transferId");
        }

        if (rows[0].State == "received")
        {
            return rows[0].By == person.Subject ? false : throw PharmacyFaults.TransferState.Exception("", rows[0].State);
        }

        if (receivedAt is not null && at < rows[0].SentAt)
        {
            throw PharmacyFaults.TooEarly.Exception("receivedAt", rows[0].SentAt.Text());
        }

        var shelves = await LockShelvesAsync(work, id, person, cancellationToken);
        var lines = await ReadAsync(work, id, cancellationToken);
        Check(arrivals, lines);
        await BookAsync(work, id, arrivals, lines, shelves, person, at, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return true;
    }

    private static async Task BookAsync(
        Work work,
        Guid id,
        ArrivalRequest[] arrivals,
        Dictionary<Guid, SentLine> lines,
        Dictionary<string, int> shelves,
        Person person,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        var entries = new List<Entry>();
        await using var batch = work.Batch();
        foreach (var arrival in arrivals)
        {
            var line = lines[arrival.LotId];
            Guid? arrived = null;
            if (arrival.Milligrams > 0)
            {
                var lot = line.Lot with { Milligrams = arrival.Milligrams };
                arrived = await lot.EnterAsync(work, shelves[lot.Piece], person, at, id, cancellationToken);
                entries.Add(new Entry(arrival.LotId, 0, Account.InTransit, Account.TransferOut, arrival.Milligrams));
            }

            if (arrival.Milligrams < line.Sent)
            {
                entries.Add(new Entry(arrival.LotId, 0, Account.InTransit, Account.Lost, line.Sent - arrival.Milligrams));
            }

            var update = batch.Add(
                """
                update pharmacy.transfer_lines set received = $3, lost_reason = $4, arrived_lot_id = $5 where transfer_id = $1 and lot_id = $2
                """
            );
            update.With(id).With(arrival.LotId).With(arrival.Milligrams).With(arrival.Reason ?? "");
            update.Parameters.Add(new() { Value = (object?)arrived ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        }

        LedgerStore.Post(
            batch,
            [
                new Movement(MovementKind.TransferArrival, null, person.Subject, at, entries)
                {
                    DocumentId = id,
                    Reason = string.Join(";", arrivals.Select(a => a.Reason).Where(r => !string.IsNullOrEmpty(r))),
                },
            ]
        );
        batch
            .Add(
                """
                update pharmacy.transfers set state = 'received', received_by = $2, received_by_name = $3, received_at = $4 where id = $1
                """
            )
            .With(id)
            .With(person.Subject)
            .With(person.Name)
            .With(at.UtcDateTime);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Check(ArrivalRequest[] arrivals, Dictionary<Guid, SentLine> lines)
    {
        if (arrivals is null || !arrivals.Select(a => a.LotId).ToHashSet().SetEquals(lines.Keys) || arrivals.Length != lines.Count)
        {
            throw PharmacyFaults.TransferLineUnknown.Exception("lines");
        }

        var faults = new FaultList();
        foreach (var (i, arrival) in arrivals.Index())
        {
            var sent = lines[arrival.LotId].Sent;
            faults.Require(
                arrival.Milligrams >= 0 && arrival.Milligrams <= sent,
                PharmacyFaults.ReceivedBeyondSent,
                $"lines[{i}].milligrams",
                sent
            );
            faults.Require(
                arrival.Milligrams >= sent || !string.IsNullOrWhiteSpace(arrival.Reason),
                PharmacyFaults.DifferenceWithoutReason,
                $"lines[{i}].reason"
            );
            faults.CheckNote(arrival.Reason, $"lines[{i}].reason", Particulars.MaxReason);
        }

        faults.ThrowIfAny();
    }

    /// <summary>The shelves of both centres in one go, in the order of their ids; those of the receiver are made when missing.</summary>
    /// <returns>The receiver's, by piece.</returns>
    private static async Task<Dictionary<string, int>> LockShelvesAsync(
        Work work,
        Guid id,
        Person person,
        CancellationToken cancellationToken
    )
    {
        await using var making = work.Command(
            """
            insert into pharmacy.shelves (centre_code, piece)
            select distinct $2, l.piece from pharmacy.transfer_lines t join pharmacy.lots l on l.id = t.lot_id
            where t.transfer_id = $1 order by 2
            on conflict do nothing
            """,
            id,
            person.CentreCode
        );
        await making.ExecuteNonQueryAsync(cancellationToken);
        await using var locking = work.Command(
            """
            select s.id, s.piece, s.centre_code from pharmacy.shelves s
            where s.id in (select l.shelf_id from pharmacy.transfer_lines t join pharmacy.lots l on l.id = t.lot_id where t.transfer_id = $1
                           union
                           select r.id from pharmacy.transfer_lines t join pharmacy.lots l on l.id = t.lot_id
                           join pharmacy.shelves r on r.centre_code = $2 and r.piece = l.piece where t.transfer_id = $1)
            order by s.id for update
            """,
            id,
            person.CentreCode
        );
        var shelves = await locking.ListAsync(r => (Id: r.GetInt32(0), Piece: r.GetString(1), Centre: r.GetString(2)), cancellationToken);
        return shelves.Where(s => s.Centre == person.CentreCode).ToDictionary(s => s.Piece, s => s.Id);
    }

    /// <summary>What became of the lot while it was under way goes with it: one called back arrives frozen, and stays so.</summary>
    private static async Task<Dictionary<Guid, SentLine>> ReadAsync(Work work, Guid id, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select t.lot_id, t.sent, l.piece, l.lot_number, l.supplier_code, l.supplier, l.origin, l.spec, l.grade, l.certificate,
                   l.test_report, l.produced_on, l.expires_on, l.status, coalesce(l.root_lot_id, l.id),
                   (select r.status from pharmacy.lots r where r.id = coalesce(l.root_lot_id, l.id))
            from pharmacy.transfer_lines t join pharmacy.lots l on l.id = t.lot_id
            where t.transfer_id = $1
            """,
            id
        );
        var lines = await command.ListAsync(
            r =>
            {
                string[] bad = [LotStanding.Rejected, LotStanding.Frozen];
                var status = bad.FirstOrDefault(b => b == r.GetString(13) || b == r.GetString(15));
                return (
                    LotId: r.GetGuid(0),
                    Line: new SentLine(
                        r.GetInt64(1),
                        new NewLot(
                            r.GetString(2),
                            r.GetString(3),
                            r.Text(4),
                            r.GetString(5),
                            r.GetString(6),
                            r.GetString(7),
                            r.GetString(8),
                            r.GetString(9),
                            r.GetString(10),
                            r.GetInt64(1),
                            r.GetFieldValue<DateOnly>(11),
                            r.GetFieldValue<DateOnly>(12),
                            id,
                            r.GetGuid(14),
                            status is null ? new LotStanding(LotStanding.Quarantine, 0) : new LotStanding(status, LotStanding.ByItsRoot)
                        )
                    )
                );
            },
            cancellationToken
        );
        return lines.ToDictionary(l => l.LotId, l => l.Line);
    }
}
