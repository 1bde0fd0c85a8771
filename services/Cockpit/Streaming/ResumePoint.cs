using Dapper;
using Npgsql;
using TcmBrain.Cockpit.Live;

namespace TcmBrain.Cockpit.Streaming;

/// <summary>Where a stream goes on.</summary>
/// <param name="Renumbered">true: where it wanted to go on is of another numbering; it begins now</param>
internal readonly record struct Resumed(long Position, bool Renumbered);

/// <summary>
/// Finds the place where a reader goes on (续传), who may have been further at another instance than this one is yet: then it is waited for, never begun
/// earlier, so nothing comes twice.
/// </summary>
internal sealed class ResumePoint(FactTail tail, NpgsqlDataSource database)
{
    /// <summary>A place of this database's numbering.</summary>
    public ResumeToken At(long position) => new(position, tail.Log);

    /// <param name="asked">null: from now on</param>
    public async Task<Resumed> FindAsync(ResumeToken? asked, CancellationToken cancellationToken)
    {
        await tail.Ready.WaitAsync(cancellationToken);
        if (asked is not (var after, var log))
        {
            return new(tail.Position, Renumbered: false);
        }

        if (log is not null && log != tail.Log)
        {
            return new(tail.Position, Renumbered: true);
        }

        if (after > tail.Position)
        {
            if (after > await LastAsync(cancellationToken))
            {
                return new(tail.Position, Renumbered: true);
            }

            await tail.ReachAsync(after, cancellationToken);
        }

        return new(after, Renumbered: false);
    }

    private async Task<long> LastAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(
            new CommandDefinition("select last from cockpit.position", cancellationToken: cancellationToken)
        );
    }
}
