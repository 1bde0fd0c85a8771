using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Queries.Simple;
using TcmBrain.Traceability.Standard;

namespace TcmBrain.Traceability.Queries;

/// <summary>Answers requests for events with EPCISQueryDocuments, page by page.</summary>
public sealed class EventAnswers
{
    private static readonly HashSet<string> Paging = ["perPage", "nextPageToken"];

    private readonly EventSearch search;
    private readonly MasterData masterData;
    private readonly PageTokens tokens;
    private readonly QueryDocument documents;

    internal EventAnswers(EventSearch search, MasterData masterData, PageTokens tokens, QueryDocument documents) =>
        (this.search, this.masterData, this.tokens, this.documents) = (search, masterData, tokens, documents);

    /// <summary>A page of the query in the address.</summary>
    /// <param name="list">What the address lists, for the page token.</param>
    /// <param name="fixed">Conditions of the address beside its parameters.</param>
    internal async Task<Utf8ContentHttpResult> PageAsync(
        HttpContext context,
        ClaimsPrincipal caller,
        string list,
        Criterion[] @fixed,
        CancellationToken cancellationToken
    )
    {
        var page = await tokens.ReadAsync(context, list, cancellationToken);
        List<KeyValuePair<string, string[]>> asked =
        [
            .. context
                .Request.Query.Where(q => !Paging.Contains(q.Key))
                .OrderBy(q => q.Key, StringComparer.Ordinal)
                .Select(q => KeyValuePair.Create(q.Key, q.Value.SelectMany(v => (v ?? "").Split('|')).ToArray())),
        ];
        if (page.Position is not null)
        {
            // The token has the query; one that stands beside it must be the same.
            if (asked.Count > 0 && !asked.SelectMany(Flat).SequenceEqual(page.Query.SelectMany(Flat)))
            {
                throw TraceabilityFaults.BadPageToken.Exception("nextPageToken");
            }

            asked = [.. page.Query];
        }

        var declared = Declared(context.Request.Headers["GS1-Extensions"]);
        var query = await EventQuery.CompileAsync(
            [.. asked.Select(a => new QueryParameter(a.Key, a.Value))],
            declared,
            masterData,
            ReadScope.Of(caller),
            cancellationToken,
            @fixed
        );
        return await PageAsync(context, caller, list, EpcisQueryEndpoints.SimpleEventQuery, query, page, asked, cancellationToken);
    }

    internal async Task<Utf8ContentHttpResult> PageAsync(
        HttpContext context,
        ClaimsPrincipal caller,
        string list,
        string queryName,
        EventQuery query,
        PageRequest page,
        IReadOnlyList<KeyValuePair<string, string[]>> asked,
        CancellationToken cancellationToken
    )
    {
        var position = page.Position is { } text ? SearchPosition.Parse(text) : null;
        var found = await search.PageAsync(query, ReadScope.Of(caller), page.PerPage, position, cancellationToken);
        if (found.Next is { } next)
        {
            tokens.Link(context, list, page.PerPage, next.ToString(), asked);
        }

        return Document(context, queryName, found.Events);
    }

    /// <summary>The event of that id with its error declarations; null when there is none that the caller may see.</summary>
    public async Task<Utf8ContentHttpResult?> OfIdAsync(
        HttpContext context,
        ClaimsPrincipal caller,
        string id,
        CancellationToken cancellationToken
    )
    {
        var query = await EventQuery.CompileAsync(
            [new QueryParameter("EQ_eventID", [id])],
            JsonLdContext.Empty,
            masterData,
            ReadScope.Of(caller),
            cancellationToken
        );
        var found = await search.PageAsync(query, ReadScope.Of(caller), PageTokens.Most, null, cancellationToken);
        return found.Events.Count == 0 ? null : Document(context, EpcisQueryEndpoints.SimpleEventQuery, found.Events);
    }

    private Utf8ContentHttpResult Document(HttpContext context, string queryName, IReadOnlyList<ToldEvent> events)
    {
        var format = EpcFormatting.Parse(context.Request.Headers[EpcFormatting.Header]);
        context.Response.Headers[EpcFormatting.Header] = EpcFormatting.Word(format);
        return TypedResults.Text(documents.Write(queryName, events, format).Span, ContentType(context.Request));
    }

    /// <summary>JSON-LD is JSON; it is called so to whoever asks for it by that name.</summary>
    private static string ContentType(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("application/ld+json", StringComparison.OrdinalIgnoreCase)
            ? "application/ld+json"
            : "application/json";

    /// <summary>GS1-Extensions: <c>prefix=uri, …</c> are the prefixes that a query in an address can use.</summary>
    internal static JsonLdContext Declared(string? extensions)
    {
        var prefixes = (extensions ?? "")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(e => e.Split('=', 2))
            .Where(e => e.Length == 2)
            .DistinctBy(e => e[0])
            .ToDictionary(e => e[0], e => e[1], StringComparer.Ordinal);
        return prefixes.Count == 0 ? JsonLdContext.Empty : JsonLdContext.Of(System.Text.Json.JsonSerializer.Serialize(prefixes));
    }

    private static IEnumerable<string> Flat(KeyValuePair<string, string[]> parameter) => parameter.Value.Prepend(parameter.Key);
}
