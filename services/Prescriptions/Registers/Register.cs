using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Prescriptions.Registers;

/// <summary>
/// What this service keeps of the register of institutions and practitioners, told by events. Read on each push, so held in memory; the
/// tables are the truth, and <see cref="RegisterRefresh"/> brings what changes in them.
/// </summary>
internal sealed class Register(NpgsqlDataSource database) : IStartupTask
{
    private readonly ConcurrentDictionary<string, bool> institutions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Practitioner> practitioners = new(StringComparer.Ordinal);

    /// <summary>Everything older is in memory.</summary>
    private ulong since;

    /// <summary>The tables have been read once, so that silence means that nothing is known.</summary>
    public bool IsRead { get; private set; }

    public bool IsSuspended(string institutionCode) => institutions.TryGetValue(institutionCode, out var suspended) && suspended;

    public bool IsSuspendedPractitioner(string practitionerCode) =>
        practitioners.TryGetValue(practitionerCode, out var known) && known.Suspended;

    /// <summary>The register's word; what the hospital claims only for a practitioner the register has not told of yet.</summary>
    public PrescriberAuthority AuthorityOf(Prescriber prescriber) =>
        practitioners.TryGetValue(prescriber.PractitionerCode, out var known) && known.Registered
            ? known.Authority
            : Authority(prescriber.MayPrescribeToxic, prescriber.MayPrescribeNarcotic);

    public Task RunAsync(CancellationToken cancellationToken) => RefreshAsync(cancellationToken);

    /// <summary>
    /// Reads what was committed since the last time. Not for several callers at once. A transaction that was open then has an id that is not
    /// older than the oldest open one, so what it commits later is found; what is read twice does no harm.
    /// </summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var oldest = new NpgsqlCommand("select pg_snapshot_xmin(pg_current_snapshot())", connection);
        var next = (ulong)(await oldest.ExecuteScalarAsync(cancellationToken))!;

        await using (var command = Since("select code, suspended from prescriptions.institutions where changed >= $1", connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                institutions[reader.GetString(0)] = reader.GetBoolean(1);
            }
        }

        await using (
            var command = Since(
                """
                select code, version > 0, may_prescribe_toxic, may_prescribe_narcotic, suspended
                from prescriptions.practitioners where changed >= $1
                """,
                connection
            )
        )
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                practitioners[reader.GetString(0)] = new Practitioner(
                    reader.GetBoolean(1),
                    Authority(reader.GetBoolean(2), reader.GetBoolean(3)),
                    reader.GetBoolean(4)
                );
            }
        }

        since = next;
        IsRead = true;
    }

    private NpgsqlCommand Since(string sql, NpgsqlConnection connection) =>
        new(sql, connection)
        {
            Parameters =
            {
                new() { Value = since, NpgsqlDbType = NpgsqlDbType.Xid8 },
            },
        };

    private static PrescriberAuthority Authority(bool toxic, bool narcotic) =>
        (toxic ? PrescriberAuthority.Toxic : 0) | (narcotic ? PrescriberAuthority.Narcotic : 0);

    /// <param name="Registered">false while only a suspension was told</param>
    private readonly record struct Practitioner(bool Registered, PrescriberAuthority Authority, bool Suspended);
}
