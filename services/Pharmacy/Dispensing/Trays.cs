using Npgsql;
using NpgsqlTypes;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>What lies on a tray when its reservation is broken (清盘): the ledger has it back at once, and somebody has to see to it.</summary>
internal static class Trays
{
    /// <summary>Comes before the allocations are deleted in the same batch.</summary>
    public static void Clear(NpgsqlBatch batch, IEnumerable<Guid> prescriptions, DateTimeOffset now) =>
        batch
            .Add(
                """
                insert into pharmacy.trays (prescription_id, his_number, centre_code, line_number, lot_id, milligrams, cleared_at)
                select a.prescription_id, p.his_number, l.centre_code, a.line_number, a.lot_id, a.weighed, $2
                from pharmacy.allocations a
                join pharmacy.prescriptions p on p.id = a.prescription_id
                join pharmacy.lots l on l.id = a.lot_id
                where a.prescription_id = any($1) and a.weighed is not null
                """
            )
            .With(NpgsqlDbType.Uuid, prescriptions)
            .With(now.UtcDateTime);
}
