using Npgsql;
using TcmBrain.Exchange;

namespace TcmBrain.Decoction.Vessels;

/// <summary>Which vessel holds which prescription, and from when to when.</summary>
internal static class VesselStore
{
    /// <exception cref="ServiceDefaults.Faults.FaultException">The centre has no vessel of that name.</exception>
    public static async Task<int> IdAsync(Work work, string centreCode, string name, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "select vessel_id from decoction.vessel where centre_code = $1 and name = $2",
            centreCode,
            name
        );
        return await command.ExecuteScalarAsync(cancellationToken) as int? ?? throw DecoctionFaults.UnknownVessel.Exception("vessel", name);
    }

    /// <summary>
    /// Takes the vessel from <paramref name="from"/> until packing ends, or until the next occupation already known when devices report
    /// afterwards and out of order.
    /// </summary>
    /// <exception cref="ServiceDefaults.Faults.FaultException">Somebody else's pieces are in it.</exception>
    public static async Task OccupyAsync(
        Work work,
        Guid prescriptionId,
        int vesselId,
        string name,
        DateTimeOffset from,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            insert into decoction.occupation (prescription_id, vessel_id, period)
            values ($1, $2, tstzrange($3, coalesce(
                (select min(lower(period)) from decoction.occupation where vessel_id = $2 and lower(period) > $3), 'infinity')))
            """,
            prescriptionId,
            vesselId,
            from
        );
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ExclusionViolation)
        {
            throw DecoctionFaults.VesselBusy.Exception("vessel", name);
        }
    }

    /// <exception cref="ServiceDefaults.Faults.FaultException">From some moment before <paramref name="until"/> on the vessel is another's.</exception>
    public static async Task StillHeldAsync(
        Work work,
        Guid prescriptionId,
        string name,
        DateTimeOffset until,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            "select upper(period) >= $2 from decoction.occupation where prescription_id = $1",
            prescriptionId,
            until
        );
        if (await command.ExecuteScalarAsync(cancellationToken) is not true)
        {
            throw DecoctionFaults.VesselBusy.Exception("vessel", name);
        }
    }

    public static async Task FreeAsync(Work work, Guid prescriptionId, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "update decoction.occupation set period = tstzrange(lower(period), $2) where prescription_id = $1",
            prescriptionId,
            at
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
