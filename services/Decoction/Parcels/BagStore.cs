using TcmBrain.Exchange;

namespace TcmBrain.Decoction.Parcels;

internal static class BagStore
{
    /// <returns>The serials in the order of the bags.</returns>
    public static async Task<string[]> AddAsync(Work work, Guid prescriptionId, int count, CancellationToken cancellationToken)
    {
        await using var take = work.Command("select nextval('decoction.bag_number') from generate_series(1, $1)", count);
        var serials = new List<string>(count);
        await using (var reader = await take.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                serials.Add(Gs1.BagSerial(reader.GetInt64(0)));
            }
        }

        string[] all = [.. serials];
        await using var insert = work.Command(
            """
            insert into decoction.bag (serial, prescription_id, number)
            select serial, $1, number from unnest($2::text[]) with ordinality as bag (serial, number)
            """,
            prescriptionId,
            all
        );
        await insert.ExecuteNonQueryAsync(cancellationToken);
        return all;
    }

    public static async Task<string[]> OfAsync(Work work, Guid prescriptionId, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "select coalesce(array_agg(serial order by number), '{}') from decoction.bag where prescription_id = $1",
            prescriptionId
        );
        return (string[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>What the patient's page is found by.</summary>
    public static async Task<string> PublicCodeAsync(Work work, Guid prescriptionId, CancellationToken cancellationToken)
    {
        await using var command = work.Command("select public_code from decoction.job where prescription_id = $1", prescriptionId);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
