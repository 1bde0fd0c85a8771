using Dapper;
using Npgsql;
using TcmBrain.Cockpit.Folding;

namespace TcmBrain.Cockpit.Audit;

public sealed record RebuildResult(
    long Facts,
    int Counters,
    int Rankings,
    int Sketches,
    int Flows,
    int Prescriptions,
    double Seconds,
    double HeldSeconds
);

/// <summary>
/// Replaces all numbers by a recomputation (重算). What stands is read first, while folding goes on; only for what came meanwhile and for the writing the
/// position is held. Readers see the old numbers until the commit and the new ones after it, never a mixture.
/// </summary>
public sealed class Rebuild(NpgsqlDataSource database)
{
    /// <summary>Two rebuilds at once would do the same work twice.</summary>
    private const long Turn = 0x636f636b706974;

    /// <summary>Idempotent. Starts a new generation of the live view.</summary>
    public async Task<RebuildResult> RunAsync(CancellationToken cancellationToken = default) =>
        (await InTurnAsync(connection => Task.FromResult(true), cancellationToken))!;

    /// <summary>
    /// Once, when the tables of what is counted are others than those that the numbers were made by: after an upgrade. Folding may go on before.
    /// </summary>
    /// <returns>null when there was nothing to do</returns>
    public Task<RebuildResult?> RunIfOtherShapeAsync(CancellationToken cancellationToken = default) =>
        InTurnAsync(
            async connection =>
            {
                var (shape, last) = await connection.QuerySingleAsync<(string, long)>("select shape, last from cockpit.position");
                if (shape != Metrics.Shape && last == 0)
                {
                    await connection.ExecuteAsync("update cockpit.position set shape = @Shape where last = 0", new { Metrics.Shape });
                }

                return shape != Metrics.Shape && last > 0;
            },
            cancellationToken
        );

    private async Task<RebuildResult?> InTurnAsync(Func<NpgsqlConnection, Task<bool>> isNeeded, CancellationToken cancellationToken)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync("select pg_advisory_lock(@Turn)", new { Turn }, commandTimeout: 0);
        try
        {
            return await isNeeded(connection) ? await RunAsync(connection, clock, cancellationToken) : null;
        }
        finally
        {
            await connection.ExecuteAsync("select pg_advisory_unlock(@Turn)", new { Turn });
        }
    }

    private static async Task<RebuildResult> RunAsync(
        NpgsqlConnection connection,
        System.Diagnostics.Stopwatch clock,
        CancellationToken cancellationToken
    )
    {
        var numbers = new Recomputation();
        await numbers.ReadAsync(
            connection,
            await connection.ExecuteScalarAsync<long>("select last from cockpit.position"),
            cancellationToken
        );

        var held = clock.Elapsed;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var last = await connection.ExecuteScalarAsync<long>(
            "update cockpit.position set generation = gen_random_uuid(), shape = @Shape, rebuilt_at = now() returning last",
            new { Metrics.Shape },
            transaction
        );
        await numbers.ReadAsync(connection, last, cancellationToken);
        await connection.ExecuteAsync(
            """
            delete from cockpit.counters;
            delete from cockpit.standing;
            delete from cockpit.rankings;
            delete from cockpit.sketches;
            delete from cockpit.flows;
            create table cockpit.journeys_next (like cockpit.journeys including all);
            """,
            transaction: transaction,
            commandTimeout: 0
        );
        var contributions = numbers.Tally.Contributions();
        contributions.Settle();
        await JourneyStore.CopyAsync(connection, "cockpit.journeys_next", numbers.Tally.Journeys, cancellationToken);
        await connection.ExecuteAsync(
            "drop table cockpit.journeys; alter table cockpit.journeys_next rename to journeys",
            transaction: transaction
        );
        await FoldStore.AddAsync(
            connection,
            transaction,
            numbers.Tally,
            contributions,
            new Dictionary<Guid, Journey>(),
            [],
            FoldStore.Rebuilt,
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        return new(
            numbers.Facts,
            numbers.Tally.Counters.Count + contributions.Counters.Count,
            numbers.Tally.Rankings.Count,
            contributions.Sketches.Count,
            contributions.Flows.Count,
            numbers.Tally.Journeys.Count,
            clock.Elapsed.TotalSeconds,
            (clock.Elapsed - held).TotalSeconds
        );
    }
}
