using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Recall;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Stock;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Stocktakes;

/// <summary>
/// Books the differences of a stocktake when a second person signs. What is missing is lost, from what is free first; when that is not
/// enough, reservations of the lot are broken. What is there beyond the books is found, and in quarantine when its lot is.
/// </summary>
internal sealed class StocktakeSigning(EventExchange exchange, TimeProvider time)
{
    private sealed record Difference(Guid LotId, string LotNumber, string Status, long Milligrams, long Available, long Quarantine)
    {
        public long Missing => Math.Max(0, -Milligrams);

        public long Free => Available + Quarantine;
    }

    /// <returns>Whether it was signed now, and how many lots differed.</returns>
    public async Task<(bool Recorded, int Differences)> SignAsync(Guid id, Person person, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var stocktake = await StocktakeDesk.LockAsync(work, id, person, cancellationToken);
        if (stocktake.State == "signed" && stocktake.SignedBy == person.Subject)
        {
            return (false, (await ReadAsync(work, id, false, cancellationToken)).Count);
        }

        Require(stocktake.State == "counting", PharmacyFaults.StocktakeState, stocktake.State);
        await RequireCountedAsync(work, id, person, cancellationToken);
        // Prescriptions before shelves: whose reservations may have to go is locked before anything is.
        var seen = await ReadAsync(work, id, false, cancellationToken);
        var lacking = seen.Where(d => d.Missing > d.Free).Select(d => d.LotId).ToArray();
        if (lacking.Length > 0)
        {
            await ReservationBreaker.BreakMissingAsync(work, lacking, seen.Select(d => d.LotId), now, cancellationToken);
        }

        var differences = await ReadAsync(work, id, true, cancellationToken);
        if (differences.FirstOrDefault(d => d.Missing > d.Free) is { } beyond)
        {
            throw PharmacyFaults.ShortBeyondFree.Exception("", beyond.LotNumber, beyond.Missing);
        }

        await using var batch = work.Batch();
        LedgerStore.Post(batch, [MovementOf(id, stocktake.Number, differences, person, now)]);
        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await StocktakeDesk.EndAsync(work, id, "signed", "", person, now, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return (true, differences.Count);
    }

    private static Movement MovementOf(Guid id, string number, List<Difference> differences, Person person, DateTimeOffset now)
    {
        var entries = new List<Entry>(differences.Count);
        foreach (var difference in differences)
        {
            var fromAvailable = Math.Min(difference.Available, difference.Missing);
            var shelf = difference.Status == LotStanding.Available ? Account.Available : Account.Quarantine;
            entries.AddRange(
                new Entry[]
                {
                    new(difference.LotId, 0, Account.Available, Account.Lost, fromAvailable),
                    new(difference.LotId, 0, Account.Quarantine, Account.Lost, difference.Missing - fromAvailable),
                    new(difference.LotId, 0, Account.Found, shelf, Math.Max(0, difference.Milligrams)),
                }.Where(e => e.Milligrams > 0)
            );
        }

        return new Movement(MovementKind.Stocktake, null, person.Subject, now, entries) { DocumentId = id, Reason = number };
    }

    private static async Task RequireCountedAsync(Work work, Guid id, Person person, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select count(*) filter (where counted is null), count(*) filter (where counted_by = $2)
            from pharmacy.stocktake_lots where stocktake_id = $1
            """,
            id,
            person.Subject
        );
        var (left, own) = (await command.ListAsync(r => (r.GetInt64(0), r.GetInt64(1)), cancellationToken))[0];
        Require(left == 0, PharmacyFaults.NotCounted, left);
        Require(own == 0, PharmacyFaults.SignerIsCounter);
    }

    /// <param name="locked">with the shelves locked, so that what is read is what is booked from</param>
    private static async Task<List<Difference>> ReadAsync(Work work, Guid id, bool locked, CancellationToken cancellationToken)
    {
        if (locked)
        {
            await using var locking = work.Command(
                """
                select id from pharmacy.shelves
                where id in (select l.shelf_id from pharmacy.stocktake_lots t join pharmacy.lots l on l.id = t.lot_id
                             where t.stocktake_id = $1 and t.counted <> t.book)
                order by id for update
                """,
                id
            );
            await locking.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = work.Command(
            """
            select t.lot_id, l.lot_number, l.status, t.counted - t.book, b.available, b.quarantine
            from pharmacy.stocktake_lots t
            join pharmacy.lots l on l.id = t.lot_id
            join pharmacy.lot_balances b on b.lot_id = t.lot_id
            where t.stocktake_id = $1 and t.counted <> t.book order by t.lot_id
            """,
            id
        );
        return await command.ListAsync(
            r => new Difference(r.GetGuid(0), r.GetString(1), r.GetString(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5)),
            cancellationToken
        );
    }

    private static void Require(bool holds, FaultDefinition fault, params object[] arguments)
    {
        if (!holds)
        {
            throw fault.Exception("", arguments);
        }
    }
}
