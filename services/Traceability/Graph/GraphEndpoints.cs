using System.Security.Claims;
using System.Text.Json;
using Microsoft.Extensions.Options;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Access;
using TcmBrain.Traceability.Standard;

namespace TcmBrain.Traceability.Graph;

/// <summary>The trace of a thing both ways in one call, and its present state.</summary>
public static class GraphEndpoints
{
    public const int DeepestTrace = 100;
    public const int MostNodes = 50_000;
    private const string Lines = "application/x-ndjson";

    public static void AddGraph(this IServiceCollection services)
    {
        services.AddSingleton<GraphIndex>();
        services.AddSingleton<GraphReader>();
        services.AddSingleton<ItemReader>();
        services.AddHostedService<GraphFollower>();
    }

    public static void MapGraph(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/traceability/trace/{**id}", TraceAsync).WithName("TraceThing").Produces<TraceGraph>();
        app.MapGet("/api/traceability/items/{**id}", ItemAsync).WithName("ReadItem").Produces<ItemState>();
    }

    /// <summary>
    /// Nodes, edges and events, up to where the thing comes from, down to where it went, or both. With <c>Accept: application/x-ndjson</c> the
    /// answer is a stream of lines, each one node, edge or event, without bound; without, what is larger than <c>nodes</c> says so in <c>complete</c>.
    /// </summary>
    private static async Task<IResult> TraceAsync(
        string id,
        ClaimsPrincipal caller,
        GraphReader reader,
        EpcFormatting formatting,
        HttpRequest request,
        IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions> json,
        CancellationToken cancellationToken,
        string direction = "both",
        int depth = 20,
        int nodes = 10_000
    )
    {
        var faults = new FaultList();
        faults.Require(direction is "up" or "down" or "both", TraceabilityFaults.BadDirection, "direction");
        faults.Require(depth is >= 1 and <= DeepestTrace, TraceabilityFaults.OutOfRange, "depth", 1, DeepestTrace);
        faults.Require(nodes is >= 1 and <= MostNodes, TraceabilityFaults.OutOfRange, "nodes", 1, MostNodes);
        faults.ThrowIfAny();
        var ask = new TraceAsk(TraceShape.IdOf(id), direction != "down", direction != "up", depth, nodes);
        var viewer = Viewer.Of(caller);
        var format = TraceFormat.Of(request.HttpContext, formatting);
        if (request.Headers.Accept.Any(a => a?.Contains(Lines, StringComparison.OrdinalIgnoreCase) == true))
        {
            return new TraceStream(ask, viewer, reader, format, json.Value.SerializerOptions);
        }

        return await reader.TraceAsync(ask, viewer, null, cancellationToken) is { } trace
            ? TypedResults.Ok(format.Of(trace))
            : throw TraceabilityFaults.ItemNotFound.Exception("id");
    }

    /// <summary>Where it is, in what, how it stands, whether it is recalled, and how much of it is left.</summary>
    private static async Task<IResult> ItemAsync(
        string id,
        ClaimsPrincipal caller,
        ItemReader reader,
        EpcFormatting formatting,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var format = TraceFormat.Of(context, formatting);
        return await reader.ReadAsync(TraceShape.IdOf(id), Viewer.Of(caller), cancellationToken) is { } state
            ? TypedResults.Ok(format.Of(state))
            : throw TraceabilityFaults.ItemNotFound.Exception("id");
    }
}

/// <summary>The trace as lines, sent as they are found.</summary>
internal sealed class TraceStream(TraceAsk ask, Viewer viewer, GraphReader reader, TraceFormat format, JsonSerializerOptions options)
    : IResult
{
    private readonly HashSet<string> told = new(StringComparer.Ordinal);

    public async Task ExecuteAsync(HttpContext context)
    {
        var response = context.Response;
        var cancellationToken = context.RequestAborted;
        response.ContentType = "application/x-ndjson";
        var trace =
            await reader.TraceAsync(ask, viewer, find => TellAsync(response, find, cancellationToken), cancellationToken)
            ?? throw TraceabilityFaults.ItemNotFound.Exception("id");
        foreach (var e in trace.Events)
        {
            await LineAsync(response, "event", format.Of(e), cancellationToken);
        }

        var end = trace with { Events = [] };
        await LineAsync(
            response,
            "end",
            new
            {
                Id = format.Id(end.Id),
                end.Direction,
                end.Depth,
                end.Complete,
                end.Withheld,
                end.Position,
                Events = trace.Events.Count,
            },
            cancellationToken
        );
    }

    private async Task TellAsync(HttpResponse response, TraceFind find, CancellationToken cancellationToken)
    {
        foreach (var node in find.Walk.Nodes.Values.Where(n => told.Add(n.Id)))
        {
            await LineAsync(
                response,
                "node",
                format.Of(new TraceNode(node.Id, TraceShape.Kind(node.Id), node.Level, null)),
                cancellationToken
            );
        }

        foreach (var step in find.Walk.Steps.Values)
        {
            foreach (var edge in TraceShape.EdgesOf(find.Walk, step).Where(e => told.Add($"{e.Kind}\n{e.Source}\n{e.Target}")))
            {
                await LineAsync(response, "edge", format.Of(edge), cancellationToken);
            }
        }

        foreach (var edge in TraceShape.Others(find.Walk).Where(e => told.Add($"{e.Kind}\n{e.Source}\n{e.Target}")))
        {
            await LineAsync(response, "edge", format.Of(edge), cancellationToken);
        }

        await response.Body.FlushAsync(cancellationToken);
    }

    private async Task LineAsync<T>(HttpResponse response, string kind, T value, CancellationToken cancellationToken)
    {
        await JsonSerializer.SerializeAsync(response.Body, new Dictionary<string, object?> { [kind] = value }, options, cancellationToken);
        await response.Body.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }
}
