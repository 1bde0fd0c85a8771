using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Queries;
using TcmBrain.Traceability.Queries.Simple;
using TcmBrain.Traceability.Standard;

namespace TcmBrain.Traceability.Subscriptions;

/// <summary>Named queries (EPCIS 2.0, 12.7): make, run, subscribe to, delete.</summary>
public static class QueryEndpoints
{
    private const int LongestName = 200;

    private static readonly HashSet<string> Controls =
    [
        "perPage",
        "nextPageToken",
        "stream",
        "reportIfEmpty",
        "initialRecordTime",
        .. QuerySchedule.Names,
    ];

    public static void MapQueries(this IEndpointRouteBuilder epcis, EpcisHttp http)
    {
        epcis.MapPost("/queries", CreateAsync).WithName("createQuery").Accepts<NamedQuery>("application/json", "application/ld+json");
        epcis.MapGet("/queries", ListAsync).WithName("queries");
        epcis.MapGet("/queries/{queryName}", OneAsync).WithName("query");
        epcis.MapDelete("/queries/{queryName}", DeleteAsync).WithName("deleteQuery");
        epcis.MapGet("/queries/{queryName}/events", EventsAsync).WithName("namedQueryEvents");
        http.MapOptions(epcis, "/queries", "OPTIONS, GET, POST");
        http.MapOptions(epcis, "/queries/{queryName}", "OPTIONS, GET, DELETE");
        http.MapOptions(epcis, "/queries/{queryName}/events", "OPTIONS, GET");
    }

    private static async Task<Created> CreateAsync(
        HttpRequest request,
        ClaimsPrincipal caller,
        NamedQueries queries,
        MasterData masterData,
        CancellationToken cancellationToken
    )
    {
        using var json = await ReadAsync(request, cancellationToken);
        var body = json.RootElement;
        if (
            body.ValueKind != JsonValueKind.Object
            || Criteria.Text(body, "name") is not { Length: > 0 and <= LongestName } name
            || !body.TryGetProperty("query", out var query)
        )
        {
            throw TraceabilityFaults.BadQuery.Exception();
        }

        await EventQuery.CompileAsync(
            EventQuery.Read(query),
            JsonLdContext.Empty.With(query),
            masterData,
            ReadScope.Of(caller),
            cancellationToken
        );
        if (!await queries.CreateAsync(ReadScope.Party(caller), new NamedQuery(name, query), cancellationToken))
        {
            throw TraceabilityFaults.QueryExists.Exception("name");
        }

        return TypedResults.Created($"/epcis/queries/{Uri.EscapeDataString(name)}");
    }

    private static async Task<Ok<List<NamedQuery>>> ListAsync(
        HttpContext context,
        ClaimsPrincipal caller,
        NamedQueries queries,
        PageTokens tokens,
        CancellationToken cancellationToken
    )
    {
        var page = await tokens.ReadAsync(context, "queries", cancellationToken);
        var found = await queries.AfterAsync(ReadScope.Party(caller), page.Position ?? "", page.PerPage + 1, cancellationToken);
        if (found.Count > page.PerPage)
        {
            found.RemoveAt(found.Count - 1);
            tokens.Link(context, "queries", page.PerPage, found[^1].Name);
        }

        return TypedResults.Ok(found);
    }

    private static async Task<Ok<NamedQuery>> OneAsync(
        string queryName,
        ClaimsPrincipal caller,
        NamedQueries queries,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await FindAsync(queries, caller, queryName, cancellationToken));

    /// <summary>Its subscriptions end with it.</summary>
    private static async Task<NoContent> DeleteAsync(
        string queryName,
        ClaimsPrincipal caller,
        NamedQueries queries,
        CancellationToken cancellationToken
    ) =>
        await queries.DeleteAsync(ReadScope.Party(caller), queryName, cancellationToken)
            ? TypedResults.NoContent()
            : throw TraceabilityFaults.QueryNotFound.Exception("queryName");

    /// <summary>
    /// What the query finds now, page by page; or, asked to upgrade to a WebSocket with <c>stream=true</c> or a schedule, what it finds from now on.
    /// </summary>
    private static async Task<IResult> EventsAsync(
        string queryName,
        HttpContext context,
        ClaimsPrincipal caller,
        NamedQueries queries,
        MasterData masterData,
        PageTokens tokens,
        EventAnswers answers,
        QuerySocket socket,
        CancellationToken cancellationToken
    )
    {
        var named = await FindAsync(queries, caller, queryName, cancellationToken);
        if (context.WebSockets.IsWebSocketRequest)
        {
            var (schedule, from, reportIfEmpty) = Standing(context.Request.Query);
            await socket.ServeAsync(context, caller, named, schedule, from, reportIfEmpty);
            return Results.Empty;
        }

        var list = $"queries/{queryName}";
        var page = await tokens.ReadAsync(context, list, cancellationToken);
        List<KeyValuePair<string, string[]>> asked = page.Position is not null
            ? [.. page.Query]
            :
            [
                .. context
                    .Request.Query.Where(q => !Controls.Contains(q.Key))
                    .Select(q => KeyValuePair.Create(q.Key, q.Value.SelectMany(v => (v ?? "").Split('|')).ToArray())),
            ];
        var query = await EventQuery.CompileAsync(
            [.. EventQuery.Read(named.Query), .. asked.Select(a => new QueryParameter(a.Key, a.Value))],
            JsonLdContext.Empty.With(named.Query),
            masterData,
            ReadScope.Of(caller),
            cancellationToken
        );
        return await answers.PageAsync(context, caller, list, named.Name, query, page, asked, cancellationToken);
    }

    internal static async Task<NamedQuery> FindAsync(
        NamedQueries queries,
        ClaimsPrincipal caller,
        string name,
        CancellationToken cancellationToken
    ) =>
        await queries.FindAsync(ReadScope.Party(caller), name, cancellationToken)
        ?? throw TraceabilityFaults.QueryNotFound.Exception("queryName");

    internal static async Task<JsonDocument> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        Capture.CaptureDocument.RequireJson(request);
        return (await Capture.CaptureDocument.ReadAsync(request.Body, cancellationToken)).Document;
    }

    /// <exception cref="FaultException">Neither stream nor a schedule, both, or values that are none.</exception>
    private static (QuerySchedule? Schedule, DateTimeOffset? From, bool ReportIfEmpty) Standing(IQueryCollection asked)
    {
        var given = QuerySchedule.Names.Where(asked.ContainsKey).ToDictionary(n => n, n => asked[n].ToString(), StringComparer.Ordinal);
        var schedule = QuerySchedule.Parse(given);
        var stream = asked["stream"] == "true";
        DateTimeOffset? from = asked.TryGetValue("initialRecordTime", out var text) ? QueryValue.Time(text.ToString()) : null;
        return stream == (given.Count > 0) || given.Count > 0 && schedule is null || asked.ContainsKey("initialRecordTime") && from is null
            ? throw TraceabilityFaults.BadSubscription.Exception()
            : (schedule, from, string.Equals(asked["reportIfEmpty"], "true", StringComparison.OrdinalIgnoreCase));
    }
}
