using Npgsql;
using NpgsqlTypes;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Scales;

/// <summary>What a scale showed last.</summary>
internal sealed record ScaleState(string Scale, long Milligrams, bool Stable, DateTimeOffset TakenAt);

/// <summary>The last reading of each scale, where every replica finds it.</summary>
internal sealed class ScaleStore(NpgsqlDataSource database)
{
    /// <summary>Of one scale the newest counts; an older one that comes later changes nothing.</summary>
    public async Task StoreAsync(string centre, IReadOnlyCollection<ScaleState> readings, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch
            .Add(
                """
                insert into pharmacy.scales as s (centre_code, scale, milligrams, stable, taken_at)
                select $1, * from unnest($2, $3, $4, $5) as u (scale, milligrams, stable, taken_at) order by u.scale
                on conflict (centre_code, scale) do update
                set milligrams = excluded.milligrams, stable = excluded.stable, taken_at = excluded.taken_at
                where s.taken_at <= excluded.taken_at
                """
            )
            .With(centre)
            .With(NpgsqlDbType.Text, readings.Select(r => r.Scale))
            .With(NpgsqlDbType.Bigint, readings.Select(r => r.Milligrams))
            .With(NpgsqlDbType.Boolean, readings.Select(r => r.Stable))
            .With(NpgsqlDbType.TimestampTz, readings.Select(r => r.TakenAt.UtcDateTime));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<ScaleState>> ListAsync(string centre, CancellationToken cancellationToken)
    {
        await using var command = database.Query(
            "select scale, milligrams, stable, taken_at from pharmacy.scales where centre_code = $1 order by scale",
            centre
        );
        return await command.ListAsync(
            r => new ScaleState(r.GetString(0), r.GetInt64(1), r.GetBoolean(2), r.Instant(3)),
            cancellationToken
        );
    }
}
