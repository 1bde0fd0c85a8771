using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Quality.Facts;

/// <summary>Institutions' names, kinds and regions, as the register tells them.</summary>
internal sealed class NoteInstitution : IHandle<InstitutionRegistered>, IHandle<InstitutionChanged>
{
    public Task HandleAsync(InstitutionRegistered e, Work work, CancellationToken cancellationToken) =>
        NoteAsync(e, work, cancellationToken);

    public Task HandleAsync(InstitutionChanged e, Work work, CancellationToken cancellationToken) => NoteAsync(e, work, cancellationToken);

    private static async Task NoteAsync(InstitutionEntryEvent e, Work work, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into quality.institution (code, name_zh, name_en, kind, region_code, version) values ($1, $2, $3, $4, $5, $6)
            on conflict (code) do update set name_zh = excluded.name_zh, name_en = excluded.name_en, kind = excluded.kind,
                                             region_code = excluded.region_code, version = excluded.version
            where institution.version < excluded.version
            """,
            e.Code,
            e.NameZh,
            e.NameEn,
            e.Kind,
            e.RegionCode,
            e.Version
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>Practitioners with what bears on an institution's future: grade, licence, other places of practice.</summary>
internal sealed class NotePractitioner
    : IHandle<PractitionerRegistered>,
        IHandle<PractitionerChanged>,
        IHandle<PractitionerSuspended>,
        IHandle<PractitionerReinstated>
{
    public Task HandleAsync(PractitionerRegistered e, Work work, CancellationToken cancellationToken) =>
        NoteAsync(e, work, cancellationToken);

    public Task HandleAsync(PractitionerChanged e, Work work, CancellationToken cancellationToken) => NoteAsync(e, work, cancellationToken);

    public Task HandleAsync(PractitionerSuspended e, Work work, CancellationToken cancellationToken) =>
        StandAsync(e, e.Code, e.InstitutionCode, suspended: true, work, cancellationToken);

    public Task HandleAsync(PractitionerReinstated e, Work work, CancellationToken cancellationToken) =>
        StandAsync(e, e.Code, e.InstitutionCode, suspended: false, work, cancellationToken);

    private static async Task NoteAsync(PractitionerEntryEvent e, Work work, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into quality.practitioner (practitioner_id, version, code, institution_code, category, graded, sites, licence_expires_on)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (practitioner_id) do update set
                version = excluded.version, code = excluded.code, institution_code = excluded.institution_code, category = excluded.category,
                graded = excluded.graded, sites = excluded.sites, licence_expires_on = excluded.licence_expires_on
            where practitioner.version < excluded.version
            """,
            e.AggregateId,
            e.Version,
            e.Code,
            e.InstitutionCode,
            e.Category,
            !string.IsNullOrEmpty(e.Grade),
            e.Sites?.Length ?? 0,
            e.LicenceExpiresOn
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A standing told before the entry itself waits in a row without a category, which nothing counts.</summary>
    private static async Task StandAsync(
        Event e,
        string code,
        string institution,
        bool suspended,
        Work work,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            insert into quality.practitioner (practitioner_id, version, code, institution_code, category, graded, sites, suspended_version, suspended)
            values ($1, 0, $3, $4, '', false, 0, $2, $5)
            on conflict (practitioner_id) do update set suspended_version = excluded.suspended_version, suspended = excluded.suspended
            where coalesce(practitioner.suspended_version, 0) < excluded.suspended_version
            """,
            e.AggregateId,
            e.Version,
            code,
            institution,
            suspended
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>Regions' names, for the head of a report.</summary>
internal sealed class NoteRegion : IHandle<RegionChanged>
{
    public async Task HandleAsync(RegionChanged e, Work work, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into quality.region (code, name_zh, name_en, version) values ($1, $2, $3, $4)
            on conflict (code) do update set name_zh = excluded.name_zh, name_en = excluded.name_en, version = excluded.version
            where region.version < excluded.version
            """,
            e.Code,
            e.NameZh,
            e.NameEn,
            e.Version
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
