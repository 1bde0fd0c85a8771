using Dapper;
using Npgsql;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.SignIn;

internal enum SignInKind
{
    Client,
    User,
}

internal static class SignInKinds
{
    /// <summary>As it is stored and told.</summary>
    public static string Word(this SignInKind kind) => kind == SignInKind.Client ? "client" : "user";
}

/// <summary>
/// Counts failed sign-ins and locks names out. Attempts for one name from one address are taken one after another, so that many at once
/// gain nothing, and a stranger's do not hold up the owner's.
/// </summary>
internal sealed class SignInGuard(NpgsqlDataSource database, TimeProvider time) : IDisposable
{
    private const string AnyAddress = "*";

    // People's passwords can be guessed from many addresses at once; programs' secrets are random, and a lock over all addresses would
    // let anyone shut a hospital out.
    private const int ThresholdAnyAddress = 50;

    private static readonly TimeSpan LongestQueue = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim[] lanes = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Runs <paramref name="verify"/> unless the name is locked; counts its failure.</summary>
    /// <returns>what <paramref name="verify"/> gave; null is a failure</returns>
    /// <exception cref="FaultException">INS-0203 with the time to wait</exception>
    public async Task<T?> TryAsync<T>(
        SignInKind kind,
        string name,
        string address,
        Func<Task<T?>> verify,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var lane = lanes[(uint)HashCode.Combine(name, address) % (uint)lanes.Length];
        if (!await lane.WaitAsync(LongestQueue, cancellationToken))
        {
            throw Locked(LongestQueue);
        }

        try
        {
            var scopes = kind == SignInKind.User ? new[] { address, AnyAddress } : [address];
            foreach (var scope in scopes)
            {
                if (LockOutRule.Wait(await ReadAsync(kind, name, scope, cancellationToken), time.GetUtcNow()) is { } wait)
                {
                    throw Locked(wait);
                }
            }

            if (await verify() is { } found)
            {
                await ForgetAsync(kind, name, address, cancellationToken);
                return found;
            }

            foreach (var scope in scopes)
            {
                await CountAsync(kind, name, scope, scope == AnyAddress ? ThresholdAnyAddress : LockOutRule.Threshold, cancellationToken);
            }

            return null;
        }
        finally
        {
            lane.Release();
        }
    }

    /// <summary>An administrator's word that the owner is back: every address's lock is lifted.</summary>
    public async Task UnlockAsync(SignInKind kind, string name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                "delete from institutions.sign_in_failure where kind = @kind and name = @name",
                new { kind = kind.Word(), name },
                cancellationToken: cancellationToken
            )
        );
    }

    public void Dispose() => Array.ForEach(lanes, lane => lane.Dispose());

    private static FaultException Locked(TimeSpan wait) => new(429, InstitutionsFaults.Locked.At("")) { RetryAfter = wait };

    private async Task<Failures> ReadAsync(SignInKind kind, string name, string address, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(connection, null, kind, name, address, "", cancellationToken);
    }

    private async Task CountAsync(SignInKind kind, string name, string address, int threshold, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(
            """
            delete from institutions.sign_in_failure where last_at < @old;
            insert into institutions.sign_in_failure (kind, name, address, failures, last_at) values (@kind, @name, @address, 0, @now)
            on conflict do nothing
            """,
            new
            {
                old = now - TimeSpan.FromDays(1),
                kind = kind.Word(),
                name,
                address,
                now,
            },
            transaction
        );
        var before = await ReadAsync(connection, transaction, kind, name, address, "for update", cancellationToken);
        var after = LockOutRule.AfterFailure(before, now, threshold);
        await connection.ExecuteAsync(
            """
            update institutions.sign_in_failure set failures = @Count, last_at = @LastAt, locked_until = @LockedUntil
            where kind = @kind and name = @name and address = @address
            """,
            new
            {
                after.Count,
                after.LastAt,
                after.LockedUntil,
                kind = kind.Word(),
                name,
                address,
            },
            transaction
        );
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task ForgetAsync(SignInKind kind, string name, string address, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            "delete from institutions.sign_in_failure where kind = @kind and name = @name and address = @address",
            new
            {
                kind = kind.Word(),
                name,
                address,
            }
        );
    }

    private static async Task<Failures> ReadAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        SignInKind kind,
        string name,
        string address,
        string locking,
        CancellationToken cancellationToken
    )
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            new CommandDefinition(
                $"""
                select failures, last_at as LastAt, locked_until as LockedUntil from institutions.sign_in_failure
                where kind = @kind and name = @name and address = @address {locking}
                """,
                new
                {
                    kind = kind.Word(),
                    name,
                    address,
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        return row is null ? Failures.None : new Failures(row.Failures, row.LastAt, row.LockedUntil);
    }

    private sealed record Row(int Failures, DateTime LastAt, DateTime? LockedUntil);
}
