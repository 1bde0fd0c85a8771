using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.Prescriptions.AuditAdvice;

namespace TcmBrain.Prescriptions.InstitutionPolicies;

/// <summary>One decision of an institution, as it stands in the book.</summary>
/// <param name="Version">From 1; 0: it has decided nothing, and the release holds as it is.</param>
/// <param name="Levels">Rule to level: advise, double_sign, resolve or block.</param>
/// <param name="Customs">Name that leaves the processing open to the piece dispensed for it (处方应付).</param>
/// <param name="SetBy">The pharmacist who signed it; empty at version 0.</param>
public sealed record InstitutionPolicyEntry(
    string InstitutionCode,
    int Version,
    IReadOnlyDictionary<string, string> Levels,
    IReadOnlyDictionary<string, string> Customs,
    string Reason,
    string SetBy,
    DateTimeOffset? SetAt
)
{
    internal InstitutionPolicy ToPolicy() =>
        new(Version, Levels.ToDictionary(x => x.Key, x => SeverityWords.Parse(x.Value), StringComparer.Ordinal), Customs);
}

/// <summary>The book of institutions' decisions.</summary>
internal sealed class InstitutionPolicyStore(NpgsqlDataSource database)
{
    private const string Columns = "institution_code, version, levels, customs, reason, set_by, set_at";

    /// <summary>Newest first; empty when it never decided anything.</summary>
    public Task<List<InstitutionPolicyEntry>> HistoryAsync(string institutionCode, int limit, CancellationToken cancellationToken) =>
        ReadAsync(
            $"select {Columns} from prescriptions.institution_policies where institution_code = $1 order by version desc limit $2",
            cancellationToken,
            new() { Value = institutionCode },
            new() { Value = limit }
        );

    /// <summary>The newest decision of each institution that decided since that snapshot, and the snapshot to go on from.</summary>
    public async Task<(List<InstitutionPolicyEntry> Entries, ulong Next)> SinceAsync(ulong snapshot, CancellationToken cancellationToken)
    {
        ulong next;
        await using (var command = database.CreateCommand("select pg_snapshot_xmin(pg_current_snapshot())"))
        {
            next = (ulong)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        var entries = await ReadAsync(
            $"""
            select distinct on (institution_code) {Columns} from prescriptions.institution_policies
            where changed >= $1 order by institution_code, version desc
            """,
            cancellationToken,
            new NpgsqlParameter { Value = snapshot, NpgsqlDbType = NpgsqlDbType.Xid8 }
        );
        return (entries, next);
    }

    /// <returns>false: another version is the newest by now, and nothing is written</returns>
    public async Task<bool> AddAsync(InstitutionPolicyEntry entry, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into prescriptions.institution_policies (institution_code, version, levels, customs, reason, set_by, set_at)
            select $1, $2, $3, $4, $5, $6, $7
            where $2 = 1 + coalesce((select max(version) from prescriptions.institution_policies where institution_code = $1), 0)
            on conflict do nothing
            """
        );
        var parameters = command.Parameters;
        parameters.Add(new() { Value = entry.InstitutionCode });
        parameters.Add(new() { Value = entry.Version });
        parameters.Add(new() { Value = JsonSerializer.Serialize(entry.Levels), NpgsqlDbType = NpgsqlDbType.Jsonb });
        parameters.Add(new() { Value = JsonSerializer.Serialize(entry.Customs), NpgsqlDbType = NpgsqlDbType.Jsonb });
        parameters.Add(new() { Value = entry.Reason });
        parameters.Add(new() { Value = entry.SetBy });
        parameters.Add(new() { Value = entry.SetAt!.Value.ToUniversalTime() });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private async Task<List<InstitutionPolicyEntry>> ReadAsync(
        string sql,
        CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters
    )
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        var entries = new List<InstitutionPolicyEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add(
                new(
                    reader.GetString(0),
                    reader.GetInt32(1),
                    JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(2))!,
                    JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(3))!,
                    reader.GetString(4),
                    reader.GetString(5),
                    reader.GetFieldValue<DateTimeOffset>(6)
                )
            );
        }

        return entries;
    }
}
