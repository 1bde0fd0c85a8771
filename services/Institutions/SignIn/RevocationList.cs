using Dapper;
using Npgsql;
using TcmBrain.Institutions.Keys;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.SignIn;

/// <summary>What no longer holds before its time (吊销), for every service to ask for each second.</summary>
internal sealed class RevocationList(NpgsqlDataSource database, SigningKeyRing ring, TimeProvider time) : IRevocationSource
{
    /// <summary>Longer than any token lives, and than a service is likely to be cut off.</summary>
    private static readonly TimeSpan Kept = 4 * TokenRules.Lifetime;

    public async Task<RevocationNews> FetchAsync(long after, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var items = (
            await connection.QueryAsync<Row>(
                new CommandDefinition(
                    """
                    -- A number from another database's life is above ours: then all is told again.
                    select seq, session, account, epoch from institutions.revocation
                    where revoked_at > @since
                        and seq > case when @after > (select coalesce(max(seq), 0) from institutions.revocation) then 0 else @after end
                    order by seq
                    """,
                    new { after, since = time.GetUtcNow() - Kept },
                    cancellationToken: cancellationToken
                )
            )
        ).AsList();
        return new RevocationNews(
            items.Count > 0 ? items[^1].Seq : after,
            await ring.PublishedAsync(connection, cancellationToken),
            [.. items.Select(row => new Revocation(row.Session, row.Account, row.Epoch))]
        );
    }

    public async Task EndSessionAsync(Guid session, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RevokeAsync(transaction, session, null, null, time.GetUtcNow(), cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                "delete from institutions.revocation where revoked_at < @old",
                new { old = time.GetUtcNow() - 2 * Kept },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Within the transaction of what it is the consequence of.</summary>
    public static Task RevokeAsync(
        NpgsqlTransaction transaction,
        Guid? session,
        string? account,
        int? epoch,
        DateTimeOffset at,
        CancellationToken cancellationToken
    ) =>
        transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                "select institutions.revoke(@session, @account, @epoch, @at)",
                new
                {
                    session,
                    account,
                    epoch,
                    at,
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );

    private sealed record Row(long Seq, Guid? Session, string? Account, int? Epoch);
}
