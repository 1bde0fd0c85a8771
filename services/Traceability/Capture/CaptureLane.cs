using System.Threading.Channels;
using TcmBrain.Exchange;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Capture;

/// <summary>
/// Captures share transactions (decision 0003): whatever waits is taken, stored and committed together, and only then answered. The log has
/// one turn at a time anyway, so there is one lane. Most go in one round trip, from where the log is known to end; those that are refused
/// there take a turn and look first. While one batch is stored, the next is made ready if there is much to it; small ones gather instead. A
/// batch that fails is done again request by request.
/// </summary>
public sealed class CaptureLane(EventExchange exchange, TraceLog log, LogEnd end, TimeProvider time) : BackgroundService
{
    private const int MostEvents = 2000;
    private const int MostRequests = 256;

    /// <summary>So many waiting events take long enough to lay out that the database need not wait for it.</summary>
    private const int WorthPreparing = 500;

    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(1024) { SingleReader = true, AllowSynchronousContinuations = false }
    );

    private int waitingEvents;

    private sealed record Waiting(CaptureItem Item)
    {
        public TaskCompletionSource<CaptureOutcome> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Returns when the outcome is durable. What was handed in is stored even if the caller has gone.</summary>
    public async Task<CaptureOutcome> CaptureAsync(CaptureItem item, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(item);
        Interlocked.Add(ref waitingEvents, item.Drafts.Count);
        await queue.Writer.WriteAsync(waiting, cancellationToken);
        return await waiting.Done.Task.WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var storing = Task.CompletedTask;
        try
        {
            while (await queue.Reader.WaitToReadAsync(stoppingToken))
            {
                if (Volatile.Read(ref waitingEvents) < WorthPreparing)
                {
                    await storing;
                }

                var batch = Take();
                var prepared = Prepare([.. batch.Select(w => w.Item)]);
                await storing;
                storing = RunAsync(batch, prepared);
            }
        }
        finally
        {
            await storing;
            queue.Writer.TryComplete();
            while (queue.Reader.TryRead(out var left))
            {
                left.Done.TrySetCanceled(CancellationToken.None);
            }
        }
    }

    private List<Waiting> Take()
    {
        var batch = new List<Waiting>();
        var events = 0;
        while (events < MostEvents && batch.Count < MostRequests && queue.Reader.TryRead(out var next))
        {
            batch.Add(next);
            events += next.Item.Drafts.Count;
        }

        Interlocked.Add(ref waitingEvents, -events);
        return batch;
    }

    /// <summary>Throws nothing: each request gets its outcome, or its failure.</summary>
    private async Task RunAsync(List<Waiting> batch, Prepared? prepared)
    {
        try
        {
            var outcomes = await StoreAsync([.. batch.Select(w => w.Item)], prepared);
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Done.TrySetResult(outcomes[i]);
            }
        }
        catch (Exception failure) when (batch.Count == 1)
        {
            batch[0].Done.TrySetException(failure);
        }
        catch (Exception)
        {
            foreach (var alone in batch)
            {
                // In turns: what comes next is being prepared, and two at once would grow one tree.
                await RunAsync([alone], null);
            }
        }
    }

    private async Task<List<CaptureOutcome>> StoreAsync(List<CaptureItem> items, Prepared? prepared) =>
        prepared is { } ready && await end.TryAppendAsync(ready.Append) is { } recordedAt
            ? ready.Sorted.ConvertAll(s => new CaptureOutcome(s.Captured, s.Results, recordedAt))
            : await StoreInTurnAsync(items);

    /// <summary>As if no id were in the log yet, which its index then sees to. Null when a turn has to be taken.</summary>
    private Prepared? Prepare(List<CaptureItem> items)
    {
        if (end.Size is not { } size)
        {
            return null;
        }

        try
        {
            var known = new Dictionary<string, KnownEvent>(StringComparer.Ordinal);
            var fresh = new List<TraceDraft>();
            var sorted = items.ConvertAll(item => Sort(item, known, size, fresh));
            return
                fresh.Count > 0
                && end.Prepare(fresh, size, batch => CaptureJobs.AddTo(batch, items, sorted, time.GetUtcNow())) is { } append
                ? new Prepared(append, sorted)
                : null;
        }
        catch (Exception)
        {
            // In their turn each fails for itself.
            return null;
        }
    }

    private sealed record Prepared(PreparedAppend Append, List<(bool Captured, List<CaptureResult> Results)> Sorted);

    private async Task<List<CaptureOutcome>> StoreInTurnAsync(List<CaptureItem> items)
    {
        // Nobody's request is the batch's own: it ends when the database says so.
        var cancellationToken = CancellationToken.None;
        await using var work = await exchange.BeginAsync(cancellationToken);
        var turn = await log.TakeTurnAsync(work, cancellationToken);
        var known = await turn.KnownAsync([.. items.SelectMany(i => i.Drafts)], cancellationToken);
        var fresh = new List<TraceDraft>();
        var sorted = items.ConvertAll(item => Sort(item, known, turn.Size, fresh));
        var recordedAt = fresh.Count > 0 ? await turn.AppendFreshAsync(fresh, cancellationToken) : time.GetUtcNow();
        await CaptureJobs.SaveAsync(work, items, sorted, time.GetUtcNow(), cancellationToken);
        await work.CommitAsync(cancellationToken);
        end.Learn(turn);
        return sorted.ConvertAll(s => new CaptureOutcome(s.Captured, s.Results, recordedAt));
    }

    /// <summary>Decides over each event of a request, and adds those to be stored, all or none of them as the request wants it.</summary>
    private static (bool Captured, List<CaptureResult> Results) Sort(
        CaptureItem item,
        Dictionary<string, KnownEvent> known,
        long size,
        List<TraceDraft> fresh
    )
    {
        var results = new List<CaptureResult>(item.Drafts.Count);
        var own = new List<(string Key, TraceDraft Draft)>();
        var taken = new Dictionary<string, KnownEvent>(StringComparer.Ordinal);
        foreach (var draft in item.Drafts)
        {
            var key = Convert.ToHexString(draft.Key);
            if (known.TryGetValue(key, out var there) || taken.TryGetValue(key, out there))
            {
                var same = there.Hash.AsSpan().SequenceEqual(draft.Hash);
                results.Add(new CaptureResult(same ? CaptureStatus.Known : CaptureStatus.IdTaken, there.LeafIndex));
            }
            else
            {
                var index = size + fresh.Count + own.Count;
                taken.Add(key, new KnownEvent(index, draft.Hash));
                own.Add((key, draft));
                results.Add(new CaptureResult(CaptureStatus.Captured, index));
            }
        }

        var captured =
            item.Job is { Behaviour: CaptureErrorBehaviour.Proceed }
            || item.Job?.Errors.Count is null or 0 && results.TrueForAll(r => r.Status != CaptureStatus.IdTaken);
        if (captured)
        {
            foreach (var (key, draft) in own)
            {
                known.Add(key, taken[key]);
                fresh.Add(draft);
            }
        }

        return (captured, results);
    }
}
