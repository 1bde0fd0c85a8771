using TcmBrain.CatalogueCopy;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Knowledge;
using TcmBrain.Pharmacy.Purchasing;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Stock;

/// <summary>A delivered lot as the stock-keeper enters it (验收单).</summary>
/// <param name="Supplier">A manufacturer in the register, by its 统一社会信用代码 or its name.</param>
/// <param name="ReceivedAt">The device's own time; now when left out.</param>
/// <param name="SourceItem">The maker's code as scanned, a GS1 Digital Link or EPC URN: the trace goes on to it. May be left out.</param>
internal sealed record Delivery(
    string Piece,
    string LotNumber,
    string Supplier,
    string Origin,
    long QuantityMilligrams,
    DateOnly ProducedOn,
    DateOnly ExpiresOn,
    string? Certificate,
    DateTimeOffset? ReceivedAt = null,
    string? SourceItem = null
);

/// <summary>Takes delivered lots into quarantine (验收入库) without an order and a delivery note: what a small centre fetches itself.</summary>
internal sealed class GoodsIn(EventExchange exchange, CurrentCatalogue catalogue, TimeProvider time)
{
    /// <summary>
    /// Idempotent per centre, piece, lot number and supplier: the same delivery again answers with the same lot and false; another content
    /// is refused.
    /// </summary>
    /// <exception cref="FaultException">Every fault of the delivery, located.</exception>
    public async Task<(Guid LotId, bool Recorded)> AcceptAsync(Delivery delivery, Person keeper, CancellationToken cancellationToken)
    {
        var today = RegionTime.DayOf(time.GetUtcNow());
        Check(delivery, today);
        var at = delivery.ReceivedAt.OrNow("receivedAt", time);
        await using var work = await exchange.BeginAsync(cancellationToken);
        if (await NewLot.LockShelfAsync(work, keeper.CentreCode, delivery.Piece, cancellationToken) is not { } shelf)
        {
            throw PharmacyFaults.NotACentre.Exception();
        }

        var faults = new FaultList();
        var supplier = await Supplier.FindAsync(work, delivery.Supplier, "supplier", faults, today, cancellationToken);
        // What was accepted while the licence held stays accepted.
        if (supplier is not null && await FindAsync(work, delivery, supplier, keeper, cancellationToken) is { } known)
        {
            return (known, false);
        }

        faults.ThrowIfAny();
        var lot = await LotOf(delivery, supplier!).EnterAsync(work, shelf, keeper, at, null, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return (lot, true);
    }

    private static NewLot LotOf(Delivery delivery, Supplier supplier) =>
        new(
            delivery.Piece,
            delivery.LotNumber,
            supplier.Code,
            supplier.NameZh,
            delivery.Origin,
            "",
            "",
            delivery.Certificate!,
            "",
            delivery.QuantityMilligrams,
            delivery.ProducedOn,
            delivery.ExpiresOn,
            null,
            null,
            new LotStanding(LotStanding.Quarantine, 0)
        )
        {
            SourceItem = delivery.SourceItem,
        };

    private void Check(Delivery delivery, DateOnly today)
    {
        var faults = new FaultList();
        faults.CheckPiece(catalogue.Value, delivery.Piece, "piece");
        faults.CheckText(delivery.LotNumber, "lotNumber");
        faults.CheckText(delivery.Supplier, "supplier");
        faults.CheckText(delivery.Origin, "origin");
        faults.CheckNote(delivery.SourceItem, "sourceItem", 200);
        faults.CheckMilligrams(delivery.QuantityMilligrams, "quantityMilligrams");
        faults.CheckDays(delivery.ProducedOn, delivery.ExpiresOn, today);
        if (string.IsNullOrWhiteSpace(delivery.Certificate))
        {
            faults.Add(PharmacyFaults.CertificateMissing, "certificate");
        }
        else
        {
            faults.CheckText(delivery.Certificate, "certificate");
        }

        faults.ThrowIfAny();
    }

    private static async Task<Guid?> FindAsync(
        Work work,
        Delivery delivery,
        Supplier supplier,
        Person keeper,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            select id, origin, certificate, quantity, produced_on, expires_on from pharmacy.lots
            where centre_code = $1 and piece = $2 and lot_number = $3 and supplier = $4 and arrival_id is null
            """,
            keeper.CentreCode,
            delivery.Piece,
            delivery.LotNumber,
            supplier.NameZh
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var faults = new FaultList();
        Same(reader.GetString(1) == delivery.Origin, "origin");
        Same(reader.GetString(2) == delivery.Certificate, "certificate");
        Same(reader.GetInt64(3) == delivery.QuantityMilligrams, "quantityMilligrams");
        Same(reader.GetFieldValue<DateOnly>(4) == delivery.ProducedOn, "producedOn");
        Same(reader.GetFieldValue<DateOnly>(5) == delivery.ExpiresOn, "expiresOn");
        faults.ThrowIfAny();
        return reader.GetGuid(0);

        void Same(bool same, string field) => faults.Require(same, PharmacyFaults.AcceptedDifferently, field, field);
    }
}
