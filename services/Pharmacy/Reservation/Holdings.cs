using Npgsql;
using NpgsqlTypes;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Reservation;

/// <summary>What a prescription holds of a lot, and how the lot stands.</summary>
internal readonly record struct Holding(Guid PrescriptionId, int LineNumber, Guid LotId, long Milligrams, string LotStatus);

/// <summary>Puts back what prescriptions hold (退回货位).</summary>
internal static class Holdings
{
    /// <summary>Comes after the lock of the shelves concerned in the same batch.</summary>
    public static void Read(NpgsqlBatch batch, IEnumerable<Guid> prescriptions) =>
        batch
            .Add(
                """
                select a.prescription_id, a.line_number, a.lot_id, a.milligrams, l.status
                from pharmacy.allocations a join pharmacy.lots l on l.id = a.lot_id
                where a.prescription_id = any($1)
                order by a.prescription_id, a.line_number, a.lot_id
                """
            )
            .With(NpgsqlDbType.Uuid, prescriptions);

    public static async Task<List<Holding>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        return await reader.RowsAsync(
            r => new Holding(r.GetGuid(0), r.GetInt32(1), r.GetGuid(2), r.GetInt64(3), r.GetString(4)),
            cancellationToken
        );
    }

    /// <summary>Grams of a lot that is no longer good do not go back on the shelf, but into quarantine.</summary>
    /// <param name="statusNow">Overrides the status that was read, for a lot whose status this very work changes.</param>
    public static IEnumerable<Movement> PutBack(
        IEnumerable<Holding> holdings,
        string actor,
        DateTimeOffset now,
        IReadOnlyDictionary<Guid, string>? statusNow = null
    ) =>
        holdings
            .GroupBy(h => h.PrescriptionId)
            .Select(g => new Movement(
                MovementKind.PutBack,
                g.Key,
                actor,
                now,
                [
                    .. g.Select(h => new Entry(
                        h.LotId,
                        h.LineNumber,
                        Account.Reserved,
                        (statusNow?.GetValueOrDefault(h.LotId) ?? h.LotStatus) == "available" ? Account.Available : Account.Quarantine,
                        h.Milligrams
                    )),
                ]
            ));

    public static void Delete(NpgsqlBatch batch, IEnumerable<Guid> prescriptions) =>
        batch.Add("delete from pharmacy.allocations where prescription_id = any($1)").With(NpgsqlDbType.Uuid, prescriptions);
}
