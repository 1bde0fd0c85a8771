using TcmBrain.Exchange;

namespace TcmBrain.Decoction.Parcels;

internal static class ParcelStore
{
    /// <summary>A parcel that waits for the courier. A prescription has one at most.</summary>
    public static async Task AddAsync(
        Work work,
        Guid prescriptionId,
        string companyPrefix,
        DateTimeOffset readyAt,
        CancellationToken cancellationToken
    )
    {
        await using var next = work.Command("select nextval('decoction.parcel_number')");
        var number = (long)(await next.ExecuteScalarAsync(cancellationToken))!;
        await using var insert = work.Command(
            """
            insert into decoction.parcel (prescription_id, parcel_id, sscc, ready_at, since, holder_code)
            select $1, $2, $3, $4, $4, centre_code from decoction.job where prescription_id = $1
            """,
            prescriptionId,
            Guid.CreateVersion7(),
            Gs1.Sscc(companyPrefix, number),
            readyAt
        );
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }
}
