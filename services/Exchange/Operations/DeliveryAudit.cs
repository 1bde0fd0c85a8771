using Npgsql;
using TcmBrain.Contracts;

namespace TcmBrain.Exchange.Operations;

/// <summary>
/// Told = delivered: compares, for a listener, the ids in the outboxes of those it listens to with the ids in its inbox. Both
/// sides are streamed in order and merged, so millions fit into little memory.
/// </summary>
/// <param name="databases">by service name, all of the topology</param>
public sealed class DeliveryAudit(IReadOnlyDictionary<string, NpgsqlDataSource> databases)
{
    private const int Samples = 3;

    /// <param name="upTo">Only what was told up to this id counts (<see cref="MessageIds.LastOf"/>), so that a platform at work can be audited.</param>
    /// <param name="keptSince">What the inbox has from before this moment may be gone from the outboxes.</param>
    public async Task<DeliveryBalance> CompareAsync(
        Topology.Service listener,
        Guid upTo,
        DateTimeOffset keptSince,
        CancellationToken cancellationToken = default
    )
    {
        long told = 0,
            taken = 0,
            missing = 0,
            unknown = 0;
        List<Guid> missingSample = [],
            unknownSample = [];
        await using var outbox = Told(listener, upTo, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var inbox = OutboxPages
            .TakenAsync(databases[listener.Name], listener.Name, upTo, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        var (hasTold, hasTaken) = (await outbox.MoveNextAsync(), await inbox.MoveNextAsync());
        while (hasTold || hasTaken)
        {
            var order =
                !hasTold ? 1
                : !hasTaken ? -1
                : outbox.Current.CompareTo(inbox.Current);
            if (order < 0)
            {
                missing++;
                Sample(missingSample, outbox.Current);
            }
            else if (order > 0 && !(MessageIds.TimeOf(inbox.Current) < keptSince))
            {
                unknown++;
                Sample(unknownSample, inbox.Current);
            }

            if (order <= 0)
            {
                told++;
                hasTold = await outbox.MoveNextAsync();
            }

            if (order >= 0)
            {
                taken++;
                hasTaken = await inbox.MoveNextAsync();
            }
        }

        return new DeliveryBalance(listener.Name, told, taken, missing, unknown, missingSample, unknownSample);
    }

    private static void Sample(List<Guid> sample, Guid id)
    {
        if (sample.Count < Samples)
        {
            sample.Add(id);
        }
    }

    /// <summary>The ids of all publishers in one order.</summary>
    private async IAsyncEnumerable<Guid> Told(
        Topology.Service listener,
        Guid upTo,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var heads = new PriorityQueue<IAsyncEnumerator<Guid>, Guid>();
        var open = new List<IAsyncEnumerator<Guid>>();
        try
        {
            foreach (var publisher in listener.ListensTo.GroupBy(t => Topology.PublisherOf(t).Name))
            {
                var ids = OutboxPages
                    .ToldAsync(databases[publisher.Key], [.. publisher.Select(t => t.Name)], upTo, cancellationToken)
                    .GetAsyncEnumerator(cancellationToken);
                open.Add(ids);
                if (await ids.MoveNextAsync())
                {
                    heads.Enqueue(ids, ids.Current);
                }
            }

            while (heads.TryDequeue(out var ids, out var id))
            {
                yield return id;
                if (await ids.MoveNextAsync())
                {
                    heads.Enqueue(ids, ids.Current);
                }
            }
        }
        finally
        {
            foreach (var ids in open)
            {
                await ids.DisposeAsync();
            }
        }
    }
}

/// <summary>What was told to a listener beside what it took in.</summary>
/// <param name="Missing">Told, but not taken in.</param>
/// <param name="Unknown">Taken in, but told by nobody.</param>
public sealed record DeliveryBalance(
    string Listener,
    long Told,
    long Taken,
    long Missing,
    long Unknown,
    IReadOnlyList<Guid> MissingSample,
    IReadOnlyList<Guid> UnknownSample
)
{
    public bool Holds => Missing == 0 && Unknown == 0;
}
