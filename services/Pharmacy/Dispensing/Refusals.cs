using Npgsql;
using NpgsqlTypes;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>How often something was refused at the bench.</summary>
internal sealed record RefusalCount(string Code, string Zh, string En, string PersonName, long Count);

/// <summary>What was stopped before it did harm (差错拦截): each refusal is written down, whoever caused it, and counted.</summary>
internal sealed partial class Refusals(NpgsqlDataSource database, TimeProvider time, ILogger<Refusals> logger)
{
    private static readonly string[] Counted = ["PHA-02", "PHA-03", "PHA-09"];

    /// <summary>Codes with their texts, to read a count without the catalogue.</summary>
    private static readonly Dictionary<string, FaultDefinition> Definitions = typeof(PharmacyFaults)
        .GetFields(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Static)
        .Select(f => f.GetValue(null))
        .OfType<FaultDefinition>()
        .ToDictionary(d => d.Code);

    /// <summary>Lets the refusal through when it can't be written down: stopping was what mattered.</summary>
    public async Task NoteAsync(FaultException refusal, Person person, Guid prescription)
    {
        string[] codes =
        [
            .. refusal.Faults.Select(f => f.Code).Where(c => Counted.Any(p => c.StartsWith(p, StringComparison.Ordinal))).Distinct(),
        ];
        if (codes.Length == 0)
        {
            return;
        }

        try
        {
            await using var batch = database.CreateBatch();
            batch
                .Add(
                    """
                    insert into pharmacy.refusals (id, centre_code, code, person, person_name, prescription_id, refused_at)
                    select u.id, $2, u.code, $3, $4, $5, $6 from unnest($1, $7) as u (id, code)
                    """
                )
                .With(NpgsqlDbType.Uuid, codes.Select(_ => Guid.CreateVersion7()))
                .With(person.CentreCode)
                .With(person.Subject)
                .With(person.Name)
                .With(prescription)
                .With(time.GetUtcNow().UtcDateTime)
                .With(NpgsqlDbType.Text, codes);
            await batch.ExecuteNonQueryAsync();
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            LogLost(e.Message);
        }
    }

    public async Task<IReadOnlyList<RefusalCount>> CountAsync(
        string centre,
        DateTimeOffset from,
        DateTimeOffset until,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.Query(
            """
            select code, max(person_name), count(*) from pharmacy.refusals
            where centre_code = $1 and refused_at >= $2 and refused_at < $3
            group by code, person order by count(*) desc, code limit 500
            """,
            centre,
            from.UtcDateTime,
            until.UtcDateTime
        );
        return await command.ListAsync(
            r =>
            {
                var code = r.GetString(0);
                var definition = Definitions.GetValueOrDefault(code);
                return new RefusalCount(code, definition?.Zh ?? "", definition?.En ?? "", r.GetString(1), r.GetInt64(2));
            },
            cancellationToken
        );
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A refusal at the bench could not be counted: {Reason}")]
    private partial void LogLost(string reason);
}
