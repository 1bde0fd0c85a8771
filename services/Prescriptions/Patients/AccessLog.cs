using System.Globalization;
using System.Security.Claims;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Patients;

/// <summary>One look at a patient's identity, one search for one, or one erasure (患者身份访问记录).</summary>
/// <param name="Action">reveal, search, erase, deliver (courier), label (centre) or notify (a message was sent)</param>
/// <param name="PrescriptionId">null for a search</param>
/// <param name="InstitutionCode">whose patient it was; for a search, the searcher's own</param>
/// <param name="Subject">client id or user name of who looked</param>
/// <param name="SubjectInstitution">where who looked works</param>
/// <param name="Found">how many prescriptions a search has found; 1 otherwise</param>
public sealed record AccessEntry(
    long Seq,
    string Action,
    Guid? PrescriptionId,
    string InstitutionCode,
    string RegionCode,
    string Subject,
    string SubjectInstitution,
    IReadOnlyList<string> Roles,
    string Purpose,
    int Found,
    DateTimeOffset SeenAt
);

/// <param name="Next">for the following request's <c>next</c>; null on the last page</param>
/// <param name="Total">not counted: the log only grows</param>
public sealed record AccessPage(IReadOnlyList<AccessEntry> Items, string? Next, long? Total);

/// <param name="Before">the last number of the page before</param>
internal sealed record AccessFilter(
    string? Institution,
    string? Subject,
    Guid? Prescription,
    DateTimeOffset? From,
    DateTimeOffset? To,
    long? Before,
    int Limit
)
{
    /// <exception cref="ServiceDefaults.Faults.FaultException">PRX-0305</exception>
    public static AccessFilter Of(
        string? institution,
        string? subject,
        Guid? prescription,
        DateTimeOffset? from,
        DateTimeOffset? to,
        string? next,
        int? limit
    )
    {
        long? before = null;
        if (!string.IsNullOrEmpty(next))
        {
            before = long.TryParse(next, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw PrescriptionsFaults.AccessLogQuery.Exception("next");
        }

        if (limit is < 1 or > 200)
        {
            throw PrescriptionsFaults.AccessLogQuery.Exception("limit");
        }

        return from > to
            ? throw PrescriptionsFaults.AccessLogQuery.Exception("from")
            : new AccessFilter(institution, subject, prescription, from, to, before, limit ?? 50);
    }
}

/// <summary>
/// Who saw whose identity, and why, newest first: a regulator its region's patients, an institution's administrator its own patients, an
/// operator all.
/// </summary>
internal sealed class AccessLog(NpgsqlDataSource database)
{
    public async Task<AccessPage> ReadAsync(ClaimsPrincipal caller, AccessFilter filter, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select seq, action, prescription_id, institution_code, region_code, subject, subject_institution, role, purpose, found, seen_at
            from prescriptions.identity_access
            where ($1 or region_code like $2 || '%' or institution_code = $3)
              and ($4::text is null or institution_code = $4)
              and ($5::text is null or subject = $5)
              and ($6::uuid is null or prescription_id = $6)
              and ($7::timestamptz is null or seen_at >= $7)
              and ($8::timestamptz is null or seen_at < $8)
              and ($9::bigint is null or seq < $9)
            order by seq desc limit $10
            """
        );
        Add(NpgsqlDbType.Boolean, caller.HasRole(Roles.Operator));
        Add(NpgsqlDbType.Text, RegionPrefix(caller));
        Add(NpgsqlDbType.Text, caller.HasRole(Roles.Admin) ? caller.InstitutionCode() : null);
        Add(NpgsqlDbType.Text, filter.Institution);
        Add(NpgsqlDbType.Text, filter.Subject);
        Add(NpgsqlDbType.Uuid, filter.Prescription);
        Add(NpgsqlDbType.TimestampTz, filter.From?.UtcDateTime);
        Add(NpgsqlDbType.TimestampTz, filter.To?.UtcDateTime);
        Add(NpgsqlDbType.Bigint, filter.Before);
        Add(NpgsqlDbType.Integer, filter.Limit + 1);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<AccessEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add(
                new AccessEntry(
                    reader.GetInt64(0),
                    reader.GetString(1),
                    reader.IsDBNull(2) ? null : reader.GetGuid(2),
                    reader.GetString(3),
                    reader.GetString(4),
                    reader.GetString(5),
                    reader.GetString(6),
                    reader.GetString(7).Split(',', StringSplitOptions.RemoveEmptyEntries),
                    reader.GetString(8),
                    reader.GetInt32(9),
                    reader.GetFieldValue<DateTimeOffset>(10)
                )
            );
        }

        return entries.Count > filter.Limit
            ? new AccessPage(entries[..filter.Limit], entries[filter.Limit - 1].Seq.ToString(CultureInfo.InvariantCulture), null)
            : new AccessPage(entries, null, null);

        void Add(NpgsqlDbType type, object? value) =>
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value });
    }

    // Null matches nothing.
    private static string? RegionPrefix(ClaimsPrincipal caller) => caller.HasRole(Roles.Regulator) ? caller.RegionPrefix() : null;
}
