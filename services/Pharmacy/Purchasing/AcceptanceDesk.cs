using System.Text.Json;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Stock;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Purchasing;

/// <summary>Looks at a delivered lot point by point (验收) and takes it into quarantine or refuses it.</summary>
internal sealed class AcceptanceDesk(EventExchange exchange, TimeProvider time)
{
    private sealed record Line(
        int Number,
        int? OrderLine,
        string Piece,
        string Spec,
        string Grade,
        string Origin,
        string LotNumber,
        long Milligrams,
        DateOnly ProducedOn,
        DateOnly ExpiresOn,
        string Certificate,
        string TestReport,
        string SourceItem,
        string State,
        Guid? LotId
    );

    private sealed record Note(string SupplierCode, Guid? OrderId, Line Line);

    /// <summary>
    /// All points pass: the lot is in quarantine and waits for quality. One does not: the line is refused, with what is wrong. Idempotent by
    /// line; what was decided stays decided.
    /// </summary>
    /// <param name="sourceItem">The maker's code as scanned now; null or empty: as the delivery note has it.</param>
    public async Task<(string State, Guid? LotId, bool Recorded)> DecideAsync(
        Guid deliveryId,
        int lineNumber,
        Findings findings,
        string? sourceItem,
        DateTimeOffset? decidedAt,
        long? weighed,
        Person person,
        CancellationToken cancellationToken
    )
    {
        var at = decidedAt.OrNow("decidedAt", time);
        var today = RegionTime.DayOf(time.GetUtcNow());
        CheckComplete(findings, sourceItem);
        if (weighed is { } scale)
        {
            var faults = new FaultList();
            faults.CheckMilligrams(scale, "weighedMilligrams");
            faults.ThrowIfAny();
        }

        await using var work = await exchange.BeginAsync(cancellationToken);
        var (supplierCode, orderId, line) = await LockAsync(work, deliveryId, lineNumber, person, cancellationToken);
        var outcome = findings.Pass() ? "accepted" : "refused";
        if (line.State != "waiting")
        {
            return line.State == outcome
                ? (outcome, line.LotId, false)
                : throw PharmacyFaults.LineDecided.Exception(
                    "lineNumber",
                    lineNumber,
                    line.State == "accepted" ? "验收入库" : "拒收",
                    line.State
                );
        }

        line = sourceItem?.Trim() is { Length: > 0 } scanned ? line with { SourceItem = scanned } : line;
        Guid? lot = null;
        if (findings.Pass())
        {
            var entered = line with { Milligrams = weighed ?? line.Milligrams };
            Weight? claimed = weighed is null ? null : new Weight(line.Milligrams);
            lot = await EnterAsync(work, deliveryId, supplierCode, entered, claimed, person, at, today, cancellationToken);
            if (orderId is { } order)
            {
                await MoveOrderOnAsync(work, order, entered, person, at, cancellationToken);
            }
        }

        await using var deciding = work.Command(
            """
            update pharmacy.delivery_lines
            set state = $3, findings = $4, refused_reason = $5, lot_id = $6, decided_by = $7, decided_by_name = $8, decided_at = $9,
                source_item = $10
            where delivery_id = $1 and line_number = $2
            """,
            deliveryId,
            lineNumber,
            outcome
        );
        deciding.Parameters.Add(
            new() { Value = JsonSerializer.Serialize(findings, JsonSerializerOptions.Web), NpgsqlDbType = NpgsqlDbType.Jsonb }
        );
        deciding.Parameters.Add(new() { Value = findings.Reason() });
        deciding.Parameters.Add(new() { Value = (object?)lot ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        deciding.Parameters.Add(new() { Value = person.Subject });
        deciding.Parameters.Add(new() { Value = person.Name });
        deciding.Parameters.Add(new() { Value = at.UtcDateTime });
        deciding.Parameters.Add(new() { Value = line.SourceItem });
        await deciding.ExecuteNonQueryAsync(cancellationToken);
        await work.CommitAsync(cancellationToken);
        return (outcome, lot, true);
    }

    private static void CheckComplete(Findings findings, string? sourceItem)
    {
        var faults = new FaultList();
        faults.CheckNote(sourceItem, "sourceItem", 200);
        foreach (var (field, zh, en, finding) in findings.All())
        {
            faults.Require(finding is not null, PharmacyFaults.FindingMissing, field, zh, en);
            if (finding is { Ok: false })
            {
                faults.Require(!string.IsNullOrWhiteSpace(finding.Note), PharmacyFaults.FindingNote, field, zh, en);
            }

            faults.CheckNote(finding?.Note?.Trim(), field, 200);
        }

        faults.ThrowIfAny();
    }

    /// <summary>Somebody who ticks everything cannot pass what the papers say of it.</summary>
    private static async Task<Guid> EnterAsync(
        Work work,
        Guid deliveryId,
        string supplierCode,
        Line line,
        Weight? claimed,
        Person person,
        DateTimeOffset at,
        DateOnly today,
        CancellationToken cancellationToken
    )
    {
        var faults = new FaultList();
        faults.CheckDays(line.ProducedOn, line.ExpiresOn, today);
        faults.Require(line.Certificate.Length > 0, PharmacyFaults.CertificateMissing, "certificate");
        faults.Require(line.TestReport.Length > 0, PharmacyFaults.TestReportMissing, "testReport");
        var supplier = await Supplier.FindAsync(work, supplierCode, "supplierCode", faults, today, cancellationToken);
        faults.ThrowIfAny();
        var shelf =
            await NewLot.LockShelfAsync(work, person.CentreCode, line.Piece, cancellationToken)
            ?? throw PharmacyFaults.NotACentre.Exception();
        var lot = new NewLot(
            line.Piece,
            line.LotNumber,
            supplier!.Code,
            supplier.NameZh,
            line.Origin,
            line.Spec,
            line.Grade,
            line.Certificate,
            line.TestReport,
            line.Milligrams,
            line.ProducedOn,
            line.ExpiresOn,
            deliveryId,
            null,
            new LotStanding(LotStanding.Quarantine, 0)
        )
        {
            SourceItem = line.SourceItem.Length > 0 ? line.SourceItem : null,
            Claimed = claimed,
        };
        return await lot.EnterAsync(work, shelf, person, at, deliveryId, cancellationToken);
    }

    private static async Task MoveOrderOnAsync(
        Work work,
        Guid order,
        Line line,
        Person person,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        await using var batch = work.Batch();
        batch
            .Add("update pharmacy.purchase_order_lines set accepted = accepted + $3 where order_id = $1 and line_number = $2")
            .With(order)
            .With(line.OrderLine)
            .With(line.Milligrams);
        // An order that somebody ended meanwhile stays ended; the goods are here all the same.
        batch
            .Add(
                """
                update pharmacy.purchase_orders o
                set state = case when done then 'closed' else 'partly-received' end, version = version + 1,
                    ended_by_name = case when done then $2 end, ended_at = case when done then $3 end
                from (select bool_and(accepted >= milligrams) as done from pharmacy.purchase_order_lines where order_id = $1) as l
                where o.id = $1 and o.state in ('sent', 'partly-received')
                """
            )
            .With(order)
            .With(person.Name)
            .With(at.UtcDateTime);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The order's row first, then the line's: two lines of one order are decided one after the other.</summary>
    private static async Task<Note> LockAsync(
        Work work,
        Guid deliveryId,
        int lineNumber,
        Person person,
        CancellationToken cancellationToken
    )
    {
        await using var finding = work.Command(
            "select supplier_code, order_id from pharmacy.deliveries where id = $1 and centre_code = $2",
            deliveryId,
            person.CentreCode
        );
        var notes = await finding.ListAsync(
            r => (Supplier: r.GetString(0), Order: r.IsDBNull(1) ? (Guid?)null : r.GetGuid(1)),
            cancellationToken
        );
        if (notes.Count == 0)
        {
            throw PharmacyFaults.DeliveryNotFound.Exception("deliveryId");
        }

        if (notes[0].Order is { } order)
        {
            await OrderDesk.LockAsync(work, order, person, cancellationToken);
        }

        await using var locking = work.Command(
            """
            select line_number, order_line, piece, spec, grade, origin, lot_number, milligrams, produced_on, expires_on, certificate,
                   test_report, source_item, state, lot_id
            from pharmacy.delivery_lines where delivery_id = $1 and line_number = $2 for update
            """,
            deliveryId,
            lineNumber
        );
        var lines = await locking.ListAsync(
            r => new Line(
                r.GetInt32(0),
                r.IsDBNull(1) ? null : r.GetInt32(1),
                r.GetString(2),
                r.GetString(3),
                r.GetString(4),
                r.GetString(5),
                r.GetString(6),
                r.GetInt64(7),
                r.GetFieldValue<DateOnly>(8),
                r.GetFieldValue<DateOnly>(9),
                r.GetString(10),
                r.GetString(11),
                r.GetString(12),
                r.GetString(13),
                r.IsDBNull(14) ? null : r.GetGuid(14)
            ),
            cancellationToken
        );
        return lines.Count > 0
            ? new Note(notes[0].Supplier, notes[0].Order, lines[0])
            : throw PharmacyFaults.DeliveryLineUnknown.Exception("lineNumber", lineNumber);
    }
}
