using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Queries;
using TcmBrain.Traceability.Queries.Simple;
using TcmBrain.Traceability.Standard;

namespace TcmBrain.Traceability.Subscriptions;

/// <summary>Webhook subscriptions to named queries (EPCIS 2.0, 8.2.5 and 12.7).</summary>
public static class SubscriptionEndpoints
{
    private const int LongestToken = 1024;

    public static void MapSubscriptions(this IEndpointRouteBuilder epcis, EpcisHttp http)
    {
        const string All = "/queries/{queryName}/subscriptions";
        const string One = All + "/{subscriptionID}";
        epcis.MapPost(All, SubscribeAsync).WithName("subscribe").Accepts<JsonElement>("application/json", "application/ld+json");
        epcis.MapGet(All, ListAsync).WithName("subscriptions");
        epcis.MapGet(One, OneAsync).WithName("subscription");
        epcis.MapDelete(One, UnsubscribeAsync).WithName("unsubscribe");
        http.MapOptions(epcis, All, "OPTIONS, GET, POST", subscription: true);
        http.MapOptions(epcis, One, "OPTIONS, GET, DELETE", subscription: true);
    }

    private static async Task<Created<SubscriptionView>> SubscribeAsync(
        string queryName,
        HttpRequest request,
        ClaimsPrincipal caller,
        NamedQueries queries,
        SubscriptionStore store,
        TokenSeal seal,
        DestinationRule destinations,
        CancellationToken cancellationToken
    )
    {
        await QueryEndpoints.FindAsync(queries, caller, queryName, cancellationToken);
        using var json = await QueryEndpoints.ReadAsync(request, cancellationToken);
        var body = json.RootElement;
        var dest = Criteria.Text(body, "dest");
        if (!destinations.Admits(dest))
        {
            throw TraceabilityFaults.BadDestination.Exception("dest");
        }

        var (schedule, from, reportIfEmpty) = Standing(body);
        // The standard's text calls it signatureToken, its schema also secret.
        var token = Criteria.Text(body, "signatureToken") ?? Criteria.Text(body, "secret");
        if (token?.Length > LongestToken)
        {
            throw TraceabilityFaults.BadSubscription.Exception("signatureToken");
        }

        var created = await store.CreateAsync(
            ReadScope.Party(caller),
            queryName,
            dest!,
            token is null ? null : seal.Close(token),
            schedule,
            reportIfEmpty,
            from,
            EpcFormatting.Word(EpcFormatting.Parse(request.Headers[EpcFormatting.Header])),
            ReadScope.Of(caller),
            cancellationToken
        );
        return TypedResults.Created($"/epcis/queries/{Uri.EscapeDataString(queryName)}/subscriptions/{created.SubscriptionID}", created);
    }

    private static async Task<Ok<List<SubscriptionView>>> ListAsync(
        string queryName,
        HttpContext context,
        ClaimsPrincipal caller,
        NamedQueries queries,
        SubscriptionStore store,
        PageTokens tokens,
        CancellationToken cancellationToken
    )
    {
        await QueryEndpoints.FindAsync(queries, caller, queryName, cancellationToken);
        var list = $"subscriptions/{queryName}";
        var page = await tokens.ReadAsync(context, list, cancellationToken);
        var after = page.Position is { } position ? Guid.Parse(position) : Guid.Empty;
        var found = await store.AfterAsync(ReadScope.Party(caller), queryName, after, page.PerPage + 1, cancellationToken);
        if (found.Count > page.PerPage)
        {
            found.RemoveAt(found.Count - 1);
            tokens.Link(context, list, page.PerPage, found[^1].SubscriptionID);
        }

        return TypedResults.Ok(found);
    }

    private static async Task<Ok<SubscriptionView>> OneAsync(
        string queryName,
        string subscriptionID,
        HttpResponse response,
        ClaimsPrincipal caller,
        SubscriptionStore store,
        CancellationToken cancellationToken
    )
    {
        var found = Guid.TryParse(subscriptionID, out var id)
            ? await store.FindAsync(ReadScope.Party(caller), queryName, id, cancellationToken)
            : null;
        if (found?.MinRecordTime is { } least)
        {
            response.Headers["GS1-Query-Min-Record-Time"] = Log.Leaf.Time(least);
        }

        return TypedResults.Ok(found ?? throw TraceabilityFaults.SubscriptionNotFound.Exception("subscriptionID"));
    }

    private static async Task<NoContent> UnsubscribeAsync(
        string queryName,
        string subscriptionID,
        ClaimsPrincipal caller,
        SubscriptionStore store,
        CancellationToken cancellationToken
    ) =>
        Guid.TryParse(subscriptionID, out var id) && await store.DeleteAsync(ReadScope.Party(caller), queryName, id, cancellationToken)
            ? TypedResults.NoContent()
            : throw TraceabilityFaults.SubscriptionNotFound.Exception("subscriptionID");

    private static (QuerySchedule? Schedule, DateTimeOffset? From, bool ReportIfEmpty) Standing(JsonElement body)
    {
        var stream = body.TryGetProperty("stream", out var streams) && streams.ValueKind == JsonValueKind.True;
        var scheduled = body.TryGetProperty("schedule", out var given);
        var schedule = scheduled ? QuerySchedule.Parse(given) : null;
        DateTimeOffset? from = null;
        if (body.TryGetProperty("initialRecordTime", out var initial))
        {
            from =
                (initial.ValueKind == JsonValueKind.String ? QueryValue.Time(initial.GetString()!) : null)
                ?? throw TraceabilityFaults.BadSubscription.Exception("initialRecordTime");
        }

        return stream == scheduled || scheduled && schedule is null
            ? throw TraceabilityFaults.BadSubscription.Exception(scheduled ? "schedule" : "stream")
            : (schedule, from, body.TryGetProperty("reportIfEmpty", out var report) && report.ValueKind == JsonValueKind.True);
    }
}
