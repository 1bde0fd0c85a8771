using System.Security.Cryptography;
using Npgsql;

namespace TcmBrain.Prescriptions.Patients;

/// <summary>
/// Brings sealed identities under the active key, some thousand rows looked at in one go and in the order of their ids, while pushes go on.
/// Interrupted, it goes on where it was; several replicas take turns; after a whole pass only what is new is looked at. A box that somebody has changed meanwhile (erased it) is left alone. When
/// <c>finished_at</c> of a key version is set, the versions before it can be taken out of the configuration.
/// </summary>
internal sealed partial class IdentityResealing(
    NpgsqlDataSource database,
    PatientIdentityVault vault,
    IdentityKeyRing keys,
    TimeProvider time,
    ILogger<IdentityResealing> logger
) : BackgroundService
{
    /// <summary>Rows looked at in one transaction, whatever they are sealed with.</summary>
    internal const int Batch = 2_000;
    private const long OneAtATime = 0x7463_6d73_6561_6c01;

    // A replica of before may still seal with the key of before while this one has finished: what has come since is looked at again.
    private static readonly TimeSpan Again = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var resealed = 0L;
                for (var outcome = Outcome.More; outcome == Outcome.More; )
                {
                    (outcome, var some) = await ResealBatchAsync(stoppingToken);
                    resealed += some;
                }

                if (resealed > 0)
                {
                    LogResealed(resealed, keys.Active);
                }
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                LogPutOff(e.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Again, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    internal enum Outcome
    {
        More,
        Finished,
        AnotherIsAtIt,
    }

    /// <summary>One batch, in one transaction with how far it has come.</summary>
    internal async Task<(Outcome Outcome, int Resealed)> ResealBatchAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await ScalarAsync<bool>("select pg_try_advisory_xact_lock($1)", OneAtATime) is false)
        {
            return (Outcome.AnotherIsAtIt, 0);
        }

        await ScalarAsync<int>(
            "insert into prescriptions.identity_resealing (key_version) values ($1) on conflict do nothing returning 1",
            (int)keys.Active
        );
        // A key that was active before and becomes so again begins anew.
        await ScalarAsync<int>(
            "update prescriptions.identity_resealing set after_id = default, finished_at = null where key_version <> $1 and finished_at is not null",
            (int)keys.Active
        );
        var after = await ScalarAsync<Guid>(
            "select after_id from prescriptions.identity_resealing where key_version = $1",
            (int)keys.Active
        );
        var (stale, last, seen) = await StaleAsync(connection, transaction, after, cancellationToken);
        var resealed = 0;
        var fresh = ResealAll(stale);
        if (fresh.Count > 0)
        {
            await using var update = new NpgsqlCommand(
                """
                update prescriptions.prescriptions p set identity = r.fresh
                from unnest($1::uuid[], $2::bytea[], $3::bytea[]) as r (id, stale, fresh) where p.id = r.id and p.identity = r.stale
                """,
                connection,
                transaction
            );
            update.Parameters.Add(new NpgsqlParameter { Value = fresh.Select(row => row.Id).ToArray() });
            update.Parameters.Add(new NpgsqlParameter { Value = fresh.Select(row => row.Stale).ToArray() });
            update.Parameters.Add(new NpgsqlParameter { Value = fresh.Select(row => row.Fresh).ToArray() });
            resealed = await update.ExecuteNonQueryAsync(cancellationToken);
        }

        // The end reached, the next pass begins with what came in the two hours before: an id bears its time.
        var finished = seen < Batch;
        await ScalarAsync<int>(
            """
            update prescriptions.identity_resealing set resealed = resealed + $3,
                after_id = case when $4 then prescriptions.first_id(now() - interval '2 hours') else $2 end,
                finished_at = case when $4 then now() else finished_at end
            where key_version = $1 returning 1
            """,
            (int)keys.Active,
            last,
            (long)resealed,
            finished
        );
        await transaction.CommitAsync(cancellationToken);
        return (finished ? Outcome.Finished : Outcome.More, resealed);

        async Task<T?> ScalarAsync<T>(string sql, params object[] parameters)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            foreach (var value in parameters)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            }

            return await command.ExecuteScalarAsync(cancellationToken) is T found ? found : default;
        }
    }

    // One that does not open (its key is gone, or it was altered) stays as it is, and is told of.
    private List<(Guid Id, byte[] Stale, byte[] Fresh)> ResealAll(List<(Guid Id, byte[] Box)> stale)
    {
        var fresh = new List<(Guid, byte[], byte[])>(stale.Count);
        foreach (var (id, box) in stale)
        {
            try
            {
                fresh.Add((id, box, vault.Reseal(id, box)));
            }
            catch (CryptographicException e)
            {
                LogClosed(id, e.Message);
            }
        }

        return fresh;
    }

    /// <returns>those under other keys, the last row that was looked at, and how many were</returns>
    private async Task<(List<(Guid Id, byte[] Box)> Stale, Guid Last, int Seen)> StaleAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid after,
        CancellationToken cancellationToken
    )
    {
        // So many rows and no more: to look for so many stale ones reads on through all that there are when there are none.
        await using var command = new NpgsqlCommand(
            $"""
            select id, case when substring(identity from 1 for 1) = '\x01'
                or substring(identity from 1 for 1) = '\x02' and substring(identity from 2 for 1) <> $2 then identity end
            from prescriptions.prescriptions where id > $1 order by id limit {Batch}
            """,
            connection,
            transaction
        );
        command.Parameters.Add(new NpgsqlParameter { Value = after });
        command.Parameters.Add(new NpgsqlParameter { Value = new[] { keys.Active } });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (stale, last, seen) = (new List<(Guid, byte[])>(), after, 0);
        while (await reader.ReadAsync(cancellationToken))
        {
            (last, seen) = (reader.GetGuid(0), seen + 1);
            if (!reader.IsDBNull(1))
            {
                stale.Add((last, reader.GetFieldValue<byte[]>(1)));
            }
        }

        return (stale, last, seen);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the identity of prescription {Id} cannot be brought under the active key: {Reason}")]
    private partial void LogClosed(Guid id, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} patients' identities were brought under key {Version}")]
    private partial void LogResealed(long count, int version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "bringing identities under the active key is put off for an hour: {Reason}")]
    private partial void LogPutOff(string reason);
}
