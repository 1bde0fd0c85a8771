using System.Globalization;
using NpgsqlTypes;
using TcmBrain.CatalogueCopy;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Knowledge;
using TcmBrain.Pharmacy.Stock;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Purchasing;

/// <param name="PriceFenPerKilogram">分/公斤</param>
internal sealed record OrderLineRequest(
    string Piece,
    string? Spec,
    string? Grade,
    string? Origin,
    long QuantityMilligrams,
    long PriceFenPerKilogram
);

/// <param name="SupplierCode">统一社会信用代码, or the name as registered.</param>
/// <param name="Version">Of the order that is changed; left out for a new one.</param>
internal sealed record OrderRequest(string SupplierCode, DateOnly? ExpectedOn, string? Note, OrderLineRequest[] Lines, int? Version);

/// <summary>
/// Purchase orders (采购单): draft → sent → partly received → closed; cancelled while nothing came. What arrives moves a sent one on, see
/// <see cref="DeliveryDesk"/>.
/// </summary>
internal sealed class OrderDesk(EventExchange exchange, CurrentCatalogue catalogue, TimeProvider time)
{
    public const int MaxLines = 200;

    /// <summary>Ten thousand yuan a gram.</summary>
    private const long MaxPrice = 1_000_000_000_000;

    /// <summary>
    /// Writes a draft, new or instead of what it was. The id is the caller's, so that a repeat is the same order.
    /// </summary>
    /// <returns>The version, and whether it is new.</returns>
    public async Task<(int Version, bool New)> DraftAsync(Guid id, OrderRequest request, Person person, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var today = RegionTime.DayOf(now);
        var faults = new FaultList();
        Check(request, faults);
        await using var work = await exchange.BeginAsync(cancellationToken);
        var supplier = await Supplier.FindAsync(work, request.SupplierCode, "supplierCode", faults, today, cancellationToken);
        faults.ThrowIfAny();
        await using var inserting = work.Command(
            """
            insert into pharmacy.purchase_orders
                (id, centre_code, supplier_code, number, state, expected_on, note, drafted_by, drafted_by_name, drafted_at)
            select $1, c.code, $3, $4 || lpad(nextval('pharmacy.purchase_order_number')::text, 5, '0'), 'draft', $5, $6, $7, $8, $9
            from pharmacy.centres c where c.code = $2
            on conflict (id) do nothing
            """,
            id,
            person.CentreCode,
            supplier!.Code,
            "CG" + today.ToString("yyyyMMdd", CultureInfo.InvariantCulture) + "-",
            request.ExpectedOn,
            request.Note ?? "",
            person.Subject,
            person.Name,
            now.UtcDateTime
        );
        var added = await inserting.ExecuteNonQueryAsync(cancellationToken) == 1;
        var order = await LockAsync(work, id, person, cancellationToken, added ? null : PharmacyFaults.NotACentre);
        if (!added)
        {
            Require(order.State == "draft", PharmacyFaults.OrderState, order.State);
            Require(request.Version is null || request.Version == order.Version, PharmacyFaults.OrderChanged, order.Version);
            await using var changing = work.Command(
                """
                update pharmacy.purchase_orders set supplier_code = $2, expected_on = $3, note = $4, version = version + 1 where id = $1
                """,
                id,
                supplier.Code,
                request.ExpectedOn,
                request.Note ?? ""
            );
            await changing.ExecuteNonQueryAsync(cancellationToken);
        }

        await WriteLinesAsync(work, id, request.Lines, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return (added ? 1 : order.Version + 1, added);
    }

    /// <summary>From here on it binds. The licence is looked at again: it may have run out since the draft.</summary>
    /// <returns>False when it had been sent before.</returns>
    public async Task<bool> SendAsync(Guid id, Person person, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var order = await LockAsync(work, id, person, cancellationToken);
        if (order.State is "sent" or "partly-received")
        {
            return false;
        }

        Require(order.State == "draft", PharmacyFaults.OrderState, order.State);
        var faults = new FaultList();
        await Supplier.FindAsync(work, order.SupplierCode, "supplierCode", faults, RegionTime.DayOf(now), cancellationToken);
        faults.ThrowIfAny();
        await using var sending = work.Command(
            """
            update pharmacy.purchase_orders
            set state = 'sent', version = version + 1, sent_by = $2, sent_by_name = $3, sent_at = $4 where id = $1
            """,
            id,
            person.Subject,
            person.Name,
            now.UtcDateTime
        );
        await sending.ExecuteNonQueryAsync(cancellationToken);
        await work.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Ends it: cancelled while nothing came, closed when the rest is no longer expected.</summary>
    /// <returns>The state it ended in, and whether it ended now.</returns>
    public async Task<(string State, bool Recorded)> EndAsync(Guid id, string? reason, Person person, CancellationToken cancellationToken)
    {
        var faults = new FaultList();
        faults.CheckText(reason, "reason", Particulars.MaxReason);
        faults.ThrowIfAny();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var order = await LockAsync(work, id, person, cancellationToken);
        if (order.State is "closed" or "cancelled")
        {
            return (order.State, false);
        }

        var end = order.State == "partly-received" ? "closed" : "cancelled";
        await using var ending = work.Command(
            """
            update pharmacy.purchase_orders
            set state = $2, version = version + 1, reason = $3, ended_by_name = $4, ended_at = $5 where id = $1
            """,
            id,
            end,
            reason,
            person.Name,
            time.GetUtcNow().UtcDateTime
        );
        await ending.ExecuteNonQueryAsync(cancellationToken);
        await work.CommitAsync(cancellationToken);
        return (end, true);
    }

    private void Check(OrderRequest request, FaultList faults)
    {
        faults.CheckNote(request.Note, "note", Particulars.MaxReason);
        faults.Require(request.Lines is { Length: > 0 and <= MaxLines }, PharmacyFaults.LineCount, "lines", MaxLines);
        foreach (var (i, line) in (request.Lines ?? []).Take(MaxLines).Index())
        {
            faults.CheckPiece(catalogue.Value, line.Piece, $"lines[{i}].piece");
            faults.CheckNote(line.Spec, $"lines[{i}].spec");
            faults.CheckNote(line.Grade, $"lines[{i}].grade");
            faults.CheckNote(line.Origin, $"lines[{i}].origin");
            faults.CheckMilligrams(line.QuantityMilligrams, $"lines[{i}].quantityMilligrams");
            faults.Require(
                line.PriceFenPerKilogram is >= 0 and <= MaxPrice,
                PharmacyFaults.PriceOutOfRange,
                $"lines[{i}].priceFenPerKilogram",
                MaxPrice
            );
        }
    }

    private static async Task WriteLinesAsync(Work work, Guid id, OrderLineRequest[] lines, CancellationToken cancellationToken)
    {
        await using var batch = work.Batch();
        batch.Add("delete from pharmacy.purchase_order_lines where order_id = $1").With(id);
        batch
            .Add(
                """
                insert into pharmacy.purchase_order_lines (order_id, line_number, piece, spec, grade, origin, milligrams, price_fen)
                select $1, n, p, s, g, o, m, f from unnest($2, $3, $4, $5, $6, $7, $8) as l (n, p, s, g, o, m, f)
                """
            )
            .With(id)
            .With(NpgsqlDbType.Integer, lines.Select((_, i) => i + 1))
            .With(NpgsqlDbType.Text, lines.Select(l => l.Piece))
            .With(NpgsqlDbType.Text, lines.Select(l => l.Spec ?? ""))
            .With(NpgsqlDbType.Text, lines.Select(l => l.Grade ?? ""))
            .With(NpgsqlDbType.Text, lines.Select(l => l.Origin ?? ""))
            .With(NpgsqlDbType.Bigint, lines.Select(l => l.QuantityMilligrams))
            .With(NpgsqlDbType.Bigint, lines.Select(l => l.PriceFenPerKilogram));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    internal sealed record LockedOrder(Guid Id, string SupplierCode, string State, int Version);

    /// <exception cref="FaultException">Not there, or not this centre's: the same answer.</exception>
    internal static async Task<LockedOrder> LockAsync(
        Work work,
        Guid id,
        Person person,
        CancellationToken cancellationToken,
        FaultDefinition? absent = null
    )
    {
        await using var command = work.Command(
            "select supplier_code, state, version from pharmacy.purchase_orders where id = $1 and centre_code = $2 for update",
            id,
            person.CentreCode
        );
        var rows = await command.ListAsync(r => new LockedOrder(id, r.GetString(0), r.GetString(1), r.GetInt32(2)), cancellationToken);
        return rows.Count > 0 ? rows[0] : throw (absent ?? PharmacyFaults.OrderNotFound).Exception("orderId");
    }

    private static void Require(bool holds, FaultDefinition fault, params object[] arguments)
    {
        if (!holds)
        {
            throw fault.Exception("", arguments);
        }
    }
}
