using Npgsql;

namespace TcmBrain.Operations.Verify;

/// <summary>
/// From the bags to the patient's hand: every packed decoction is one parcel with every bag in it, every parcel has a holder or an end, what has
/// ended says how, no early report was forgotten, and nothing left uncounted.
/// </summary>
internal static class ParcelCheck
{
    private static readonly (string Name, string Sql)[] Rules =
    [
        (
            "parcels.one-for-each",
            """
            select count(*), count(*) filter (where (select count(*) from decoction.parcel p where p.prescription_id = j.prescription_id) <> 1)
            from decoction.job j where j.state in ('packed', 'shipped', 'delivered', 'returned', 'lost')
            """
        ),
        (
            "parcels.every-bag-in-one",
            """
            select count(*), count(*) filter (where p.prescription_id is null)
            from decoction.bag b left join decoction.parcel p using (prescription_id)
            """
        ),
        (
            "parcels.ended-or-owned",
            """
            select count(*), count(*) filter (
                where (ended_at is null) <> (holder_code is not null) or (ended_at is null) <> (outcome is null)
                   or (ended_at is null) = (state in ('delivered', 'returned', 'lost')))
            from decoction.parcel
            """
        ),
        (
            "parcels.follow-their-job",
            """
            select count(*), count(*) filter (where not (
                p.state in ('ready') and j.state in ('packed', 'scrapped')
                or p.state in ('shipped', 'counter', 'back') and j.state in ('shipped', 'packed', 'scrapped')
                or p.state = 'delivered' and j.state = 'delivered'
                or p.state = 'returned' and j.state in ('returned', 'scrapped')
                or p.state = 'lost' and j.state = 'lost'))
            from decoction.parcel p join decoction.job j using (prescription_id)
            """
        ),
        (
            "parcels.early-reports-settled",
            """
            select count(*), count(*) filter (
                where e.standing = 'waiting' and (p.ended_at is not null or e.recorded_at < now() - interval '24 hours'))
            from decoction.parcel_entry e join decoction.parcel p using (prescription_id)
            """
        ),
        (
            "parcels.counted-before-leaving",
            // Those that left before there were checks are older than the first of them.
            """
            select count(*), count(*) filter (where c.prescription_id is null)
            from decoction.parcel p join decoction.job j using (prescription_id)
            left join decoction.packing_check c using (prescription_id)
            where j.decoct and exists (select from decoction.parcel_entry e where e.prescription_id = p.prescription_id and e.standing = 'applied')
            """
        ),
    ];

    public static async Task<IReadOnlyList<Check>> RunAsync(NpgsqlDataSource decoction, CancellationToken cancellationToken)
    {
        var checks = new List<Check>();
        foreach (var (name, sql) in Rules)
        {
            await using var command = decoction.CreateCommand(sql);
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            var (all, wrong) = (row.GetInt64(0), row.GetInt64(1));
            checks.Add(Check.Equal(name, all, all - wrong, $"{wrong} do not"));
        }

        return checks;
    }
}
