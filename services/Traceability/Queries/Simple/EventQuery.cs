using System.Text.Json;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Queries.Simple;

internal enum QueryOrder
{
    /// <summary>None asked for: that of the log.</summary>
    Log,
    RecordTime,
    EventTime,
    Field,
}

/// <summary>A SimpleEventQuery (EPCIS 2.0, 8.2.7.1): its parameters, checked.</summary>
internal sealed class EventQuery
{
    private EventQuery(IReadOnlyList<QueryParameter> parameters, IReadOnlyList<Criterion> criteria) =>
        (Parameters, Criteria) = (parameters, criteria);

    public IReadOnlyList<QueryParameter> Parameters { get; }

    public IReadOnlyList<Criterion> Criteria { get; }

    public QueryOrder Order { get; private init; }

    /// <summary>When <see cref="Order"/> is by field.</summary>
    public ExtensionField? OrderField { get; private init; }

    public bool Descending { get; private init; }

    public int? EventCountLimit { get; private init; }

    public int? MaxEventCount { get; private init; }

    /// <summary>The result leaves out what was recorded before; subscriptions move it on.</summary>
    public bool Holds(EventView view)
    {
        foreach (var criterion in Criteria)
        {
            if (!criterion.Holds(view))
            {
                return false;
            }
        }

        return true;
    }

    /// <param name="declared">Prefixes that the query declares.</param>
    /// <param name="scope">Whose the query is: its master data is what it may go by.</param>
    /// <param name="fixed">Conditions of the address beside the parameters.</param>
    /// <exception cref="FaultException">A parameter that the standard does not have, or a value that it does not take.</exception>
    public static async Task<EventQuery> CompileAsync(
        IReadOnlyList<QueryParameter> parameters,
        JsonLdContext declared,
        MasterData masterData,
        ReadScope scope,
        CancellationToken cancellationToken,
        params Criterion[] @fixed
    )
    {
        var compiler = new QueryCompiler(declared, masterData, scope);
        var criteria = new List<Criterion>(@fixed);
        foreach (var parameter in parameters)
        {
            if (await compiler.CompileAsync(parameter, cancellationToken) is { } criterion)
            {
                criteria.Add(criterion);
            }
        }

        var (order, field) = OrderOf(parameters, declared);
        var limit = Find(parameters, "eventCountLimit")?.Count();
        var most = Find(parameters, "maxEventCount")?.Count();
        if (limit is not null && most is not null)
        {
            throw TraceabilityFaults.ExclusiveParameters.Exception("maxEventCount", "eventCountLimit", "maxEventCount");
        }

        if (limit is not null && order == QueryOrder.Log)
        {
            throw TraceabilityFaults.LimitNeedsOrder.Exception("eventCountLimit");
        }

        return new EventQuery(parameters, criteria)
        {
            Order = order,
            OrderField = field,
            Descending = order != QueryOrder.Log && Direction(parameters) == "DESC",
            EventCountLimit = limit,
            MaxEventCount = most,
        };
    }

    private static (QueryOrder, ExtensionField?) OrderOf(IReadOnlyList<QueryParameter> parameters, JsonLdContext declared) =>
        Find(parameters, "orderBy") is not { } by
            ? (QueryOrder.Log, null)
            : by.One() switch
            {
                "eventTime" => (QueryOrder.EventTime, null),
                "recordTime" => (QueryOrder.RecordTime, null),
                { } name when name.Contains(':', StringComparison.Ordinal) => (
                    QueryOrder.Field,
                    new ExtensionField(name, FieldArea.Event, inner: false, declared)
                ),
                _ => throw by.Bad("eventTime、recordTime 或扩展字段", "eventTime, recordTime or an extension field"),
            };

    private static string Direction(IReadOnlyList<QueryParameter> parameters) =>
        Find(parameters, "orderDirection") is not { } direction ? "DESC"
        : direction.One() is "ASC" or "DESC" ? direction.One()
        : throw direction.Bad("ASC 或 DESC", "ASC or DESC");

    private static QueryParameter? Find(IReadOnlyList<QueryParameter> parameters, string name) =>
        parameters.FirstOrDefault(p => p.Name == name);

    /// <summary>The parameters of a query's JSON; its <c>@context</c> is not one.</summary>
    /// <exception cref="FaultException">The query is no object.</exception>
    public static List<QueryParameter> Read(JsonElement query) =>
        query.ValueKind == JsonValueKind.Object
            ? [.. query.EnumerateObject().Where(p => p.Name != "@context").Select(p => QueryParameter.Of(p.Name, p.Value))]
            : throw TraceabilityFaults.BadQuery.Exception("query");
}
