using TcmBrain.Exchange;

namespace TcmBrain.Decoction.Vessels;

/// <summary>A centre's vessels stand from its first prescription on; a later change of the count does not touch them.</summary>
internal static class VesselSeed
{
    public static async Task EnsureAsync(Work work, string centreCode, int count, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            with fresh as (insert into decoction.centre (code) values ($1) on conflict do nothing returning code)
            insert into decoction.vessel (centre_code, name)
            select code, 'V' || case when n < 10 then '0' else '' end || n from fresh, generate_series(1, $2) n order by n
            """,
            centreCode,
            count
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
