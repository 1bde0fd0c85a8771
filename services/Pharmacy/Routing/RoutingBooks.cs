using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Centres;
using TcmBrain.Pharmacy.Prices;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Routing;

/// <summary>
/// Keeps what routing knows of centres between batches, so that a batch reads it only after a change: the version comes with the batch's own reading.
/// What waits at each centre is counted anew when the count is older than a second.
/// </summary>
public sealed class RoutingBooks(RoutingRules rules, TimeProvider time)
{
    /// <summary>Reads the version: one row, one column. Goes into the batch that locks and reads the shelves.</summary>
    public const string ReadVersion = "select version from pharmacy.routing_version";

    private const string ReadCentres = """
        select c.code, c.name_zh, c.name_en, c.region_code, c.longitude, c.latitude, p.version, p.dispensing_per_day, p.decoction_per_day, p.opens,
               p.closes, p.closed_weekdays, p.closed_days, p.service_regions, p.consortium, p.dispensing_fen, p.decoction_fen_per_dose,
               p.delivery_fen, p.closes_at, p.closed_reason
        from pharmacy.centres c left join pharmacy.centre_profiles p on p.centre_code = c.code
        """;

    private const string ReadCounties = """
        select region_code, avg(longitude), avg(latitude) from pharmacy.institutions
        where longitude is not null and latitude is not null and region_code is not null
        group by region_code
        """;

    private const string ReadOffers = """
        select centre_code, piece, grade, form, fen_per_kilogram from (
            select distinct on (centre_code, piece, grade, form) centre_code, piece, grade, form, fen_per_kilogram
            from pharmacy.offers where from_day <= $1 order by centre_code, piece, grade, form, from_day desc, entry desc) as o
        where fen_per_kilogram is not null and form = 'piece'
        """;

    private const string ReadConsortia = "select code, members from pharmacy.consortia where cardinality(members) > 0";

    private const string ReadLoads = """
        select centre_code, count(*) filter (where state <> 'checked'), count(*) filter (where decoct),
               count(*) filter (where state <> 'checked' and urgent), count(*) filter (where decoct and urgent)
        from pharmacy.prescriptions
        where state in ('reserved', 'dispensing', 'dispensed') or (state = 'checked' and ready_at is null)
        group by centre_code
        """;

    private static readonly TimeSpan LoadsLast = TimeSpan.FromSeconds(1);

    private volatile Snapshot? _snapshot;
    private volatile Counted? _counted;
    private int _counting;

    private sealed record Snapshot(
        long Version,
        DateOnly Day,
        Map Map,
        PriceList Prices,
        IReadOnlyDictionary<string, IReadOnlySet<string>> Consortia
    );

    private sealed record Counted(long At, Loads Loads);

    /// <param name="version">as read by <see cref="ReadVersion"/> in the same work</param>
    public async Task<RoutingBook> GetAsync(Work work, long version, CancellationToken cancellationToken)
    {
        var today = RegionTime.DayOf(time.GetUtcNow());
        if (_snapshot is not { } snapshot || snapshot.Version != version || snapshot.Day != today)
        {
            snapshot = await ReadAsync(work, version, today, cancellationToken);
            _snapshot = snapshot;
        }

        var counted = _counted;
        if (counted is null || time.GetElapsedTime(counted.At) > LoadsLast && Interlocked.CompareExchange(ref _counting, 1, 0) == 0)
        {
            try
            {
                counted = await CountAsync(work, cancellationToken);
                _counted = counted;
            }
            finally
            {
                Volatile.Write(ref _counting, 0);
            }
        }

        return new RoutingBook(snapshot.Map, snapshot.Prices, snapshot.Consortia, counted.Loads, rules);
    }

    /// <summary>The same for who only looks.</summary>
    public async Task<RoutingBook> GetAsync(EventExchange exchange, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        await using var reading = work.Command(ReadVersion);
        return await GetAsync(work, (long)(await reading.ExecuteScalarAsync(cancellationToken))!, cancellationToken);
    }

    private async Task<Counted> CountAsync(Work work, CancellationToken cancellationToken)
    {
        var at = time.GetTimestamp();
        await using var command = work.Command(ReadLoads);
        var rows = await command.ListAsync(
            r =>
                KeyValuePair.Create(
                    r.GetString(0),
                    new Load((int)r.GetInt64(1), (int)r.GetInt64(2), (int)r.GetInt64(3), (int)r.GetInt64(4))
                ),
            cancellationToken
        );
        return new Counted(at, new Loads(rows));
    }

    private static async Task<Snapshot> ReadAsync(Work work, long version, DateOnly today, CancellationToken cancellationToken)
    {
        await using var batch = work.Batch();
        batch.Add(ReadCentres);
        batch.Add(ReadCounties);
        batch.Add(ReadOffers).With(today);
        batch.Add(ReadConsortia);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var centres = await reader.RowsAsync(
            r => new Centre(
                r.GetString(0),
                r.GetString(1),
                r.GetString(2),
                r.GetString(3),
                r.IsDBNull(4) || r.IsDBNull(5) ? null : new Place(r.GetDouble(4), r.GetDouble(5))
            )
            {
                Profile = r.IsDBNull(6) ? CentreProfile.Default : ProfileRow.Read(r, 6),
            },
            cancellationToken
        );
        await reader.NextResultAsync(cancellationToken);
        var counties = await reader.RowsAsync(
            r => (Code: r.GetString(0), Place: new Place(r.GetDouble(1), r.GetDouble(2))),
            cancellationToken
        );
        await reader.NextResultAsync(cancellationToken);
        var offers = await reader.RowsAsync(
            r => new Offer(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetInt64(4)),
            cancellationToken
        );
        await reader.NextResultAsync(cancellationToken);
        var consortia = await reader.RowsAsync(r => (Code: r.GetString(0), Members: r.GetFieldValue<string[]>(1)), cancellationToken);
        return new Snapshot(
            version,
            today,
            new Map(centres, counties.ToDictionary(c => c.Code, c => c.Place)),
            new PriceList(offers),
            consortia
                .SelectMany(c => c.Members.Select(m => (Member: m, c.Code)))
                .GroupBy(m => m.Member)
                .ToDictionary(g => g.Key, g => (IReadOnlySet<string>)g.Select(m => m.Code).ToHashSet())
        );
    }
}
