using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Stock;

/// <summary>A lot as it comes in, all of it checked.</summary>
/// <param name="ArrivalId">The delivery or transfer that it came by.</param>
/// <param name="RootLotId">Of one from another centre: the lot that it is part of, as first accepted.</param>
/// <param name="Standing">Quarantine, but for a part of a lot that is no longer good.</param>
internal sealed record NewLot(
    string Piece,
    string LotNumber,
    string? SupplierCode,
    string Supplier,
    string Origin,
    string Spec,
    string Grade,
    string Certificate,
    string TestReport,
    long Milligrams,
    DateOnly ProducedOn,
    DateOnly ExpiresOn,
    Guid? ArrivalId,
    Guid? RootLotId,
    LotStanding Standing
)
{
    /// <summary>The maker's lot or box as scanned, for the trace; null when nothing was scanned.</summary>
    public string? SourceItem { get; init; }

    /// <summary>What the papers say, where it was weighed; null: they were taken at their word.</summary>
    public Weight? Claimed { get; init; }

    /// <summary>The shelf of a piece at a centre, made when it is the first lot, and locked. Null: not a centre in operation.</summary>
    public static async Task<int?> LockShelfAsync(Work work, string centre, string piece, CancellationToken cancellationToken)
    {
        await using var shelving = work.Command(
            """
            insert into pharmacy.shelves (centre_code, piece) select code, $2 from pharmacy.centres where code = $1
            on conflict do nothing
            """,
            centre,
            piece
        );
        await shelving.ExecuteNonQueryAsync(cancellationToken);
        await using var locking = work.Command(
            """
            select s.id from pharmacy.shelves s join pharmacy.centres c on c.code = s.centre_code
            where s.centre_code = $1 and s.piece = $2 for update of s
            """,
            centre,
            piece
        );
        return (int?)await locking.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Puts it into quarantine and tells of it with the work's commit. The caller holds the shelf.</summary>
    /// <param name="document">The acceptance or transfer, for the ledger.</param>
    public async Task<Guid> EnterAsync(
        Work work,
        int shelf,
        Person keeper,
        DateTimeOffset at,
        Guid? document,
        CancellationToken cancellationToken
    )
    {
        var lot = Guid.CreateVersion7();
        await using var batch = work.Batch();
        AddRows(batch, lot, shelf, keeper, at);
        var (kind, from) = RootLotId is null ? (MovementKind.Receipt, Account.Supplier) : (MovementKind.TransferIn, Account.TransferIn);
        LedgerStore.Post(
            batch,
            [
                new Movement(kind, null, keeper.Subject, at, [new Entry(lot, 0, from, Account.Quarantine, Milligrams)])
                {
                    DocumentId = document,
                },
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
                Piece = Piece,
                LotNumber = LotNumber,
                Supplier = Supplier,
                Origin = Origin,
                Quantity = new Weight(Milligrams),
                ProducedOn = ProducedOn,
                ExpiresOn = ExpiresOn,
                AcceptedBy = keeper.Name,
                SourceItem = SourceItem,
                SourceLotId = RootLotId,
                Claimed = Claimed,
            }
        );
        return lot;
    }

    private void AddRows(NpgsqlBatch batch, Guid lot, int shelf, Person keeper, DateTimeOffset at)
    {
        batch
            .Add(
                """
                insert into pharmacy.lots
                    (id, shelf_id, centre_code, piece, lot_number, supplier, supplier_code, origin, spec, grade, certificate, test_report,
                     quantity, produced_on, expires_on, status, quality_version, arrival_id, root_lot_id,
                     accepted_by, accepted_by_name, accepted_at)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
                """
            )
            .With(lot)
            .With(shelf)
            .With(keeper.CentreCode)
            .With(Piece)
            .With(LotNumber)
            .With(Supplier)
            .With(SupplierCode)
            .With(Origin)
            .With(Spec)
            .With(Grade)
            .With(Certificate)
            .With(TestReport)
            .With(Milligrams)
            .With(ProducedOn)
            .With(ExpiresOn)
            .With(Standing.Status)
            .With(Standing.Version)
            .With(ArrivalId)
            .With(RootLotId)
            .With(keeper.Subject)
            .With(keeper.Name)
            .With(at.UtcDateTime);
        batch
            .Add("insert into pharmacy.lot_balances (lot_id, shelf_id, expires_on) values ($1, $2, $3)")
            .With(lot)
            .With(shelf)
            .With(ExpiresOn);
    }
}
