using System.Runtime.CompilerServices;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Exchange.Operations;

namespace TcmBrain.Cockpit.Audit;

/// <summary>Everything that the services have told and still keep, as one sequence in the order of message ids, which is that of time.</summary>
/// <param name="databases">by service name, all of the topology</param>
public sealed class Outboxes(IReadOnlyDictionary<string, NpgsqlDataSource> databases)
{
    /// <summary>Rows that this version of the contracts cannot read, so far.</summary>
    public long Unreadable => Interlocked.Read(ref _unreadable);

    private long _unreadable;

    public async IAsyncEnumerable<ToldEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var sources = Topology
            .Of("cockpit")
            .ListensTo.GroupBy(t => Topology.PublisherOf(t).Name)
            .Select(g =>
                OutboxReader
                    .ReadAsync(
                        databases[g.Key],
                        [.. g.Select(t => t.Name)],
                        (_, _) => Interlocked.Increment(ref _unreadable),
                        cancellationToken
                    )
                    .GetAsyncEnumerator(cancellationToken)
            )
            .ToList();
        try
        {
            var heads = new PriorityQueue<IAsyncEnumerator<ToldEvent>, Guid>();
            foreach (var source in sources)
            {
                if (await source.MoveNextAsync())
                {
                    heads.Enqueue(source, source.Current.MessageId);
                }
            }

            while (heads.TryDequeue(out var first, out _))
            {
                yield return first.Current;
                if (await first.MoveNextAsync())
                {
                    heads.Enqueue(first, first.Current.MessageId);
                }
            }
        }
        finally
        {
            foreach (var source in sources)
            {
                await source.DisposeAsync();
            }
        }
    }
}
