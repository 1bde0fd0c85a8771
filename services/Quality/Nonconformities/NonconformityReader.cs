using System.Security.Claims;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Nonconformities;

/// <param name="State">open, analysis, action, check or closed</param>
/// <param name="SourceId">the chart or lot that it is of</param>
/// <param name="Escalated">0 nobody yet, 1 the centre's quality post, 2 who supervises the region</param>
internal sealed record NonconformityItem(
    Guid NonconformityId,
    string Source,
    Guid? SourceId,
    Guid? PrescriptionId,
    string CentreCode,
    string? Step,
    string RuleId,
    string Subject,
    string Severity,
    string TextZh,
    string TextEn,
    DateTimeOffset DetectedAt,
    DateTimeOffset OpenedAt,
    string State,
    string Owner,
    string OwnerName,
    DateTimeOffset DueAt,
    bool Overdue,
    int Escalated,
    DateTimeOffset? CheckFrom,
    DateTimeOffset? ClosedAt,
    int Version
);

internal sealed record EntryView(int Number, string Kind, DateTimeOffset At, string By, string ByName, JsonElement Content);

internal sealed record ActionView(
    Guid ActionId,
    string Kind,
    string Text,
    string Owner,
    string OwnerName,
    DateOnly DueOn,
    bool Overdue,
    DateTimeOffset? DoneAt,
    string? DoneName,
    string? Result
);

/// <summary>What the records say about whether it helped; a person decides.</summary>
/// <param name="Since">from when it is looked at: the last action, or what contained it</param>
/// <param name="Observed">measurements, lots or deviations of the same kind since then; of a deviation only those of the same rule are known</param>
/// <param name="Recurred">signals, rejects or deviations that are the same again</param>
/// <param name="Effective">null: not enough has happened since to say</param>
internal sealed record EffectProposal(DateTimeOffset Since, long Observed, long Recurred, bool? Effective);

internal sealed record NonconformityView(
    NonconformityItem Item,
    CapaTerms Terms,
    IReadOnlyList<ActionView> Actions,
    IReadOnlyList<EntryView> Entries,
    EffectProposal? Proposal
);

/// <summary>Reads nonconformities, each within what the caller may see.</summary>
internal sealed class NonconformityReader(NpgsqlDataSource database, IOptions<SupervisionSettings> supervision, TimeProvider time)
{
    private const string Columns = """
        nonconformity_id, source, source_id, prescription_id, centre_code, step, rule_id, subject, severity, text_zh, text_en, detected_at,
        opened_at, state, owner, owner_name, stage_due_at, escalated, check_from, closed_at, version
        """;

    public async Task<(IReadOnlyList<NonconformityItem> Items, string? Next)> ListAsync(
        ClaimsPrincipal caller,
        NonconformityFilter filter,
        Page page,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            select {Columns} from quality.nonconformity
            where (@state is null or state = @state or (@state = 'unclosed' and state <> 'closed'))
              and (@source is null or source = @source) and (@severity is null or severity = @severity)
              and (@centre is null or centre_code = @centre) and (not @overdue or (state <> 'closed' and stage_due_at < @now))
              and (detected_at, nonconformity_id) > (@after_time, @after_id) and {Sight.Centre}
            order by detected_at, nonconformity_id limit @limit
            """
        );
        Sight.Of(caller, supervision.Value).Guard(command);
        page.Bind(command);
        command.Parameters.Add(new NpgsqlParameter<string?>("state", filter.State));
        command.Parameters.Add(new NpgsqlParameter<string?>("source", filter.Source));
        command.Parameters.Add(new NpgsqlParameter<string?>("severity", filter.Severity));
        command.Parameters.Add(new NpgsqlParameter<string?>("centre", filter.Centre));
        command.Parameters.AddWithValue("overdue", filter.Overdue);
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        var items = new List<NonconformityItem>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            items.Add(ReadItem(reader));
        }

        return (items, page.Next(items.Count, () => (items[^1].DetectedAt, items[^1].NonconformityId)));
    }

    public async Task<NonconformityView> ReadAsync(ClaimsPrincipal caller, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        NonconformityItem item;
        await using (
            var command = new NpgsqlCommand(
                $"select {Columns} from quality.nonconformity where nonconformity_id = @id and {Sight.Centre}",
                connection
            )
        )
        {
            command.Parameters.AddWithValue("id", id);
            Sight.Of(caller, supervision.Value).Guard(command);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            item = await reader.ReadAsync(cancellationToken)
                ? ReadItem(reader)
                : throw QualityFaults.CaseNotFound.Exception("nonconformityId");
        }

        var actions = await ActionsAsync(connection, id, cancellationToken);
        var entries = await EntriesAsync(connection, id, cancellationToken);
        var proposal = item.State == CapaRule.Check ? await EffectStudy.ProposeAsync(connection, item, entries, cancellationToken) : null;
        return new NonconformityView(item, NonconformityBook.TermsOf(item.Severity), actions, entries, proposal);
    }

    private NonconformityItem ReadItem(NpgsqlDataReader reader)
    {
        var (state, due) = (reader.GetString(13), reader.GetFieldValue<DateTimeOffset>(16));
        return new(
            reader.GetGuid(0),
            reader.GetString(1),
            reader.IsDBNull(2) ? null : reader.GetGuid(2),
            reader.IsDBNull(3) ? null : reader.GetGuid(3),
            reader.GetString(4),
            reader.TextAt(5),
            reader.GetString(6),
            reader.GetString(7),
            reader.GetString(8),
            reader.GetString(9),
            reader.GetString(10),
            reader.GetFieldValue<DateTimeOffset>(11),
            reader.GetFieldValue<DateTimeOffset>(12),
            state,
            reader.GetString(14),
            reader.GetString(15),
            due,
            state != CapaRule.Closed && due < time.GetUtcNow(),
            reader.GetInt32(17),
            reader.MomentAt(18),
            reader.MomentAt(19),
            reader.GetInt32(20)
        );
    }

    private async Task<IReadOnlyList<ActionView>> ActionsAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select action_id, kind, text, owner, owner_name, due_on, done_at, done_name, result from quality.nonconformity_action
            where nonconformity_id = $1 order by added_at, action_id
            """,
            connection
        );
        command.Parameters.Add(new() { Value = id });
        var today = Contracts.RegionTime.DayOf(time.GetUtcNow());
        var actions = new List<ActionView>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (due, done) = (reader.GetFieldValue<DateOnly>(5), reader.MomentAt(6));
            actions.Add(
                new ActionView(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetString(4),
                    due,
                    done is null && due < today,
                    done,
                    reader.TextAt(7),
                    reader.TextAt(8)
                )
            );
        }

        return actions;
    }

    private static async Task<IReadOnlyList<EntryView>> EntriesAsync(
        NpgsqlConnection connection,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            "select number, kind, at, by, by_name, content from quality.nonconformity_entry where nonconformity_id = $1 order by number",
            connection
        );
        command.Parameters.Add(new() { Value = id });
        var entries = new List<EntryView>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add(
                new EntryView(
                    reader.GetInt32(0),
                    reader.GetString(1),
                    reader.GetFieldValue<DateTimeOffset>(2),
                    reader.GetString(3),
                    reader.GetString(4),
                    StoredJson.Read<JsonElement>(reader.GetString(5))
                )
            );
        }

        return entries;
    }
}

internal sealed record NonconformityFilter(string? State, string? Source, string? Severity, string? Centre, bool Overdue);
