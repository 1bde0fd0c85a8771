using NpgsqlTypes;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>What the ledger is told when a prescription is dispensed, and when a checker sends it back.</summary>
internal static class Booking
{
    /// <summary>With the shelves locked, so that what is taken beyond the reservation is really there.</summary>
    public static async Task<List<Entry>> DispenseAsync(Work work, Dossier dossier, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var lots = await LockAsync(work, dossier, cancellationToken);
        Bench.RequireGood(dossier.Portions.Where(p => p.Weighed is not null).Select(p => p with { LotStatus = lots[p.LotId].Status }), now);
        var entries = new List<Entry>(dossier.Portions.Count * 2);
        foreach (var portion in dossier.Portions)
        {
            var taken = portion.Weighed ?? 0;
            Add(portion, Account.Reserved, Account.Dispensed, Math.Min(taken, portion.Allocated));
            // A lot may have gone bad while another was used for the line.
            var back = lots[portion.LotId].Status == Stock.LotStanding.Available ? Account.Available : Account.Quarantine;
            Add(portion, Account.Reserved, back, portion.Allocated - taken);
            Add(portion, Account.Available, Account.Dispensed, taken - portion.Allocated);
        }

        RequireOnShelf(entries, dossier, lots);
        return entries;

        void Add(Portion portion, Account from, Account to, long milligrams)
        {
            if (milligrams > 0)
            {
                entries.Add(new Entry(portion.LotId, portion.LineNumber, from, to, milligrams));
            }
        }
    }

    /// <summary>The way back: what was handed to the checker is reserved again, so that the line can be weighed anew.</summary>
    public static async Task<List<Entry>> SendBackAsync(Work work, Dossier dossier, CancellationToken cancellationToken)
    {
        var lots = await LockAsync(work, dossier, cancellationToken);
        var entries = new List<Entry>(dossier.Portions.Count * 2);
        foreach (var portion in dossier.Portions)
        {
            var taken = portion.Weighed ?? 0;
            var good = lots[portion.LotId].Status == Stock.LotStanding.Available;
            Add(portion, Account.Dispensed, Account.Reserved, Math.Min(taken, portion.Allocated));
            Add(portion, Account.Dispensed, good ? Account.Available : Account.Quarantine, taken - portion.Allocated);
            Add(portion, good ? Account.Available : Account.Quarantine, Account.Reserved, portion.Allocated - taken);
        }

        RequireOnShelf(entries, dossier, lots);
        return entries;

        void Add(Portion portion, Account from, Account to, long milligrams)
        {
            if (milligrams > 0)
            {
                entries.Add(new Entry(portion.LotId, portion.LineNumber, from, to, milligrams));
            }
        }
    }

    private static void RequireOnShelf(List<Entry> entries, Dossier dossier, Dictionary<Guid, (string Status, long Available)> lots)
    {
        var faults = new FaultList();
        foreach (var more in entries.Where(e => e.From == Account.Available).GroupBy(e => e.LotId))
        {
            var (extra, left) = (more.Sum(e => e.Milligrams), lots[more.Key].Available);
            var number = dossier.Portions.First(p => p.LotId == more.Key).LotNumber;
            faults.Require(extra <= left, PharmacyFaults.NotEnoughOnShelf, $"lines[{more.First().LineNumber}]", number, extra, left);
        }

        faults.ThrowIfAny();
    }

    private static async Task<Dictionary<Guid, (string Status, long Available)>> LockAsync(
        Work work,
        Dossier dossier,
        CancellationToken cancellationToken
    )
    {
        await using var batch = work.Batch();
        ReservationDesk.Lock(batch, [], [], [dossier.Id]);
        batch
            .Add(
                """
                select l.id, l.status, b.available from pharmacy.lots l join pharmacy.lot_balances b on b.lot_id = l.id where l.id = any($1)
                """
            )
            .With(NpgsqlDbType.Uuid, dossier.Portions.Select(p => p.LotId).Distinct());
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return (
            await reader.RowsAsync(r => (Id: r.GetGuid(0), Status: r.GetString(1), Available: r.GetInt64(2)), cancellationToken)
        ).ToDictionary(l => l.Id, l => (l.Status, l.Available));
    }
}
