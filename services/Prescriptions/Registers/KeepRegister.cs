using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Prescriptions.Registers;

/// <summary>
/// Keeps the tables by the register's events, which come in any order: an entry or a standing that is older than what stands changes
/// nothing, and either may be the first that is told.
/// </summary>
internal sealed class KeepRegister
    : IHandle<InstitutionRegistered>,
        IHandle<InstitutionChanged>,
        IHandle<InstitutionSuspended>,
        IHandle<InstitutionReinstated>,
        IHandle<PractitionerRegistered>,
        IHandle<PractitionerChanged>,
        IHandle<PractitionerSuspended>,
        IHandle<PractitionerReinstated>
{
    public Task HandleAsync(InstitutionRegistered e, Work work, CancellationToken cancellationToken) =>
        EnterAsync(work, e, cancellationToken);

    public Task HandleAsync(InstitutionChanged e, Work work, CancellationToken cancellationToken) => EnterAsync(work, e, cancellationToken);

    public Task HandleAsync(InstitutionSuspended e, Work work, CancellationToken cancellationToken) =>
        StandAsync(work, e.AggregateId, e.Code, suspended: true, e.Version, cancellationToken);

    public Task HandleAsync(InstitutionReinstated e, Work work, CancellationToken cancellationToken) =>
        StandAsync(work, e.AggregateId, e.Code, suspended: false, e.Version, cancellationToken);

    public Task HandleAsync(PractitionerRegistered e, Work work, CancellationToken cancellationToken) =>
        EnterAsync(work, e, cancellationToken);

    public Task HandleAsync(PractitionerChanged e, Work work, CancellationToken cancellationToken) =>
        EnterAsync(work, e, cancellationToken);

    public Task HandleAsync(PractitionerSuspended e, Work work, CancellationToken cancellationToken) =>
        StandAsync(work, e.Code, e.InstitutionCode, suspended: true, e.Version, cancellationToken);

    public Task HandleAsync(PractitionerReinstated e, Work work, CancellationToken cancellationToken) =>
        StandAsync(work, e.Code, e.InstitutionCode, suspended: false, e.Version, cancellationToken);

    private static async Task EnterAsync(Work work, InstitutionEntryEvent e, CancellationToken cancellationToken)
    {
        const string sql = """
            insert into prescriptions.institutions as i (institution_id, code, name_zh, kind, version) values ($1, $2, $3, $4, $5)
            on conflict (institution_id) do update set code = $2, name_zh = $3, kind = $4, version = $5 where i.version < $5
            """;
        await using var command = work.Command(sql, e.AggregateId, e.Code, e.NameZh, e.Kind, e.Version);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task StandAsync(Work work, Guid id, string code, bool suspended, int version, CancellationToken cancellationToken)
    {
        const string sql = """
            insert into prescriptions.institutions as i (institution_id, code, name_zh, kind, version, suspended, standing_version)
            values ($1, $2, '', '', 0, $3, $4)
            on conflict (institution_id) do update set suspended = $3, standing_version = $4 where i.standing_version < $4
            """;
        await using var command = work.Command(sql, id, code, suspended, version);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task EnterAsync(Work work, PractitionerEntryEvent e, CancellationToken cancellationToken)
    {
        const string sql = """
            insert into prescriptions.practitioners as p
                (code, institution_code, name, category, may_prescribe_toxic, may_prescribe_narcotic, version)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (code) do update set institution_code = $2, name = $3, category = $4, may_prescribe_toxic = $5,
                may_prescribe_narcotic = $6, version = $7 where p.version < $7
            """;
        await using var command = work.Command(
            sql,
            e.Code,
            e.InstitutionCode,
            e.Name,
            e.Category,
            e.MayPrescribeToxic,
            e.MayPrescribeNarcotic,
            e.Version
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task StandAsync(
        Work work,
        string code,
        string institutionCode,
        bool suspended,
        int version,
        CancellationToken cancellationToken
    )
    {
        const string sql = """
            insert into prescriptions.practitioners as p
                (code, institution_code, name, category, may_prescribe_toxic, may_prescribe_narcotic, version, suspended, standing_version)
            values ($1, $2, '', '', false, false, 0, $3, $4)
            on conflict (code) do update set suspended = $3, standing_version = $4 where p.standing_version < $4
            """;
        await using var command = work.Command(sql, code, institutionCode, suspended, version);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
