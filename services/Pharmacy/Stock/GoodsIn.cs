using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Knowledge;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Stock;

/// <summary>A delivered lot as the stock-keeper enters it (验收单).</summary>
/// <param name="ReceivedAt">The device's own time; now when left out.</param>
internal sealed record Delivery(
    string Piece,
    string LotNumber,
    string Supplier,
    string Origin,
    long QuantityMilligrams,
    DateOnly ProducedOn,
    DateOnly ExpiresOn,
    string? Certificate,
    DateTimeOffset? ReceivedAt = null
);

/// <summary>Takes delivered lots into quarantine (验收入库).</summary>
internal sealed class GoodsIn(EventExchange exchange, Catalogue catalogue, TimeProvider time)
{
    /// <summary>Ten tonnes: more in one lot is a slip of the decimal point.</summary>
    public const long MaxMilligrams = 10_000_000_000;
    private const int MaxText = 100;

    /// <summary>
    /// Idempotent per centre, piece, lot number and supplier: the same delivery again answers with the same lot and false; another content
    /// is refused.
    /// </summary>
    /// <exception cref="FaultException">Every fault of the delivery, located.</exception>
    public async Task<(Guid LotId, bool Recorded)> AcceptAsync(Delivery delivery, Person keeper, CancellationToken cancellationToken)
    {
        Check(delivery);
        var at = delivery.ReceivedAt.OrNow("receivedAt", time);
        await using var work = await exchange.BeginAsync(cancellationToken);
        await using var shelving = work.Command(
            """
            insert into pharmacy.shelves (centre_code, piece) select code, $2 from pharmacy.centres where code = $1
            on conflict do nothing
            """,
            keeper.CentreCode,
            delivery.Piece
        );
        await shelving.ExecuteNonQueryAsync(cancellationToken);
        await using var locking = work.Command(
            """
            select s.id from pharmacy.shelves s join pharmacy.centres c on c.code = s.centre_code
            where s.centre_code = $1 and s.piece = $2 for update of s
            """,
            keeper.CentreCode,
            delivery.Piece
        );
        if (await locking.ExecuteScalarAsync(cancellationToken) is not int shelf)
        {
            throw PharmacyFaults.NotACentre.Exception();
        }

        if (await FindAsync(work, delivery, keeper, cancellationToken) is { } known)
        {
            return (known, false);
        }

        var lot = Guid.CreateVersion7();
        await using var batch = work.Batch();
        batch
            .Add(
                """
                insert into pharmacy.lots
                    (id, shelf_id, centre_code, piece, lot_number, supplier, origin, certificate, quantity, produced_on, expires_on, status,
                     accepted_by, accepted_by_name, accepted_at)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'quarantine', $12, $13, $14)
                """
            )
            .With(lot)
            .With(shelf)
            .With(keeper.CentreCode)
            .With(delivery.Piece)
            .With(delivery.LotNumber)
            .With(delivery.Supplier)
            .With(delivery.Origin)
            .With(delivery.Certificate)
            .With(delivery.QuantityMilligrams)
            .With(delivery.ProducedOn)
            .With(delivery.ExpiresOn)
            .With(keeper.Subject)
            .With(keeper.Name)
            .With(at.UtcDateTime);
        batch
            .Add("insert into pharmacy.lot_balances (lot_id, shelf_id, expires_on) values ($1, $2, $3)")
            .With(lot)
            .With(shelf)
            .With(delivery.ExpiresOn);
        LedgerStore.Post(
            batch,
            [
                new Movement(
                    MovementKind.Receipt,
                    null,
                    keeper.Subject,
                    at,
                    [new Entry(lot, 0, Account.Supplier, Account.Quarantine, delivery.QuantityMilligrams)]
                ),
            ]
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
        work.Publish(
            new LotAccepted
            {
                AggregateId = lot,
                Version = 1,
                OccurredAt = at,
                CentreCode = keeper.CentreCode,
                Piece = delivery.Piece,
                LotNumber = delivery.LotNumber,
                Supplier = delivery.Supplier,
                Origin = delivery.Origin,
                Quantity = new Weight(delivery.QuantityMilligrams),
                ProducedOn = delivery.ProducedOn,
                ExpiresOn = delivery.ExpiresOn,
                AcceptedBy = keeper.Name,
            }
        );
        await work.CommitAsync(cancellationToken);
        return (lot, true);
    }

    private void Check(Delivery delivery)
    {
        var today = RegionTime.DayOf(time.GetUtcNow());
        var faults = new FaultList();
        CheckPiece(delivery.Piece, faults);
        CheckText(delivery.LotNumber, "lotNumber", faults);
        CheckText(delivery.Supplier, "supplier", faults);
        CheckText(delivery.Origin, "origin", faults);
        faults.Require(
            delivery.QuantityMilligrams is > 0 and <= MaxMilligrams,
            PharmacyFaults.QuantityOutOfRange,
            "quantityMilligrams",
            1,
            MaxMilligrams
        );
        faults.Require(delivery.ProducedOn <= today, PharmacyFaults.ProducedInFuture, "producedOn", delivery.ProducedOn.Text());
        faults.Require(delivery.ExpiresOn > delivery.ProducedOn, PharmacyFaults.ExpiryNotAfterProduction, "expiresOn");
        faults.Require(delivery.ExpiresOn >= today, PharmacyFaults.ExpiredOnArrival, "expiresOn", delivery.ExpiresOn.Text());
        if (string.IsNullOrWhiteSpace(delivery.Certificate))
        {
            faults.Add(PharmacyFaults.CertificateMissing, "certificate");
        }
        else
        {
            CheckText(delivery.Certificate, "certificate", faults);
        }

        faults.ThrowIfAny();
    }

    private void CheckPiece(string piece, FaultList faults)
    {
        if (catalogue.Find(piece) is { } herb && herb.Name == piece)
        {
            return;
        }

        var meant = catalogue.Resolve(piece);
        if (meant.Kind == NameKind.Unknown)
        {
            faults.Add(PharmacyFaults.UnknownPiece, "piece", piece.Length <= MaxText ? piece : piece[..MaxText]);
        }
        else
        {
            faults.Add(
                PharmacyFaults.NotStandardName,
                "piece",
                piece,
                catalogue[meant.Choices.IsDefaultOrEmpty ? meant.Herb : meant.Choices[0]].Name
            );
        }
    }

    private static void CheckText(string text, string field, FaultList faults) =>
        faults.Require(
            text.Length <= MaxText && !string.IsNullOrWhiteSpace(text) && text.Trim().Length == text.Length && !text.Any(char.IsControl),
            PharmacyFaults.TextMissing,
            field,
            MaxText
        );

    private static async Task<Guid?> FindAsync(Work work, Delivery delivery, Person keeper, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select id, origin, certificate, quantity, produced_on, expires_on from pharmacy.lots
            where centre_code = $1 and piece = $2 and lot_number = $3 and supplier = $4
            """,
            keeper.CentreCode,
            delivery.Piece,
            delivery.LotNumber,
            delivery.Supplier
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
