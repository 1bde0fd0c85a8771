using System.Text.Json;
using Npgsql;

namespace TcmBrain.Traceability.Subscriptions;

/// <param name="Name">Its party's own; two parties may use the same.</param>
/// <param name="Query">As it was given (query-schema.json).</param>
public sealed record NamedQuery(string Name, JsonElement Query);

/// <summary>Queries that parties keep under a name.</summary>
public sealed class NamedQueries(NpgsqlDataSource database, TimeProvider time)
{
    /// <returns>False when the party has a query of that name.</returns>
    public async Task<bool> CreateAsync(string owner, NamedQuery query, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "insert into traceability.named_query (owner, name, query, created_at) values ($1, $2, $3, $4) on conflict do nothing",
            owner,
            query.Name,
            query.Query.GetRawText(),
            time.GetUtcNow().ToUniversalTime()
        );
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task<NamedQuery?> FindAsync(string owner, string name, CancellationToken cancellationToken) =>
        (
            await ReadAsync(
                "select name, query from traceability.named_query where owner = $1 and name = $2",
                cancellationToken,
                owner,
                name
            )
        ).SingleOrDefault();

    public Task<List<NamedQuery>> AfterAsync(string owner, string after, int limit, CancellationToken cancellationToken) =>
        ReadAsync(
            """
            select name, query from traceability.named_query where owner = $1 and name collate "C" > $2 order by name collate "C" limit $3
            """,
            cancellationToken,
            owner,
            after,
            limit
        );

    /// <summary>With its subscriptions. False when there is none.</summary>
    public async Task<bool> DeleteAsync(string owner, string name, CancellationToken cancellationToken)
    {
        await using var command = Command("delete from traceability.named_query where owner = $1 and name = $2", owner, name);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private async Task<List<NamedQuery>> ReadAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<NamedQuery>();
        while (await reader.ReadAsync(cancellationToken))
        {
            using var json = JsonDocument.Parse(reader.GetString(1));
            found.Add(new NamedQuery(reader.GetString(0), json.RootElement.Clone()));
        }

        return found;
    }

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = database.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        return command;
    }
}
