using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Capture;

/// <summary>What became of a document (EPCIS 2.0 OpenAPI, CaptureJob).</summary>
/// <param name="Running">Always false: a document's outcome is durable when its capture is answered.</param>
/// <param name="Success">Whether there was no error at all.</param>
/// <param name="CaptureErrorBehaviour">rollback or proceed.</param>
/// <param name="Captured">Events that this job added to the log.</param>
/// <param name="Errors">RFC 9457 problems, each naming its event by <c>instance</c> and <c>field</c>.</param>
public sealed record CaptureJob(
    string CaptureID,
    DateTimeOffset CreatedAt,
    DateTimeOffset FinishedAt,
    bool Running,
    bool Success,
    string CaptureErrorBehaviour,
    int Captured,
    JsonElement Errors
);

/// <summary>Capture jobs, each written in the transaction of its events.</summary>
public sealed class CaptureJobs(NpgsqlDataSource database)
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Address(Guid id) => $"/epcis/capture/{id}";

    /// <summary>A refusal as an error of the job.</summary>
    public static JsonObject Problem(Guid job, Fault fault, int httpStatus) =>
        new()
        {
            ["type"] = EpcisProblem.OfStatus(httpStatus),
            ["title"] = fault.En,
            ["status"] = httpStatus,
            ["detail"] = fault.Zh,
            ["instance"] = Address(job) + "#" + Uri.EscapeDataString(fault.Field).Replace("%2F", "/", StringComparison.Ordinal),
            ["code"] = fault.Code,
            ["field"] = fault.Field,
        };

    internal static async Task SaveAsync(
        Work work,
        List<CaptureItem> items,
        List<(bool Captured, List<CaptureResult> Results)> sorted,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(work.Connection, work.Transaction);
        AddTo(batch, items, sorted, now);
        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    internal static void AddTo(
        NpgsqlBatch batch,
        List<CaptureItem> items,
        List<(bool Captured, List<CaptureResult> Results)> sorted,
        DateTimeOffset now
    )
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].Job is { } job)
            {
                batch.BatchCommands.Add(Insert(items[i], job, sorted[i].Captured, sorted[i].Results, now));
                if (sorted[i].Captured)
                {
                    items[i].MasterData.ToList().ForEach(m => batch.BatchCommands.Add(Learn(items[i].Owner, m, now)));
                }
            }
        }
    }

    /// <summary>The job, when it is the owner's; null else.</summary>
    /// <param name="owner">Null: anybody's.</param>
    public async Task<CaptureJob?> FindAsync(Guid id, string? owner, CancellationToken cancellationToken) =>
        (
            await ReadAsync(
                "where id = $1 and ($2 is null or owner = $2)",
                cancellationToken,
                id,
                new NpgsqlParameter { Value = (object?)owner ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }
            )
        ).SingleOrDefault();

    /// <summary>Jobs before that one, newest first.</summary>
    public Task<List<CaptureJob>> BeforeAsync(Guid? before, string? owner, int limit, CancellationToken cancellationToken) =>
        ReadAsync(
            "where ($1 is null or id < $1) and ($2 is null or owner = $2) order by id desc limit $3",
            cancellationToken,
            new NpgsqlParameter { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
            new NpgsqlParameter { Value = (object?)owner ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            limit
        );

    private async Task<List<CaptureJob>> ReadAsync(string where, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = database.CreateCommand(
            "select id, created_at, finished_at, success, behaviour, captured, errors::text from traceability.capture_job " + where
        );
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter as NpgsqlParameter ?? new NpgsqlParameter { Value = parameter });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<CaptureJob>();
        while (await reader.ReadAsync(cancellationToken))
        {
            using var errors = JsonDocument.Parse(reader.GetString(6));
            jobs.Add(
                new CaptureJob(
                    reader.GetGuid(0).ToString(),
                    reader.GetFieldValue<DateTimeOffset>(1),
                    reader.GetFieldValue<DateTimeOffset>(2),
                    false,
                    reader.GetBoolean(3),
                    reader.GetString(4),
                    reader.GetInt32(5),
                    errors.RootElement.Clone()
                )
            );
        }

        return jobs;
    }

    private static NpgsqlBatchCommand Insert(
        CaptureItem item,
        CaptureJobDraft job,
        bool captured,
        List<CaptureResult> results,
        DateTimeOffset now
    )
    {
        var errors = (JsonArray)job.Errors.DeepClone();
        for (var i = 0; i < results.Count; i++)
        {
            if (results[i].Status == CaptureStatus.IdTaken)
            {
                var id = item.Drafts[i].EventId ?? EventHash.Text(item.Drafts[i].Hash);
                errors.Add(Problem(job.Id, TraceabilityFaults.IdTaken.At(item.Places[i], id), TraceabilityFaults.IdTaken.HttpStatus));
            }
        }

        return Command(
            """
            insert into traceability.capture_job (id, owner, created_at, finished_at, success, behaviour, captured, errors)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            job.Id,
            item.Owner,
            job.CreatedAt.ToUniversalTime(),
            now.ToUniversalTime(),
            errors.Count == 0,
            Word(job.Behaviour),
            captured ? results.Count(r => r.Status == CaptureStatus.Captured) : 0,
            new NpgsqlParameter { Value = errors.ToJsonString(Options), NpgsqlDbType = NpgsqlDbType.Jsonb }
        );
    }

    private static NpgsqlBatchCommand Learn(string owner, MasterDataElement element, DateTimeOffset now) =>
        Command(
            """
            insert into traceability.master_data (owner, vocabulary, element, attributes, children, changed_at)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (owner, vocabulary, element) do update
                set attributes = excluded.attributes, children = excluded.children, changed_at = excluded.changed_at
            """,
            owner,
            element.Vocabulary,
            element.Element,
            new NpgsqlParameter { Value = element.Attributes, NpgsqlDbType = NpgsqlDbType.Jsonb },
            element.Children,
            now.ToUniversalTime()
        );

    public static string Word(CaptureErrorBehaviour behaviour) =>
        behaviour == Capture.CaptureErrorBehaviour.Proceed ? "proceed" : "rollback";

    private static NpgsqlBatchCommand Command(string sql, params object[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter as NpgsqlParameter ?? new NpgsqlParameter { Value = parameter });
        }

        return command;
    }
}
