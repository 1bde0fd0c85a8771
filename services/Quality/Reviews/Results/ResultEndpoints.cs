using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.Quality.Reviews.Sampling;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Reviews.Results;

/// <summary>Rates by every cut, the consequences that the regulation names, and what was published.</summary>
internal static class ResultEndpoints
{
    private static readonly string[] Readers =
    [
        Roles.Quality,
        Roles.Regulator,
        Roles.Operator,
        Roles.Pharmacist,
        Roles.Prescriber,
        Roles.Admin,
    ];

    private sealed record ConsequenceList(IReadOnlyList<ConsequenceHint> Items, IReadOnlyList<ConsequenceRule> Rules, string? Next);

    internal sealed record PublishRequest(Guid? PlanId, string? Month, string? Reason);

    private sealed record Published(Guid PublicationId, bool Recorded);

    private sealed record PublicationItem(Guid PublicationId, PublishedHead Head, string Sha256, string? Previous);

    private sealed record PublicationList(IReadOnlyList<PublicationItem> Items, string? Next);

    /// <param name="Text">As it was hashed; null when it is not the caller's to see: then only the hash is shown.</param>
    private sealed record PublicationPart(PublishedPart? Part, string? Text, string Sha256);

    private sealed record PublicationView(
        PublicationItem Publication,
        string HeadText,
        IReadOnlyList<PublicationPart> Parts,
        bool Verifies
    );

    public static void MapResults(this IEndpointRouteBuilder app)
    {
        var reviews = app.MapGroup("/api/quality/reviews");
        reviews.MapGet("/rates", RatesAsync).WithName("ReadReviewRates").RequireRole(Readers);
        reviews.MapGet("/consequences", ConsequencesAsync).WithName("ListReviewConsequences").RequireRole(Readers);
        reviews.MapGet("/publications", ListAsync).WithName("ListReviewPublications").RequireRole(Readers);
        reviews
            .MapPut("/publications/{publicationId:guid}", PublishAsync)
            .WithName("PublishReviews")
            .RequireRole(Roles.Quality, Roles.Regulator);
        reviews.MapGet("/publications/{publicationId:guid}", ReadAsync).WithName("ReadReviewPublication").RequireRole(Readers);
    }

    /// <summary><c>by</c>: institution, region, department, prescriber, code, month or plan.</summary>
    private static async Task<Ok<RateTable>> RatesAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IOptions<SupervisionSettings> supervision,
        string? by,
        [AsParameters] ReviewQuery query,
        CancellationToken cancellationToken
    )
    {
        var cut = by ?? "institution";
        return Rates.Knows(cut)
            ? TypedResults.Ok(
                await Rates.ReadAsync(database, cut, query.Filter, ReviewSight.Of(caller, supervision.Value), cancellationToken)
            )
            : throw QualityFaults.NotAChoice.Exception("by", cut);
    }

    private static async Task<Ok<ConsequenceList>> ConsequencesAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IReadOnlyList<ConsequenceRule> rules,
        IOptions<SupervisionSettings> supervision,
        TimeProvider time,
        string? month,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var last = string.IsNullOrEmpty(month) ? Months.This(now) : Months.Of(month, null, now).From;
        var sight = ReviewSight.Of(caller, supervision.Value);
        return TypedResults.Ok(
            new ConsequenceList(await Consequences.ReadAsync(database, rules, last, sight, cancellationToken), rules, null)
        );
    }

    /// <summary>201 when it was published now, 200 when it was before.</summary>
    private static async Task<Results<Created<Published>, Ok<Published>>> PublishAsync(
        Guid publicationId,
        PublishRequest request,
        ClaimsPrincipal caller,
        Publishing publishing,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        const int Longest = 500;
        if (request.Reason?.Length > Longest)
        {
            throw QualityFaults.TooLong.Exception("reason", Longest);
        }

        var plan = request.PlanId ?? throw QualityFaults.Missing.Exception("planId");
        var month = Months.Of(request.Month, null, time.GetUtcNow()).From;
        var recorded = await publishing.PublishAsync(publicationId, plan, month, request.Reason, Person.Of(caller), cancellationToken);
        var answer = new Published(publicationId, recorded);
        return recorded ? TypedResults.Created($"/api/quality/reviews/publications/{publicationId}", answer) : TypedResults.Ok(answer);
    }

    /// <summary>Of the caller, of the regions it looks after, or that say something of its institution.</summary>
    private const string Seen = $"""
        ({SamplingStore.InSight} or @own and exists (
            select from quality.review_publication_part own where own.publication_id = p.publication_id and own.institution_code = @institution))
        """;

    private const string Items = "select p.publication_id, p.head, p.sha256, p.previous from quality.review_publication p";

    private static PublicationItem Item(NpgsqlDataReader r) =>
        new(
            r.GetGuid(0),
            StoredJson.Read<PublishedHead>(r.GetString(1)),
            Convert.ToHexStringLower(r.GetFieldValue<byte[]>(2)),
            r.IsDBNull(3) ? null : Convert.ToHexStringLower(r.GetFieldValue<byte[]>(3))
        );

    private static async Task<Ok<PublicationList>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IOptions<SupervisionSettings> supervision,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"{Items} where {Seen} order by p.month desc, p.plan_id, p.version desc limit 200"
        );
        ReviewSight.Of(caller, supervision.Value).Guard(command);
        var items = new List<PublicationItem>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            items.Add(Item(reader));
        }

        return TypedResults.Ok(new PublicationList(items, null));
    }

    /// <summary>With the parts that the caller may see; of the others the hashes, so that the whole can be checked.</summary>
    private static async Task<Ok<PublicationView>> ReadAsync(
        Guid publicationId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IOptions<SupervisionSettings> supervision,
        CancellationToken cancellationToken
    )
    {
        var sight = ReviewSight.Of(caller, supervision.Value);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"{Items} where p.publication_id = @id and {Seen}", connection);
        command.Parameters.AddWithValue("id", publicationId);
        sight.Guard(command);
        PublicationItem item;
        string head;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                throw QualityFaults.PublicationNotFound.Exception("publicationId");
            }

            (item, head) = (Item(reader), reader.GetString(1));
        }

        await using var rows = new NpgsqlCommand(
            """
            select institution_code, region_code, content, sha256 from quality.review_publication_part
            where publication_id = $1 order by institution_code collate "C"
            """,
            connection
        );
        rows.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = publicationId });
        var parts = new List<PublicationPart>();
        var hashes = new List<byte[]>();
        var sound = true;
        await using var r = await rows.ExecuteReaderAsync(cancellationToken);
        while (await r.ReadAsync(cancellationToken))
        {
            var (text, hash) = (r.GetString(2), r.GetFieldValue<byte[]>(3));
            sound &= Publishing.Hash(text).AsSpan().SequenceEqual(hash);
            hashes.Add(hash);
            var seen = sight.Sight.Sees(r.GetString(1)) || (sight.Own && r.GetString(0) == sight.Person.InstitutionCode);
            parts.Add(
                new PublicationPart(seen ? StoredJson.Read<PublishedPart>(text) : null, seen ? text : null, Convert.ToHexStringLower(hash))
            );
        }

        var previous = item.Previous is null ? null : Convert.FromHexString(item.Previous);
        var whole = Convert.ToHexStringLower(Publishing.Hash(previous, Publishing.Hash(head), hashes));
        return TypedResults.Ok(new PublicationView(item, head, parts, sound && whole == item.Sha256));
    }
}
