using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.CatalogueCopy;

/// <summary>Keeps what was published; told in any order and more than once it is kept once.</summary>
public sealed class KeepCatalogue(CatalogueSchema schema) : IHandle<CataloguePublished>
{
    public async Task HandleAsync(CataloguePublished e, Work work, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            $"""
            insert into {schema.Name}.catalogue_copies (publication, release, archive, published_at) values ($1, $2, $3, $4)
            on conflict (publication) do nothing
            """,
            (long)e.Version,
            e.Release,
            e.Archive,
            e.OccurredAt.ToUniversalTime()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>Where the service's own tables are.</summary>
public sealed record CatalogueSchema(string Name);
