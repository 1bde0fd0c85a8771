using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Prescriptions.Releases;

/// <summary>A release in the book, without its files.</summary>
/// <param name="State">proposed, published or rejected.</param>
/// <param name="BaseName">The release that its difference is against.</param>
/// <param name="Loosening">Changed rows because of which the audit would stop less.</param>
public sealed record ReleaseEntry(
    long Number,
    string Name,
    string State,
    string BaseName,
    int Changes,
    int Loosening,
    string Note,
    string ProposedBy,
    DateTimeOffset ProposedAt,
    string? DecidedBy,
    DateTimeOffset? DecidedAt,
    string? Reason
);

/// <summary>How a decision about a proposal went.</summary>
internal enum ReleaseDecision
{
    Done,
    NotFound,
    AlreadyDecided,
    SamePerson,

    /// <summary>Another release was published since: the difference that was looked at is no longer the difference.</summary>
    Stale,
}

/// <summary>The book of releases.</summary>
internal sealed class ReleaseStore(NpgsqlDataSource database, EventExchange exchange)
{
    private const string Columns = """
        number, name, case when publication is not null then 'published' when decided_at is not null then 'rejected' else 'proposed' end,
            base_name, changes, loosening, note, proposed_by, proposed_at, decided_by, decided_at, reason
        """;

    /// <summary>0 when there is none.</summary>
    public async Task<long> NewestPublicationAsync(IReadOnlyCollection<long> but, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select coalesce(max(publication), 0) from prescriptions.releases where publication is not null and publication <> all ($1)"
        );
        command.Parameters.Add(new() { Value = but.ToArray() });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<byte[]> PublishedArchiveAsync(long publication, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select archive from prescriptions.releases where publication = $1");
        command.Parameters.Add(new() { Value = publication });
        return (byte[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<(byte[] Archive, string Difference)?> FilesAsync(long number, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select archive, difference from prescriptions.releases where number = $1");
        command.Parameters.Add(new() { Value = number });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetFieldValue<byte[]>(0), reader.GetString(1)) : null;
    }

    public async Task<ReleaseEntry?> FindAsync(long number, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from prescriptions.releases where number = $1");
        command.Parameters.Add(new() { Value = number });
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Newest first, those with a number below <paramref name="before"/>.</summary>
    public async Task<List<ReleaseEntry>> ListAsync(long before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from prescriptions.releases where number < $1 order by number desc limit $2"
        );
        command.Parameters.Add(new() { Value = before });
        command.Parameters.Add(new() { Value = limit });
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<ReleaseEntry> ProposeAsync(
        AuditRelease release,
        ReleaseDifference difference,
        string note,
        string by,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            insert into prescriptions.releases (name, archive, base_name, difference, changes, loosening, note, proposed_by, proposed_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning {Columns}
            """
        );
        foreach (
            var value in new object[]
            {
                release.Name,
                release.Files.ToArchive(),
                difference.Before,
                difference.Describe(),
                difference.Changes.Length,
                difference.Loosening,
                note,
                by,
                at.ToUniversalTime(),
            }
        )
        {
            command.Parameters.Add(new() { Value = value });
        }

        return (await ReadAsync(command, cancellationToken)).Single();
    }

    /// <summary>Publishes a proposal, or rejects it when a reason is given. One decision at a time, over all replicas.</summary>
    /// <param name="builtIn">The name of the release that answers while none is published.</param>
    public async Task<ReleaseDecision> DecideAsync(
        long number,
        string? rejection,
        string by,
        DateTimeOffset at,
        string builtIn,
        CancellationToken cancellationToken
    )
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        await using (var one = work.Command("select pg_advisory_xact_lock(hashtext('prescriptions.releases'))"))
        {
            await one.ExecuteNonQueryAsync(cancellationToken);
        }

        const string look = """
            select r.proposed_by, r.base_name, r.decided_at is not null,
                coalesce((select name from prescriptions.releases where publication is not null order by publication desc limit 1), $2)
            from prescriptions.releases r where r.number = $1
            """;
        await using (var standing = work.Command(look, number, builtIn))
        {
            await using var reader = await standing.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return ReleaseDecision.NotFound;
            }

            if (reader.GetBoolean(2))
            {
                return ReleaseDecision.AlreadyDecided;
            }

            if (rejection is null && reader.GetString(0) == by)
            {
                return ReleaseDecision.SamePerson;
            }

            if (rejection is null && reader.GetString(1) != reader.GetString(3))
            {
                return ReleaseDecision.Stale;
            }
        }

        const string decide = """
            update prescriptions.releases set decided_by = $2, decided_at = $3, reason = $4,
                publication = case when $4::text is null then nextval('prescriptions.release_publications') end
            where number = $1 returning publication, archive
            """;
        await using (var update = work.Command(decide, number, by, at.ToUniversalTime(), rejection))
        await using (var reader = await update.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            if (!reader.IsDBNull(0))
            {
                var files = AuditReleaseFiles.FromArchive(reader.GetFieldValue<byte[]>(1)).Knowledge;
                work.Publish(
                    new CataloguePublished
                    {
                        AggregateId = CataloguePublished.Catalogue,
                        Version = (int)reader.GetInt64(0),
                        OccurredAt = at,
                        Release = files.Identify().ToString(),
                        Archive = files.ToArchive(),
                    }
                );
            }
        }

        await work.CommitAsync(cancellationToken);
        return ReleaseDecision.Done;
    }

    private static async Task<List<ReleaseEntry>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var entries = new List<ReleaseEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add(
                new(
                    reader.GetInt64(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetInt32(4),
                    reader.GetInt32(5),
                    reader.GetString(6),
                    reader.GetString(7),
                    reader.GetFieldValue<DateTimeOffset>(8),
                    reader.TextAt(9),
                    reader.MomentAt(10),
                    reader.TextAt(11)
                )
            );
        }

        return entries;
    }
}
