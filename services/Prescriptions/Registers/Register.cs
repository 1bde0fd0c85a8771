using System.Collections.Concurrent;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Prescriptions.Registers;

/// <summary>
/// What this service keeps of the register of institutions and practitioners, told by events. Read on each push, so held in memory; the
/// tables are the truth, and every replica reads them again each second.
/// </summary>
internal sealed class Register(NpgsqlDataSource database) : IStartupTask
{
    private ConcurrentDictionary<string, bool> suspended = new();
    private ConcurrentDictionary<string, PrescriberAuthority> authorities = new();

    public bool IsSuspended(string institutionCode) => suspended.TryGetValue(institutionCode, out var yes) && yes;

    /// <summary>The register's word; what the hospital claims only for a practitioner the register has not told of yet.</summary>
    public PrescriberAuthority AuthorityOf(Prescriber prescriber) =>
        authorities.TryGetValue(prescriber.PractitionerCode, out var known)
            ? known
            : (prescriber.MayPrescribeToxic ? PrescriberAuthority.Toxic : 0)
                | (prescriber.MayPrescribeNarcotic ? PrescriberAuthority.Narcotic : 0);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var institutions = new ConcurrentDictionary<string, bool>();
        await using (var command = database.CreateCommand("select code, suspended from prescriptions.institutions"))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                institutions[reader.GetString(0)] = reader.GetBoolean(1);
            }
        }

        var practitioners = new ConcurrentDictionary<string, PrescriberAuthority>();
        await using (
            var command = database.CreateCommand(
                "select code, may_prescribe_toxic, may_prescribe_narcotic from prescriptions.practitioners"
            )
        )
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                practitioners[reader.GetString(0)] =
                    (reader.GetBoolean(1) ? PrescriberAuthority.Toxic : 0) | (reader.GetBoolean(2) ? PrescriberAuthority.Narcotic : 0);
            }
        }

        (suspended, authorities) = (institutions, practitioners);
    }
}

/// <summary>Reads the register's tables again while the service runs.</summary>
internal sealed partial class RegisterRefresh(Register register, TimeProvider time, ILogger<RegisterRefresh> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await register.RunAsync(stoppingToken);
            }
            catch (NpgsqlException e)
            {
                LogStale(e.Message);
            }
            catch (OperationCanceledException) { }
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The register is not refreshed: {Reason}")]
    private partial void LogStale(string reason);
}

/// <summary>Keeps the tables by the register's events; one that is older than what stands changes nothing.</summary>
internal sealed class KeepRegister
    : IHandle<InstitutionRegistered>,
        IHandle<InstitutionSuspended>,
        IHandle<InstitutionReinstated>,
        IHandle<PractitionerRegistered>
{
    public async Task HandleAsync(InstitutionRegistered e, Work work, CancellationToken cancellationToken)
    {
        // A suspension may have come before the registration it belongs to: its row stands already, without a name.
        const string sql = """
            insert into prescriptions.institutions as i (institution_id, code, name_zh, kind, version) values ($1, $2, $3, $4, $5)
            on conflict (institution_id) do update set code = $2, name_zh = $3, kind = $4, version = greatest(i.version, $5)
            where i.version < $5 or i.name_zh = ''
            """;
        await using var command = work.Command(sql, e.AggregateId, e.Code, e.NameZh, e.Kind, e.Version);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public Task HandleAsync(InstitutionSuspended e, Work work, CancellationToken cancellationToken) =>
        SetAsync(work, e.AggregateId, e.Code, suspended: true, e.Version, cancellationToken);

    public Task HandleAsync(InstitutionReinstated e, Work work, CancellationToken cancellationToken) =>
        SetAsync(work, e.AggregateId, e.Code, suspended: false, e.Version, cancellationToken);

    private static async Task SetAsync(Work work, Guid id, string code, bool suspended, int version, CancellationToken cancellationToken)
    {
        const string sql = """
            insert into prescriptions.institutions as i (institution_id, code, name_zh, kind, suspended, version)
            values ($1, $2, '', '', $3, $4)
            on conflict (institution_id) do update set suspended = $3, version = $4 where i.version < $4
            """;
        await using var command = work.Command(sql, id, code, suspended, version);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task HandleAsync(PractitionerRegistered e, Work work, CancellationToken cancellationToken)
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
}
