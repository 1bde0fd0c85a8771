using System.Diagnostics;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange.Outbox;

namespace TcmBrain.Exchange;

/// <summary>
/// One transaction (工作单元): a change and the events that tell of it are committed together or not at all.
/// Not thread-safe; disposed without <see cref="CommitAsync"/> it leaves nothing behind.
/// </summary>
public sealed class Work : IAsyncDisposable
{
    private readonly List<OutboxRow> _told = [];
    private readonly List<Action> _afterwards = [];
    private readonly ExchangeOptions _options;
    private readonly RelaySignal _signal;
    private readonly TimeProvider _time;
    private bool _written;

    internal Work(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        ExchangeOptions options,
        RelaySignal signal,
        TimeProvider time
    )
    {
        Connection = connection;
        Transaction = transaction;
        _options = options;
        _signal = signal;
        _time = time;
    }

    public NpgsqlConnection Connection { get; }

    public NpgsqlTransaction Transaction { get; }

    /// <summary>A command inside this transaction. Parameters are positional: <c>$1</c>, <c>$2</c>, …</summary>
    public NpgsqlCommand Command(string sql, params ReadOnlySpan<object?> parameters)
    {
        var command = new NpgsqlCommand(sql, Connection, Transaction);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        return command;
    }

    /// <summary>Tells an event when, and only when, this work is committed.</summary>
    /// <param name="traceParent">W3C trace to go on with; the current activity when null.</param>
    /// <returns>The id under which every listener will take it in once.</returns>
    /// <exception cref="InvalidOperationException">The topology does not have this service publish that event.</exception>
    public Guid Publish(Event e, string? traceParent = null)
    {
        var row = OutboxRow.Of(e, _time.GetUtcNow(), traceParent ?? Activity.Current?.Id);
        Publish(row);
        return row.MessageId;
    }

    /// <summary>Tells an event that was written out before this work began, so that the transaction does not wait for the writing.</summary>
    /// <exception cref="InvalidOperationException">The topology does not have this service publish that event.</exception>
    public void Publish(in OutboxRow written)
    {
        if (!Publishes(written.Type))
        {
            throw new InvalidOperationException($"{_options.Service.Name} does not publish {written.Type}: see Topology.");
        }

        _told.Add(written);
    }

    /// <summary>
    /// Does something in this process when, and only when, this work is committed: for instance wakes those who wait for what it changes, who
    /// would not find it before.
    /// </summary>
    /// <param name="then">quick, and throws nothing</param>
    public void AfterCommit(Action then) => _afterwards.Add(then);

    /// <summary>
    /// Writes what was told so far into the transaction, so that one that tells of very many changes keeps none of them in memory. Nothing
    /// is told before <see cref="CommitAsync"/>.
    /// </summary>
    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_told.Count > 0)
        {
            await OutboxStore.WriteAsync(Connection, Transaction, _told, cancellationToken);
            _told.Clear();
            _written = true;
        }
    }

    public async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        await FlushAsync(cancellationToken);
        await Transaction.CommitAsync(cancellationToken);
        if (_written)
        {
            _written = false;
            _signal.Wake();
        }

        foreach (var then in _afterwards)
        {
            then();
        }

        _afterwards.Clear();
    }

    private bool Publishes(string eventType)
    {
        foreach (var type in _options.Service.Publishes)
        {
            if (type.Name == eventType)
            {
                return true;
            }
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await Transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
