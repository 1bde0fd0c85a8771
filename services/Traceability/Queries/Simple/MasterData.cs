using Npgsql;
using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Queries.Simple;

/// <summary>
/// What parties told of places and other things in their documents' headers (EPCIS 2.0, 6.5). A query goes by what its caller told itself; a
/// regulator's also by what the parties of its region told, an operator's by everybody's. Else whoever asks cleverly enough could read from
/// which events are found what another party says of its places and products.
/// </summary>
public sealed class MasterData(NpgsqlDataSource database)
{
    /// <summary>The places and all their direct and indirect descendants, canonical.</summary>
    public Task<HashSet<string>> WithDescendantsAsync(IReadOnlyList<string> uris, ReadScope scope, CancellationToken cancellationToken) =>
        ReadAsync(
            $"""
            with recursive place (id) as (
                select unnest($4)
                union
                select c.child from place p join traceability.master_data m on m.element = p.id and {Told}
                cross join lateral unnest(m.children) as c (child))
            select id from place
            """,
            scope,
            cancellationToken,
            (object)uris.Select(DigitalLink.CanonicalOrSame).ToArray()
        );

    /// <summary>Elements that have one of the attributes.</summary>
    public Task<HashSet<string>> HavingAsync(IReadOnlyList<string> attributes, ReadScope scope, CancellationToken cancellationToken) =>
        ReadAsync(
            $"select m.element from traceability.master_data m where m.attributes ?| $4 and {Told}",
            scope,
            cancellationToken,
            (object)attributes.ToArray()
        );

    /// <summary>Elements whose attribute is one of the values.</summary>
    public Task<HashSet<string>> HavingAsync(
        string attribute,
        IReadOnlyList<string> values,
        ReadScope scope,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            $"select m.element from traceability.master_data m where m.attributes ->> $4 = any($5) and {Told}",
            scope,
            cancellationToken,
            attribute,
            values.ToArray()
        );

    /// <summary>By whom the caller goes; the region of an institution is in its code (GB 32100, digits 3 to 8).</summary>
    private const string Told = "($1 or m.owner = $2 or substr(m.owner, 3, 6) like $3)";

    private async Task<HashSet<string>> ReadAsync(
        string sql,
        ReadScope scope,
        CancellationToken cancellationToken,
        params object[] parameters
    )
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(scope.Parameters());
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
