using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Pharmacy.Centres;

/// <summary>
/// Keeps the institutions told of. One of kind <c>pharmacy</c> is a centre from then on; a suspended one gets no new work, and finishes
/// what it has. Registration and standing may come in any order.
/// </summary>
public sealed class InstitutionRegister
    : IHandle<InstitutionRegistered>,
        IHandle<InstitutionChanged>,
        IHandle<InstitutionSuspended>,
        IHandle<InstitutionReinstated>
{
    public Task HandleAsync(InstitutionRegistered e, Work work, CancellationToken cancellationToken) =>
        EnterAsync(e, work, cancellationToken);

    public Task HandleAsync(InstitutionChanged e, Work work, CancellationToken cancellationToken) => EnterAsync(e, work, cancellationToken);

    public Task HandleAsync(InstitutionSuspended e, Work work, CancellationToken cancellationToken) =>
        StandAsync(work, e.Code, suspended: true, e.Version, cancellationToken);

    public Task HandleAsync(InstitutionReinstated e, Work work, CancellationToken cancellationToken) =>
        StandAsync(work, e.Code, suspended: false, e.Version, cancellationToken);

    private static async Task EnterAsync(InstitutionEntryEvent e, Work work, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into pharmacy.institutions as i
                (code, kind, name_zh, name_en, region_code, longitude, latitude, registered_version, licence_expires_on)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (code) do update
            set kind = excluded.kind, name_zh = excluded.name_zh, name_en = excluded.name_en, region_code = excluded.region_code,
                longitude = excluded.longitude, latitude = excluded.latitude, registered_version = excluded.registered_version,
                licence_expires_on = excluded.licence_expires_on
            where i.registered_version < excluded.registered_version
            """,
            e.Code,
            e.Kind,
            e.NameZh,
            e.NameEn,
            e.RegionCode,
            e.Longitude,
            e.Latitude,
            e.Version,
            e.LicenceExpiresOn
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task StandAsync(Work work, string code, bool suspended, int version, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into pharmacy.institutions as i (code, suspended, standing_version) values ($1, $2, $3)
            on conflict (code) do update set suspended = excluded.suspended, standing_version = excluded.standing_version
            where i.standing_version < excluded.standing_version
            """,
            code,
            suspended,
            version
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
