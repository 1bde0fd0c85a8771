using Npgsql;
using TcmBrain.Exchange;

namespace TcmBrain.Decoction.Vessels;

/// <summary>Which vessel holds which prescription, and from when to when.</summary>
internal static class VesselStore
{
    /// <summary>The vessel for a start, with what may speak against it; locked, so that of two at once the second sees the first.</summary>
    /// <exception cref="ServiceDefaults.Faults.FaultException">The centre has no vessel of that name, or it is broken.</exception>
    public static async Task<UsableVessel> FindAsync(
        Work work,
        string centreCode,
        string name,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            select v.vessel_id, v.capacity_ml, v.broken_at <= $3, v.broken_reason,
                   exists (select from decoction.calibration c where c.vessel_id = v.vessel_id and $3 >= c.calibrated_at and $3 < c.valid_until),
                   not exists (
                       select from decoction.occupation o where o.vessel_id = v.vessel_id and upper(o.period) <= $3
                       and not exists (
                           select from decoction.cleaning c
                           where c.vessel_id = v.vessel_id and c.cleaned_at >= upper(o.period) and c.cleaned_at <= $3))
            from decoction.vessel v where v.centre_code = $1 and v.name = $2 for no key update of v
            """,
            centreCode,
            name,
            at
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw DecoctionFaults.UnknownVessel.Exception("vessel", name);
        }

        return !reader.IsDBNull(2) && reader.GetBoolean(2)
            ? throw DecoctionFaults.VesselBroken.Exception("vessel", name, reader.GetString(3))
            : new UsableVessel(reader.GetInt32(0), name, reader.GetInt32(1), reader.GetBoolean(4), reader.GetBoolean(5));
    }

    /// <summary>
    /// Takes the vessel from <paramref name="from"/> until packing ends, or until the next occupation already known when devices report
    /// afterwards and out of order.
    /// </summary>
    /// <exception cref="ServiceDefaults.Faults.FaultException">Somebody else's pieces are in it.</exception>
    public static async Task OccupyAsync(
        Work work,
        Guid prescriptionId,
        int runNo,
        int vesselId,
        string name,
        DateTimeOffset from,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            insert into decoction.occupation (prescription_id, vessel_id, period, run_no)
            values ($1, $2, tstzrange($3, coalesce(
                (select min(lower(period)) from decoction.occupation where vessel_id = $2 and lower(period) > $3), 'infinity')), $4)
            """,
            prescriptionId,
            vesselId,
            from,
            runNo
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
            "select upper(period) >= $2 from decoction.occupation where prescription_id = $1 and ended_as is null",
            prescriptionId,
            until
        );
        if (await command.ExecuteScalarAsync(cancellationToken) is not true)
        {
            throw DecoctionFaults.VesselBusy.Exception("vessel", name);
        }
    }

    /// <param name="endedAs">packed, aborted or scrapped.</param>
    public static async Task FreeAsync(
        Work work,
        Guid prescriptionId,
        string endedAs,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            update decoction.occupation
            set period = tstzrange(lower(period), least(upper(period), greatest($2, lower(period) + interval '1 microsecond'))), ended_as = $3
            where prescription_id = $1 and ended_as is null
            """,
            prescriptionId,
            at,
            endedAs
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>A vessel of the centre that works.</summary>
internal sealed record UsableVessel(int VesselId, string Name, int CapacityMillilitres, bool IsCalibrated, bool IsClean)
{
    /// <summary>Whether it may take a prescription.</summary>
    /// <exception cref="ServiceDefaults.Faults.FaultException">Too small, not clean, or not calibrated.</exception>
    public void RequireReady(int neededMillilitres)
    {
        if (CapacityMillilitres < neededMillilitres)
        {
            throw DecoctionFaults.VesselTooSmall.Exception("vessel", Name, CapacityMillilitres, neededMillilitres);
        }

        if (!IsClean)
        {
            throw DecoctionFaults.VesselNotClean.Exception("vessel", Name);
        }

        if (!IsCalibrated)
        {
            throw DecoctionFaults.VesselUncalibrated.Exception("vessel", Name);
        }
    }
}
