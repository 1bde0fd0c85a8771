using System.Net.WebSockets;
using System.Security.Claims;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Queries;
using TcmBrain.Traceability.Queries.Simple;
using TcmBrain.Traceability.Standard;

namespace TcmBrain.Traceability.Subscriptions;

/// <summary>A standing query over a WebSocket: it lasts as long as the connection does.</summary>
internal sealed class QuerySocket(
    SubscriptionStore store,
    NamedQueries queries,
    EventSearch search,
    MasterData masterData,
    QueryDocument documents,
    IHostApplicationLifetime lifetime,
    TimeProvider time
)
{
    private const int MostEvents = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <param name="schedule">Null: told at once.</param>
    /// <param name="from">From which record time on; null: from now on.</param>
    public async Task ServeAsync(
        HttpContext context,
        ClaimsPrincipal caller,
        NamedQuery named,
        QuerySchedule? schedule,
        DateTimeOffset? from,
        bool reportIfEmpty
    )
    {
        var format = EpcFormatting.Parse(context.Request.Headers[EpcFormatting.Header]);
        var (owner, scope) = (ReadScope.Party(caller), ReadScope.Of(caller));
        var query = await EventQuery.CompileAsync(
            EventQuery.Read(named.Query),
            JsonLdContext.Empty.With(named.Query),
            masterData,
            scope,
            context.RequestAborted
        );
        var position = await store.PositionAsync(from, context.RequestAborted);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var listening = ListenAsync(socket, stop);
        try
        {
            var due = schedule?.Next(time.GetUtcNow());
            using var timer = new PeriodicTimer(Pause, time);
            for (var tick = 0; await timer.WaitForNextTickAsync(stop.Token); tick++)
            {
                if (tick % 5 == 0 && await queries.FindAsync(owner, named.Name, stop.Token) is null)
                {
                    await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "the query was deleted", stop.Token);
                    break;
                }

                if (schedule is not null && (due is null || time.GetUtcNow() < due))
                {
                    continue;
                }

                position = await TellAsync(
                    socket,
                    named.Name,
                    query,
                    scope,
                    format,
                    position,
                    reportIfEmpty && schedule is not null,
                    stop.Token
                );
                due = schedule?.Next(time.GetUtcNow());
            }
        }
        catch (Exception closed) when (closed is OperationCanceledException or WebSocketException) { }

        if (socket.State == WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }

        await stop.CancelAsync();
        await listening;
    }

    /// <returns>Where to go on.</returns>
    private async Task<long> TellAsync(
        WebSocket socket,
        string queryName,
        EventQuery query,
        ReadScope scope,
        EpcFormat format,
        long position,
        bool reportIfEmpty,
        CancellationToken cancellationToken
    )
    {
        var size = await search.SizeAsync(cancellationToken);
        var told = 0;
        while (position < size)
        {
            var (events, next) = await search.FollowAsync(query, scope, position, size, MostEvents, cancellationToken);
            position = next;
            if (events.Count > 0)
            {
                told += events.Count;
                await socket.SendAsync(documents.Write(queryName, events, format), WebSocketMessageType.Text, true, cancellationToken);
            }
        }

        if (told == 0 && reportIfEmpty)
        {
            await socket.SendAsync(documents.Write(queryName, [], format), WebSocketMessageType.Text, true, cancellationToken);
        }

        return position;
    }

    /// <summary>Takes whatever the client sends, which is nothing but its leave.</summary>
    private static async Task ListenAsync(WebSocket socket, CancellationTokenSource stop)
    {
        var buffer = new byte[1024];
        try
        {
            while (socket.State == WebSocketState.Open)
            {
                if ((await socket.ReceiveAsync(buffer.AsMemory(), stop.Token)).MessageType == WebSocketMessageType.Close)
                {
                    break;
                }
            }
        }
        catch (Exception closed) when (closed is OperationCanceledException or WebSocketException) { }

        await stop.CancelAsync();
    }
}
