using System.Security.Cryptography;
using System.Text;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;

namespace TcmBrain.Traceability.Log;

/// <summary>Signs the log's head whenever there is news (签发树头), and tells of it.</summary>
internal sealed partial class HeadSigner(
    NpgsqlDataSource database,
    EventExchange exchange,
    LogKey key,
    LogOptions options,
    TimeProvider time,
    ILogger<HeadSigner> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.SignEvery, time);
        var failing = false;
        while (true)
        {
            try
            {
                await timer.WaitForNextTickAsync(stoppingToken);
                await SignAsync(stoppingToken);
                failing = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (LogDamagedException damaged)
            {
                LogRefused(damaged.Message);
            }
            catch (Exception e)
            {
                // A database that is away is tried again with the next tick; once is enough to say so.
                if (!failing)
                {
                    LogFailed(e);
                }

                failing = true;
            }
        }
    }

    /// <summary>True when a new head was signed.</summary>
    /// <exception cref="LogDamagedException">The log is not a continuation of the last signed head: a log that signed it would lie.</exception>
    public async Task<bool> SignAsync(CancellationToken cancellationToken)
    {
        if (!await IsNewsAsync(cancellationToken))
        {
            return false;
        }

        await using var work = await exchange.BeginAsync(cancellationToken);
        // Replicas sign in turn; who comes second finds nothing new. Appending is not held up.
        await using (var turn = work.Command("select pg_advisory_xact_lock(hashtext('traceability.sign'))"))
        {
            await turn.ExecuteNonQueryAsync(cancellationToken);
        }

        CompactRange tree;
        await using (var read = work.Command("select size, frontier from traceability.log"))
        await using (var reader = await read.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            tree = new CompactRange(reader.GetInt64(0), reader.GetFieldValue<byte[][]>(1));
        }

        var last = await CheckpointStore.LatestAsync(work.Connection, cancellationToken, work.Transaction);
        if (tree.Size == (last?.TreeSize ?? 0))
        {
            return false;
        }

        var root = tree.Root();
        if (last is not null)
        {
            await RequireContinuationAsync(work, last, tree.Size, root, cancellationToken);
        }

        var sequence = (last?.Sequence ?? 0) + 1;
        var signedAt = time.GetUtcNow();
        await using (
            var insert = work.Command(
                """
                with known as (insert into traceability.log_key (verifier_key) values ($6) on conflict do nothing)
                insert into traceability.checkpoint (sequence, tree_size, root_hash, note, signed_at) values ($1, $2, $3, $4, $5)
                """,
                sequence,
                tree.Size,
                root,
                new Checkpoint(options.Origin, tree.Size, root).Sign(key),
                signedAt,
                key.VerifierKey
            )
        )
        {
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        work.Publish(
            new TreeHeadSigned
            {
                AggregateId = LogId(options.Origin),
                Version = sequence,
                OccurredAt = signedAt,
                TreeSize = tree.Size,
                RootHashBase64 = Convert.ToBase64String(root),
            }
        );
        await work.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>One question each second while nothing happens, and no transaction.</summary>
    private async Task<bool> IsNewsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select l.size <> coalesce((select c.tree_size from traceability.checkpoint c order by c.sequence desc limit 1), 0)
            from traceability.log l
            """
        );
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task RequireContinuationAsync(
        Work work,
        SignedHead last,
        long size,
        byte[] root,
        CancellationToken cancellationToken
    )
    {
        if (
            size < last.TreeSize
            || !Merkle.VerifyConsistency(
                last.TreeSize,
                size,
                last.RootHash,
                root,
                await TreeReader.ConsistencyProofAsync(work.Connection, last.TreeSize, size, cancellationToken)
            )
        )
        {
            throw new LogDamagedException($"The log of {size} leaves does not continue the signed head of {last.TreeSize} leaves.");
        }
    }

    /// <summary>The log as an aggregate: the first half of its origin's SHA-256.</summary>
    private static Guid LogId(string origin) => new(SHA256.HashData(Encoding.UTF8.GetBytes(origin)).AsSpan(0, 16), bigEndian: true);

    [LoggerMessage(Level = LogLevel.Critical, Message = "the log's head is not signed: {Reason}")]
    private partial void LogRefused(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the log's head could not be signed; tried again every turn")]
    private partial void LogFailed(Exception exception);
}
