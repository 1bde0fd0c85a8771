using TcmBrain.Exchange;

namespace TcmBrain.Decoction.Vessels;

/// <summary>A centre's vessels stand from its first prescription on; a later change of the count does not touch them.</summary>
internal static class VesselSeed
{
    public static async Task EnsureAsync(Work work, string centreCode, int count, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            with fresh as (insert into decoction.centre (code) values ($1) on conflict do nothing returning code),
            vessels as (
                insert into decoction.vessel (centre_code, name, capacity_ml)
                select code, 'V' || case when n < 10 then '0' else '' end || n, case when n % 6 = 0 then 40000 else 20000 end
                from fresh, generate_series(1, $2) n order by n
                returning vessel_id)
            insert into decoction.calibration (vessel_id, calibrated_at, valid_until, certificate, by_subject, by_name)
            select vessel_id, now() - interval '30 days', now() + interval '335 days', '初始登记', 'system', '系统' from vessels
            """,
            centreCode,
            count
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
