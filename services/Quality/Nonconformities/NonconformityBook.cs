using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Nonconformities;

/// <summary>What a nonconformity opens with.</summary>
/// <param name="RuleId">The rule that found it; empty when a person opened it.</param>
/// <param name="Subject">Of what: vessel, scale, piece; with the rule and the centre it tells whether the same happened again.</param>
internal sealed record Opening(
    string Source,
    string CentreCode,
    string RuleId,
    string Subject,
    string Severity,
    string TextZh,
    string TextEn,
    DateTimeOffset DetectedAt
)
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public Guid? SourceId { get; init; }
    public DeviationDetected? Deviation { get; init; }
    public string By { get; init; } = System;
    public string ByName { get; init; } = SystemName;

    public const string System = "system";
    public const string SystemName = "系统";
}

/// <summary>Opens nonconformities and enters what happens to them. Every entry brings the nonconformity to its next version.</summary>
internal sealed class NonconformityBook(TimeProvider time)
{
    private static readonly IReadOnlyDictionary<string, CapaTerms> Terms = CapaTerms.Load();

    public static CapaTerms TermsOf(string severity) => Terms[severity];

    /// <summary>
    /// Opens it, owned by the centre's quality post until a person takes it, and tells so. Where its source has one already (of a deviation
    /// told again, a lot) nothing happens.
    /// </summary>
    /// <returns>False when it was there.</returns>
    public async Task<bool> OpenAsync(Work work, Opening opening, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var stage = CapaRule.StageOf(new(now, null, null, null, []), TermsOf(opening.Severity));
        var deviation = opening.Deviation;
        await using var command = work.Command(
            """
            insert into quality.nonconformity
                (nonconformity_id, prescription_id, source_version, institution_code, region_code, centre_code, step, rule_id, text_zh,
                 text_en, detected_at, source, source_id, subject, severity, owner, owner_name, opened_by, opened_at, stage_due_at, escalate_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'desk:' || $6, '质量岗', $16, $17, $18, $18)
            on conflict do nothing
            """,
            opening.Id
        );
        command.Parameters.Add(new() { Value = (object?)deviation?.AggregateId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = (object?)deviation?.Version ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        Add(command, deviation?.InstitutionCode);
        Add(command, deviation?.RegionCode);
        Add(command, opening.CentreCode);
        Add(command, deviation?.Step);
        Add(command, opening.RuleId);
        Add(command, opening.TextZh);
        Add(command, opening.TextEn);
        command.Parameters.Add(new() { Value = opening.DetectedAt.ToUniversalTime() });
        Add(command, opening.Source);
        command.Parameters.Add(new() { Value = (object?)opening.SourceId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        Add(command, opening.Subject);
        Add(command, opening.Severity);
        Add(command, opening.By);
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = stage.DueAt.ToUniversalTime() });
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            return false;
        }

        await EnterAsync(
            work,
            opening.Id,
            1,
            "opened",
            opening.By,
            opening.ByName,
            new
            {
                opening.TextZh,
                opening.TextEn,
                opening.Severity,
                opening.Source,
            },
            cancellationToken
        );
        work.Publish(
            new NonconformityOpened
            {
                AggregateId = opening.Id,
                Version = 1,
                OccurredAt = deviation?.OccurredAt ?? now,
                CentreCode = opening.CentreCode,
                TextZh = opening.TextZh,
                TextEn = opening.TextEn,
                Source = opening.Source,
                Severity = opening.Severity,
            }
        );
        return true;
    }

    /// <param name="number">The version that it comes to.</param>
    public async Task EnterAsync(
        Work work,
        Guid id,
        int number,
        string kind,
        string by,
        string byName,
        object content,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            insert into quality.nonconformity_entry (nonconformity_id, number, kind, at, by, by_name, content)
            values ($1, $2, $3, $4, $5, $6, $7::jsonb)
            """,
            id,
            number,
            kind,
            time.GetUtcNow(),
            by,
            byName,
            JsonSerializer.Serialize(content, StoredJson.Options)
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Add(NpgsqlCommand command, string? text) =>
        command.Parameters.Add(new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
}
