using Npgsql;
using TcmBrain.Exchange.Outbox;

namespace TcmBrain.Exchange;

/// <summary>Where work begins (事件交换): opens the transactions in which a service changes its data and tells of it.</summary>
public sealed class EventExchange(NpgsqlDataSource database, ExchangeOptions options, RelaySignal signal, TimeProvider time)
{
    public async Task<Work> BeginAsync(CancellationToken cancellationToken = default)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            return new Work(connection, transaction, options, signal, time);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
