using System.Security.Claims;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Quality.Facts;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Evaluation;

/// <summary>Publishes evaluations and keeps what was published. Publishing the same again makes no new version.</summary>
internal sealed class PublicationStore(
    NpgsqlDataSource database,
    MeasureReader reader,
    EvaluationBook book,
    IReadOnlyDictionary<string, EvaluationBook> books,
    IOptions<SupervisionSettings> settings,
    TimeProvider time
)
{
    private const string Columns = "publication_id, group_code, region_code, period, version, edition, sha256, published_at, by_name";

    public async Task<EvaluationPublishAnswer> PublishAsync(
        ClaimsPrincipal caller,
        string group,
        Period period,
        string region,
        CancellationToken cancellationToken
    )
    {
        var sight = Sight.Of(caller, settings.Value);
        if (!sight.Holds(region))
        {
            throw QualityFaults.RegionNotYours.Exception("region");
        }

        var counted = await reader.ReadAsync(group, period, region, null, cancellationToken);
        var provisional = RegionTime.DayOf(time.GetUtcNow()) < period.To;
        var text = PublishedEvaluation.Of(book, group, region, period, provisional, counted).ToText();
        var hash = PublishedEvaluation.HashOf(text);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (
            var alone = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended($1, 7))", connection, transaction)
            {
                Parameters = { new NpgsqlParameter { Value = $"{group} {region} {period.Text}" } },
            }
        )
        {
            await alone.ExecuteNonQueryAsync(cancellationToken);
        }

        var last = await NewestAsync(connection, group, region, period, cancellationToken);
        if (last is not null && last.Sha256 == Convert.ToHexStringLower(hash))
        {
            return new EvaluationPublishAnswer(last, Recorded: false);
        }

        var made = new EvaluationPublication(
            Guid.CreateVersion7(),
            group,
            region,
            period.Text,
            (last?.Version ?? 0) + 1,
            book.Edition,
            Convert.ToHexStringLower(hash),
            time.GetUtcNow(),
            caller.DisplayName()
        );
        await using var command = new NpgsqlCommand(
            $"""
            insert into quality.evaluation_publication ({Columns}, by_subject, content) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """,
            connection,
            transaction
        );
        foreach (
            var value in new object[]
            {
                made.PublicationId,
                group,
                region,
                made.Period,
                made.Version,
                made.Edition,
                hash,
                made.PublishedAt,
                made.PublishedBy,
                caller.Subject(),
                text,
            }
        )
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new EvaluationPublishAnswer(made, Recorded: true);
    }

    public async Task<EvaluationPublicationList> ListAsync(ClaimsPrincipal caller, string? group, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select {Columns} from quality.evaluation_publication
            where (@group::text is null or group_code = @group) and {Sight.Region} order by published_at desc, publication_id limit 200
            """
        );
        Sight.Of(caller, settings.Value).Guard(command);
        command.Parameters.AddWithValue("group", (object?)group ?? DBNull.Value);
        var items = new List<EvaluationPublication>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            items.Add(Item(row));
        }

        return new EvaluationPublicationList(items);
    }

    public async Task<EvaluationPublicationView> ReadAsync(ClaimsPrincipal caller, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select {Columns}, content from quality.evaluation_publication where publication_id = @id and {Sight.Region}"
        );
        Sight.Of(caller, settings.Value).Guard(command);
        command.Parameters.AddWithValue("id", id);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            throw QualityFaults.EvaluationPublicationNotFound.Exception("publicationId");
        }

        var (item, text) = (Item(row), row.GetString(9));
        return new EvaluationPublicationView(
            item,
            PublishedEvaluation.IsSound(text, item.Sha256, books),
            StoredJson.Read<PublishedEvaluation>(text)
        );
    }

    /// <summary>The newest of a period for a region in sight; null when there is none.</summary>
    public async Task<EvaluationPublication?> NewestAsync(
        Sight sight,
        string group,
        string region,
        Period period,
        CancellationToken cancellationToken
    )
    {
        if (!sight.Holds(region))
        {
            return null;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await NewestAsync(connection, group, region, period, cancellationToken);
    }

    private static async Task<EvaluationPublication?> NewestAsync(
        NpgsqlConnection connection,
        string group,
        string region,
        Period period,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            select {Columns} from quality.evaluation_publication where group_code = $1 and region_code = $2 and period = $3
            order by version desc limit 1
            """,
            connection
        )
        {
            Parameters =
            {
                new NpgsqlParameter { Value = group },
                new NpgsqlParameter { Value = region },
                new NpgsqlParameter { Value = period.Text },
            },
        };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Item(row) : null;
    }

    private static EvaluationPublication Item(NpgsqlDataReader row) =>
        new(
            row.GetGuid(0),
            row.GetString(1),
            row.GetString(2),
            row.GetString(3),
            row.GetInt32(4),
            row.GetString(5),
            Convert.ToHexStringLower(row.GetFieldValue<byte[]>(6)),
            row.GetFieldValue<DateTimeOffset>(7),
            row.GetString(8)
        );
}
