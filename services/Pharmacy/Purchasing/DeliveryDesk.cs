using NpgsqlTypes;
using TcmBrain.CatalogueCopy;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Knowledge;
using TcmBrain.Pharmacy.Stock;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Purchasing;

/// <param name="OrderLine">The order's line that it fills; left out without an order.</param>
/// <param name="SourceItem">The maker's code, a GS1 Digital Link or EPC URN, as the note or the box has it. May be left out, or be scanned at the acceptance.</param>
internal sealed record DeliveryLineRequest(
    int? OrderLine,
    string Piece,
    string? Spec,
    string? Grade,
    string Origin,
    string LotNumber,
    long QuantityMilligrams,
    DateOnly ProducedOn,
    DateOnly ExpiresOn,
    string? Certificate,
    string? TestReport,
    string? SourceItem = null
);

/// <param name="SupplierCode">统一社会信用代码, or the name as registered.</param>
/// <param name="ArrivedAt">The device's own time; now when left out.</param>
internal sealed record DeliveryRequest(
    string SupplierCode,
    string NoteNumber,
    Guid? OrderId,
    DateTimeOffset? ArrivedAt,
    DeliveryLineRequest[] Lines
);

/// <summary>
/// Delivery notes (送货单). Recording one moves no gram: what is on it stands as it is written, faults and all but those of form, until each
/// line is accepted or refused, see <see cref="AcceptanceDesk"/>.
/// </summary>
internal sealed class DeliveryDesk(EventExchange exchange, CurrentCatalogue catalogue, TimeProvider time)
{
    /// <summary>Idempotent by the caller's id; and a note's number stands once a supplier.</summary>
    /// <returns>False when the same had been recorded before.</returns>
    public async Task<bool> RecordAsync(Guid id, DeliveryRequest request, Person person, CancellationToken cancellationToken)
    {
        var at = request.ArrivedAt.OrNow("arrivedAt", time);
        var today = RegionTime.DayOf(time.GetUtcNow());
        var faults = new FaultList();
        Check(request, faults);
        await using var work = await exchange.BeginAsync(cancellationToken);
        if (await RecordedBeforeAsync(work, id, request, person, cancellationToken))
        {
            return false;
        }

        var supplier = await Supplier.FindAsync(work, request.SupplierCode, "supplierCode", faults, today, cancellationToken);
        if (request.OrderId is { } orderId)
        {
            var order = await OrderDesk.LockAsync(work, orderId, person, cancellationToken);
            faults.Require(
                order.State is "sent" or "partly-received" && (supplier is null || order.SupplierCode == supplier.Code),
                PharmacyFaults.OrderOfOther,
                "orderId"
            );
            await CheckOrderedAsync(work, orderId, request.Lines, faults, cancellationToken);
        }

        faults.ThrowIfAny();
        await using var inserting = work.Command(
            """
            insert into pharmacy.deliveries
                (id, centre_code, supplier_code, note_number, order_id, arrived_at, recorded_by, recorded_by_name)
            select $1, c.code, $3, $4, $5, $6, $7, $8 from pharmacy.centres c where c.code = $2
            on conflict do nothing
            """,
            id,
            person.CentreCode,
            supplier!.Code,
            request.NoteNumber,
            request.OrderId,
            at.UtcDateTime,
            person.Subject,
            person.Name
        );
        if (await inserting.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            await using var centre = work.Command("select 1 from pharmacy.centres where code = $1", person.CentreCode);
            throw (
                await centre.ExecuteScalarAsync(cancellationToken) is null ? PharmacyFaults.NotACentre : PharmacyFaults.UsedDifferently
            ).Exception("noteNumber");
        }

        await WriteLinesAsync(work, id, request.Lines, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return true;
    }

    private void Check(DeliveryRequest request, FaultList faults)
    {
        faults.CheckText(request.NoteNumber, "noteNumber", 40);
        faults.Require(request.Lines is { Length: > 0 and <= OrderDesk.MaxLines }, PharmacyFaults.LineCount, "lines", OrderDesk.MaxLines);
        foreach (var (i, line) in (request.Lines ?? []).Take(OrderDesk.MaxLines).Index())
        {
            faults.CheckPiece(catalogue.Value, line.Piece, $"lines[{i}].piece");
            faults.CheckNote(line.Spec, $"lines[{i}].spec");
            faults.CheckNote(line.Grade, $"lines[{i}].grade");
            faults.CheckText(line.Origin, $"lines[{i}].origin");
            faults.CheckText(line.LotNumber, $"lines[{i}].lotNumber");
            faults.CheckMilligrams(line.QuantityMilligrams, $"lines[{i}].quantityMilligrams");
            faults.Require(line.ExpiresOn > line.ProducedOn, PharmacyFaults.ExpiryNotAfterProduction, $"lines[{i}].expiresOn");
            faults.CheckNote(line.Certificate, $"lines[{i}].certificate");
            faults.CheckNote(line.TestReport, $"lines[{i}].testReport");
            faults.CheckNote(line.SourceItem, $"lines[{i}].sourceItem", 200);
        }
    }

    private static async Task<bool> RecordedBeforeAsync(
        Work work,
        Guid id,
        DeliveryRequest request,
        Person person,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            select d.note_number = $3 and d.order_id is not distinct from $4 and d.centre_code = $2
                   and (select array_agg(l.lot_number || ' ' || l.milligrams order by l.line_number)
                        from pharmacy.delivery_lines l where l.delivery_id = d.id) = $5
            from pharmacy.deliveries d where d.id = $1
            """,
            id,
            person.CentreCode,
            request.NoteNumber
        );
        command.Parameters.Add(new() { Value = (object?)request.OrderId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(
            new()
            {
                Value = (request.Lines ?? []).Select(l => $"{l.LotNumber} {l.QuantityMilligrams}").ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
            }
        );
        return await command.ExecuteScalarAsync(cancellationToken) switch
        {
            null => false,
            true => true,
            _ => throw PharmacyFaults.UsedDifferently.Exception("id"),
        };
    }

    private static async Task CheckOrderedAsync(
        Work work,
        Guid order,
        DeliveryLineRequest[] lines,
        FaultList faults,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command("select line_number, piece from pharmacy.purchase_order_lines where order_id = $1", order);
        var ordered = (await command.ListAsync(r => (r.GetInt32(0), r.GetString(1)), cancellationToken)).ToDictionary();
        foreach (var (i, line) in lines.Index())
        {
            var piece = ordered.GetValueOrDefault(line.OrderLine ?? 0);
            faults.Require(
                piece == line.Piece,
                PharmacyFaults.OrderLineMismatch,
                $"lines[{i}].orderLine",
                line.OrderLine ?? 0,
                piece ?? "–"
            );
        }
    }

    private static async Task WriteLinesAsync(Work work, Guid id, DeliveryLineRequest[] lines, CancellationToken cancellationToken)
    {
        await using var batch = work.Batch();
        batch
            .Add(
                """
                insert into pharmacy.delivery_lines
                    (delivery_id, line_number, order_line, piece, spec, grade, origin, lot_number, milligrams, produced_on, expires_on,
                     certificate, test_report, source_item)
                select $1, * from unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                """
            )
            .With(id)
            .With(NpgsqlDbType.Integer, lines.Select((_, i) => i + 1))
            .With(NpgsqlDbType.Integer, lines.Select(l => l.OrderLine))
            .With(NpgsqlDbType.Text, lines.Select(l => l.Piece))
            .With(NpgsqlDbType.Text, lines.Select(l => l.Spec ?? ""))
            .With(NpgsqlDbType.Text, lines.Select(l => l.Grade ?? ""))
            .With(NpgsqlDbType.Text, lines.Select(l => l.Origin))
            .With(NpgsqlDbType.Text, lines.Select(l => l.LotNumber))
            .With(NpgsqlDbType.Bigint, lines.Select(l => l.QuantityMilligrams))
            .With(NpgsqlDbType.Date, lines.Select(l => l.ProducedOn))
            .With(NpgsqlDbType.Date, lines.Select(l => l.ExpiresOn))
            .With(NpgsqlDbType.Text, lines.Select(l => l.Certificate ?? ""))
            .With(NpgsqlDbType.Text, lines.Select(l => l.TestReport ?? ""))
            .With(NpgsqlDbType.Text, lines.Select(l => l.SourceItem?.Trim() ?? ""));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
