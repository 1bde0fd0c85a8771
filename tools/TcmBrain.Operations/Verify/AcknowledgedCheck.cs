using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace TcmBrain.Operations.Verify;

/// <summary>
/// Acknowledged = stored: whatever a hospital was told is accepted (its journal) stands in prescriptions under the same id with
/// the same content.
/// </summary>
internal static class AcknowledgedCheck
{
    private const int Page = 5_000;

    private sealed record Line(string InstitutionCode, string HisNumber, int Revision, Guid PrescriptionId, string ContentSha256);

    /// <param name="journal">JSON lines; may be missing, when no hospital was simulated</param>
    public static async Task<Check> RunAsync(NpgsqlDataSource prescriptions, string journal, CancellationToken cancellationToken)
    {
        // A push sent twice is acknowledged twice, alike.
        var seen = new HashSet<Line>();
        var page = new List<Line>(Page);
        long stored = 0;
        var wrong = new List<string>();
        foreach (var text in File.Exists(journal) ? ReadLines(journal) : [])
        {
            var line = Parse(text, journal);
            if (!seen.Add(line))
            {
                continue;
            }

            page.Add(line);
            if (page.Count == Page)
            {
                stored += await StoredAsync(prescriptions, page, wrong, cancellationToken);
                page.Clear();
            }
        }

        stored += await StoredAsync(prescriptions, page, wrong, cancellationToken);
        return Check.Equal("acknowledged.stored", seen.Count, stored, string.Join(", ", wrong));
    }

    private static IEnumerable<string> ReadLines(string journal)
    {
        using var reader = new StreamReader(new FileStream(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                yield return line;
            }
        }
    }

    private static Line Parse(string text, string journal)
    {
        try
        {
            return JsonSerializer.Deserialize<Line>(text, JsonSerializerOptions.Web) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new OperationsException($"确认台账有坏行。 The journal {journal} has a line that is none: {text}", e);
        }
    }

    private static async Task<long> StoredAsync(
        NpgsqlDataSource prescriptions,
        List<Line> page,
        List<string> wrong,
        CancellationToken cancellationToken
    )
    {
        if (page.Count == 0)
        {
            return 0;
        }

        const string sql = """
            select j.institution, j.number, j.revision
            from unnest($1, $2, $3, $4, $5) as j(institution, number, revision, id, hash)
            left join prescriptions.keys k
                on k.institution_code = j.institution and k.his_number = j.number and k.revision = j.revision
            left join prescriptions.prescriptions p on p.id = k.id
            where p.id is distinct from j.id or encode(p.content_sha256, 'hex') is distinct from j.hash
            """;
        await using var command = prescriptions.CreateCommand(sql);
        command.Parameters.Add(Array(NpgsqlDbType.Text, page.Select(l => l.InstitutionCode)));
        command.Parameters.Add(Array(NpgsqlDbType.Text, page.Select(l => l.HisNumber)));
        command.Parameters.Add(Array(NpgsqlDbType.Integer, page.Select(l => l.Revision)));
        command.Parameters.Add(Array(NpgsqlDbType.Uuid, page.Select(l => l.PrescriptionId)));
        command.Parameters.Add(Array(NpgsqlDbType.Text, page.Select(l => l.ContentSha256)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        long missing = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            missing++;
            if (wrong.Count < 3)
            {
                wrong.Add($"{reader.GetString(0)} {reader.GetString(1)} ({reader.GetInt32(2)})");
            }
        }

        return page.Count - missing;
    }

    private static NpgsqlParameter Array<T>(NpgsqlDbType type, IEnumerable<T> values) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
}
