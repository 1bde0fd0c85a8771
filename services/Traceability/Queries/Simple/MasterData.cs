using Npgsql;
using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Queries.Simple;

/// <summary>What parties told of places and other things in their documents' headers (EPCIS 2.0, 6.5).</summary>
public sealed class MasterData(NpgsqlDataSource database)
{
    /// <summary>The places and all their direct and indirect descendants, canonical.</summary>
    public Task<HashSet<string>> WithDescendantsAsync(IReadOnlyList<string> uris, CancellationToken cancellationToken) =>
        ReadAsync(
            """
            with recursive place (id) as (
                select unnest($1)
                union
                select c.child from place p join traceability.master_data m on m.element = p.id
                cross join lateral unnest(m.children) as c (child))
            select id from place
            """,
            cancellationToken,
            (object)uris.Select(DigitalLink.CanonicalOrSame).ToArray()
        );

    /// <summary>Elements that have one of the attributes.</summary>
    public Task<HashSet<string>> HavingAsync(IReadOnlyList<string> attributes, CancellationToken cancellationToken) =>
        ReadAsync("select element from traceability.master_data where attributes ?| $1", cancellationToken, (object)attributes.ToArray());

    /// <summary>Elements whose attribute is one of the values.</summary>
    public Task<HashSet<string>> HavingAsync(string attribute, IReadOnlyList<string> values, CancellationToken cancellationToken) =>
        ReadAsync(
            "select element from traceability.master_data where attributes ->> $1 = any($2)",
            cancellationToken,
            attribute,
            values.ToArray()
        );

    private async Task<HashSet<string>> ReadAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }
}
