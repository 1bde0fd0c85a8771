using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;

namespace TcmBrain.Prescriptions.Notifications;

/// <summary>Writes what a patient is to be told, in the transaction of what gave rise to it.</summary>
internal static class Messages
{
    public static Task WriteAsync(
        Work work,
        ParcelEvent e,
        string kind,
        DateTimeOffset? at,
        string? secret,
        CancellationToken cancellationToken
    ) => WriteAsync(work, e.AggregateId, e.InstitutionCode, e.RegionCode, kind, e.Version, e.PublicCode, at, secret, cancellationToken);

    /// <param name="cause">together with prescription and kind what makes it one: written again it is the same</param>
    public static async Task WriteAsync(
        Work work,
        Guid prescriptionId,
        string institutionCode,
        string regionCode,
        string kind,
        int cause,
        string publicCode,
        DateTimeOffset? at,
        string? secret,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            insert into prescriptions.notification
                (id, prescription_id, institution_code, region_code, kind, cause_version, public_code, at, secret)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (prescription_id, kind, cause_version) do nothing
            """,
            Guid.CreateVersion7(),
            prescriptionId,
            institutionCode,
            regionCode,
            kind,
            cause,
            publicCode,
            at?.ToUniversalTime(),
            secret
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
