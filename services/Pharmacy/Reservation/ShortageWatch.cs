using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Recall;
using TcmBrain.Pharmacy.Routing;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Reservation;

/// <summary>
/// Tries again what could not be reserved, and frees what is reserved of a lot that is no longer good so that it is reserved anew. Wakes
/// when the database says that grams became available or a lot changed its status; a slow poll is the net. Any number of replicas
/// may run it: each takes what no other holds.
/// </summary>
internal sealed partial class ShortageWatch(
    NpgsqlDataSource database,
    EventExchange exchange,
    ReservationBreaker breaker,
    RoutingBooks books,
    RoutingRules rules,
    TimeProvider time,
    ILogger<ShortageWatch> logger
) : BackgroundService
{
    private const int Batch = 200;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    // Due: a missing piece rose after the last try; or nobody looked for five minutes (a centre may be new, or back).
    private const string TakeDue = """
        select p.id, p.institution_code, p.region_code, p.his_number, p.revision, p.told, p.trace_parent, p.lines, p.doses,
               p.delivery_region_code, p.urgent, p.approved_at, p.missing, p.decoct, p.needed_by, p.reroutes, p.reroute_cause
        from pharmacy.prescriptions p
        where p.state = 'short'
          and (p.tried_at < $2 or exists (select 1 from pharmacy.shelves s where s.piece = any(p.missing) and s.rise > p.tried))
        order by p.urgent desc, p.approved_at
        limit $1
        for update skip locked
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var listener = await database.OpenConnectionAsync(stoppingToken);
                await using (var listen = new NpgsqlCommand("listen pharmacy_stock", listener))
                {
                    await listen.ExecuteNonQueryAsync(stoppingToken);
                }

                while (true)
                {
                    while (await FreeSpoiltAsync(stoppingToken) + await RetryAsync(stoppingToken) > 0) { }

                    await listener.WaitAsync(Poll, stoppingToken);
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Away, not yet migrated, or a lost race: what is due stays due.
                LogFailed(e);
                await Task.Delay(Poll, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <returns>How many were tried. One that is still short is not due again until something rises, so this comes to an end.</returns>
    internal async Task<int> RetryAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var work = await exchange.BeginAsync(cancellationToken);
        await using var due = work.Command(TakeDue, Batch, (now - TimeSpan.FromMinutes(5)).UtcDateTime);
        var orders = await due.ListAsync(ReadOrder, cancellationToken);
        if (orders.Count == 0)
        {
            return 0;
        }

        await using var reading = work.Batch();
        ReservationDesk.Lock(reading, orders.SelectMany(o => o.Lines).Select(l => l.Piece).Distinct(), [], []);
        ReservationDesk.Read(reading, orders, RegionTime.DayOf(now));
        Desk desk;
        await using (var reader = await reading.ExecuteReaderAsync(cancellationToken))
        {
            desk = await ReservationDesk.ReadAsync(reader, cancellationToken);
        }

        var plans = ReservationDesk.Plan(orders, desk, await books.GetAsync(work, desk.BookVersion, cancellationToken), now);
        await using var writing = work.Batch();
        ReservationDesk.Write(work, writing, plans, desk, rules, now);
        LedgerStore.Post(writing, ReservationDesk.MovementsOf(plans, now));
        await writing.ExecuteNonQueryAsync(cancellationToken);
        await work.CommitAsync(cancellationToken);
        return orders.Count;
    }

    private async Task<int> FreeSpoiltAsync(CancellationToken cancellationToken)
    {
        var freed = await breaker.RunAsync(cancellationToken) + await breaker.RunClosedAsync(cancellationToken);
        if (freed > 0)
        {
            LogFreed(freed);
        }

        return freed;
    }

    private static Order ReadOrder(NpgsqlDataReader r) =>
        new(
            r.GetGuid(0),
            new Owner(r.GetString(1), r.GetString(2), r.GetString(3), r.GetInt32(4)),
            r.GetInt32(5),
            r.Text(6),
            JsonSerializer.Deserialize<PrescriptionLine[]>(r.GetString(7), EventJson.Options)!,
            r.GetInt32(8),
            r.GetString(9),
            r.GetBoolean(10),
            r.Instant(11),
            r.GetFieldValue<string[]>(12),
            r.GetBoolean(13),
            r.InstantOrNull(14),
            r.GetInt32(15),
            r.Text(16) ?? RoutingCause.Short
        );

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is short of stock could not be looked at; trying again")]
    private partial void LogFailed(Exception e);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Count} prescriptions gave back what they held, for a lot of theirs is no longer good"
    )]
    private partial void LogFreed(int count);
}
