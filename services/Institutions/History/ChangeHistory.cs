using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using NpgsqlTypes;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Storage;
using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Institutions.History;

/// <summary>One field of an entry as the history compares and shows it.</summary>
/// <param name="Name">as in the JSON</param>
internal sealed record Field<T>(string Name, Func<T, object?> Of);

/// <summary>A field that was changed.</summary>
/// <param name="From">null when it was empty, or the entry is new</param>
public sealed record FieldChange(string Field, JsonNode? From, JsonNode? To);

/// <summary>One change of an entry.</summary>
/// <param name="Action">registered, changed, suspended, reinstated, …</param>
/// <param name="By">client id or user name</param>
/// <param name="ByInstitution">统一社会信用代码 of whom it acted for</param>
public sealed record EntryChange(
    int Version,
    string Action,
    DateTimeOffset At,
    string By,
    string ByInstitution,
    IReadOnlyList<FieldChange> Changes
);

/// <summary>What of a kind the history is of: the names of the table institutions.change.</summary>
internal enum Subject
{
    Institution,
    Practitioner,
    Consortium,
    Region,
}

/// <summary>A change to be written down.</summary>
internal sealed record Recorded(Guid Id, int Version, string Action, IReadOnlyList<FieldChange> Changes);

/// <summary>Who changed what, when, from what to what (变更记录). Append-only, written in the transaction of the change.</summary>
internal static class ChangeHistory
{
    /// <summary>The fields in which two states differ; every field that is not empty when there was none before.</summary>
    public static IReadOnlyList<FieldChange> Differences<T>(IReadOnlyList<Field<T>> fields, T? before, T after)
        where T : class
    {
        var changes = new List<FieldChange>();
        foreach (var field in fields)
        {
            var to = field.Of(after);
            var from = before is null ? null : field.Of(before);
            if (before is null ? !IsEmpty(to) : !AreEqual(from, to))
            {
                changes.Add(new FieldChange(field.Name, Node(from), Node(to)));
            }
        }

        return changes;
    }

    public static async Task WriteAsync(
        Work work,
        Subject subject,
        Actor actor,
        DateTimeOffset at,
        IReadOnlyList<Recorded> changes,
        CancellationToken cancellationToken
    )
    {
        const string sql = """
            insert into institutions.change (subject_id, version, subject, action, at, actor, actor_of, changes)
            select id, version, $5, action, $6, $7, $8, changes from unnest($1, $2, $3, $4) as c (id, version, action, changes)
            """;
        await using var command = work.Command(sql);
        command.Parameters.Add(ColumnArray.Of(changes, NpgsqlDbType.Uuid, c => c.Id));
        command.Parameters.Add(ColumnArray.Of(changes, NpgsqlDbType.Integer, c => c.Version));
        command.Parameters.Add(ColumnArray.Of(changes, NpgsqlDbType.Text, c => c.Action));
        command.Parameters.Add(ColumnArray.Of(changes, NpgsqlDbType.Jsonb, c => JsonSerializer.Serialize(c.Changes, StoredJson.Options)));
        command.Parameters.Add(new() { Value = subject.ToString().ToLowerInvariant() });
        command.Parameters.Add(new() { Value = at });
        command.Parameters.Add(new() { Value = actor.Name });
        command.Parameters.Add(new() { Value = actor.InstitutionCode });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static bool IsEmpty(object? value) =>
        value switch
        {
            null or "" or 0 or false => true,
            string => false,
            IEnumerable many => !many.Cast<object>().Any(),
            _ => false,
        };

    private static bool AreEqual(object? one, object? other) =>
        one is IEnumerable and not string && other is IEnumerable others
            ? ((IEnumerable)one).Cast<object>().SequenceEqual(others.Cast<object>())
            : Equals(one, other);

    private static JsonNode? Node(object? value) =>
        value is null or "" ? null : JsonSerializer.SerializeToNode(value, value.GetType(), StoredJson.Options);
}
