using System.Diagnostics;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Quality.Lots;

/// <summary>An accepted lot waits for its tests, unless a recall was ordered for it before. Told again it changes nothing.</summary>
internal sealed class OpenReleaseOnAcceptance(RecallOnOrder recall) : IHandle<LotAccepted>
{
    public async Task HandleAsync(LotAccepted e, Work work, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into quality.lot (lot_id, centre_code, piece, lot_number, supplier, origin, quantity_milligrams, produced_on, expires_on,
                                     accepted_by, accepted_at, traceparent, claimed_milligrams)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            on conflict (lot_id) do nothing
            """,
            e.AggregateId,
            e.CentreCode,
            e.Piece,
            e.LotNumber,
            e.Supplier,
            e.Origin,
            e.Quantity.Milligrams,
            e.ProducedOn,
            e.ExpiresOn,
            e.AcceptedBy,
            e.OccurredAt.ToUniversalTime(),
            Activity.Current?.Id
        );
        command.Parameters.Add(
            new() { Value = (object?)e.Claimed?.Milligrams ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint }
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
        await recall.CallBackAsync(work, e.AggregateId, cancellationToken);
    }
}
