using System.Data;
using Dapper;
using Npgsql;

namespace TcmBrain.Cockpit.Reading;

/// <summary>One state of all numbers (时点): whatever is read through it is of the same position, while folding goes on.</summary>
internal sealed class Moment : IAsyncDisposable
{
    private readonly NpgsqlTransaction _snapshot;

    private Moment(NpgsqlTransaction snapshot, Guid generation, long position) =>
        (_snapshot, Generation, Position) = (snapshot, generation, position);

    public NpgsqlConnection Connection => _snapshot.Connection!;

    /// <summary>Of the tables.</summary>
    public Guid Generation { get; }

    /// <summary>Id of the last fact that is in them.</summary>
    public long Position { get; }

    public static async Task<Moment> OpenAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            var (generation, position) = await connection.QuerySingleAsync<(Guid, long)>(
                new CommandDefinition(
                    "select generation, last from cockpit.position",
                    transaction: snapshot,
                    cancellationToken: cancellationToken
                )
            );
            return new(snapshot, generation, position);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public NpgsqlCommand Command(string sql) => new(sql, Connection, _snapshot);

    public async ValueTask DisposeAsync()
    {
        var connection = Connection;
        await _snapshot.DisposeAsync();
        await connection.DisposeAsync();
    }
}
