using Npgsql;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Storage;
using static TcmBrain.Pharmacy.Dispensing.Bench;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>What lay on a tray when the reservation was broken.</summary>
internal sealed record TrayView(
    Guid Id,
    Guid PrescriptionId,
    string HisNumber,
    int LineNumber,
    string Piece,
    string LotNumber,
    string LotStatus,
    long Milligrams,
    DateTimeOffset ClearedAt
);

/// <param name="Outcome">returned: it lies on its shelf again, or with the rest of the bad lot; lost: it could not be put back</param>
internal sealed record TrayReport(string? Outcome, string? Reason);

/// <summary>
/// Clears trays (清盘). The ledger had the grams back on the shelf, or in quarantine with their lot, when the reservation was broken; putting them there is
/// confirmed, and what can't be put back is written off.
/// </summary>
internal sealed class TrayDesk(EventExchange exchange, NpgsqlDataSource database, TimeProvider time)
{
    private const int MaxReason = 200;

    public async Task<IReadOnlyList<TrayView>> ListAsync(string centre, CancellationToken cancellationToken)
    {
        await using var command = database.Query(
            """
            select t.id, t.prescription_id, t.his_number, t.line_number, l.piece, l.lot_number, l.status, t.milligrams, t.cleared_at
            from pharmacy.trays t join pharmacy.lots l on l.id = t.lot_id
            where t.centre_code = $1 and t.outcome is null order by t.cleared_at, t.prescription_id, t.line_number limit 500
            """,
            centre
        );
        return await command.ListAsync(
            r => new TrayView(
                r.GetGuid(0),
                r.GetGuid(1),
                r.GetString(2),
                r.GetInt32(3),
                r.GetString(4),
                r.GetString(5),
                r.GetString(6),
                r.GetInt64(7),
                r.Instant(8)
            ),
            cancellationToken
        );
    }

    /// <returns>False when it had been recorded before.</returns>
    public async Task<bool> SettleAsync(Guid id, Person person, TrayReport report, CancellationToken cancellationToken)
    {
        string[] outcomes = ["returned", "lost"];
        Require(
            outcomes.Contains(report.Outcome),
            PharmacyFaults.UnknownChoice,
            "outcome",
            Short(report.Outcome ?? ""),
            string.Join("、", outcomes)
        );
        Require(
            report.Outcome == "returned"
                || report.Reason is { } text && !string.IsNullOrWhiteSpace(text) && text.Length <= MaxReason && !text.Any(char.IsControl),
            PharmacyFaults.ReasonMissing,
            "reason",
            MaxReason
        );
        await using var work = await exchange.BeginAsync(cancellationToken);
        await using var taking = work.Command(
            """
            select t.outcome, t.lot_id, t.milligrams, t.line_number, t.prescription_id, l.lot_number
            from pharmacy.trays t join pharmacy.lots l on l.id = t.lot_id where t.id = $1 and t.centre_code = $2 for update of t
            """,
            id,
            person.CentreCode
        );
        var found = await taking.ListAsync(
            r =>
                (
                    Outcome: r.Text(0),
                    Lot: r.GetGuid(1),
                    Milligrams: r.GetInt64(2),
                    Line: r.GetInt32(3),
                    Prescription: r.GetGuid(4),
                    Number: r.GetString(5)
                ),
            cancellationToken
        );
        Require(found.Count == 1, PharmacyFaults.TrayNotFound, "trayId");
        var tray = found[0];
        if (tray.Outcome is not null)
        {
            Require(tray.Outcome == report.Outcome, PharmacyFaults.TraySettled);
            return false;
        }

        var now = time.GetUtcNow();
        if (report.Outcome == "lost")
        {
            var entry = await WriteOffAsync(work, tray.Lot, tray.Line, tray.Milligrams, tray.Number, cancellationToken);
            await LedgerStore.PostAsync(
                work,
                new Movement(MovementKind.Loss, tray.Prescription, person.Subject, now, [entry])
                {
                    DocumentId = id,
                    Reason = report.Reason!,
                },
                cancellationToken
            );
        }

        await ChangeAsync(
            work,
            "update pharmacy.trays set outcome = $2, settled_by = $3, settled_by_name = $4, settled_at = $5, reason = $6 where id = $1",
            cancellationToken,
            id,
            report.Outcome,
            person.Subject,
            person.Name,
            now.UtcDateTime,
            report.Reason
        );
        await work.CommitAsync(cancellationToken);
        return true;
    }

    private static async Task<Entry> WriteOffAsync(
        Work work,
        Guid lot,
        int line,
        long milligrams,
        string number,
        CancellationToken cancellationToken
    )
    {
        await using var batch = work.Batch();
        ReservationDesk.Lock(batch, [], [lot], []);
        batch
            .Add(
                """
                select l.status, b.available, b.quarantine from pharmacy.lots l join pharmacy.lot_balances b on b.lot_id = l.id where l.id = $1
                """
            )
            .With(lot);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var good = reader.GetString(0) == Stock.LotStanding.Available;
        var left = reader.GetInt64(good ? 1 : 2);
        Require(left >= milligrams, PharmacyFaults.TrayNotOnShelf, "outcome", number, left);
        return new Entry(lot, line, good ? Account.Available : Account.Quarantine, Account.Lost, milligrams);
    }
}
