using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;

namespace TcmBrain.Prescriptions.Lifecycle;

/// <summary>A prescription locked for change.</summary>
internal sealed record Standing(
    Guid Id,
    string InstitutionCode,
    string RegionCode,
    string HisNumber,
    int Revision,
    State State,
    int Version,
    string? TraceParent
);

/// <summary>The lifecycle's SQL: every change of state goes through here, with its entry in the history.</summary>
internal static class LifecycleStore
{
    private const string Columns = "id, institution_code, region_code, his_number, revision, state, version, traceparent";

    /// <summary>Locks the row until the work ends. Null when there is none.</summary>
    public static async Task<Standing?> LockAsync(Work work, Guid id, CancellationToken cancellationToken)
    {
        await using var command = work.Command($"select {Columns} from prescriptions.prescriptions where id = $1 for no key update", id);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>By the natural key, within the institution; revision 0 is the newest.</summary>
    public static async Task<Standing?> LockAsync(
        Work work,
        string institutionCode,
        string hisNumber,
        int revision,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            $"""
            select {Columns} from prescriptions.prescriptions
            where id = (
                select id from prescriptions.keys where institution_code = $1 and his_number = $2 and ($3 = 0 or revision = $3)
                order by revision desc limit 1)
            for no key update
            """,
            institutionCode,
            hisNumber,
            revision
        );
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task<Standing?> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Standing(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetString(3),
                reader.GetInt32(4),
                (State)reader.GetInt16(5),
                reader.GetInt32(6),
                reader.IsDBNull(7) ? null : reader.GetString(7)
            )
            : null;
    }

    /// <summary>Writes the history and, where the table lets it, the state. Returns the standing afterwards.</summary>
    public static async Task<Standing> AdvanceAsync(
        Work work,
        Standing standing,
        State next,
        string actor,
        string reason,
        DateTimeOffset occurredAt,
        CancellationToken cancellationToken
    )
    {
        await using (
            var history = work.Command(
                """
                insert into prescriptions.history (prescription_id, institution_code, state, actor, reason, occurred_at)
                values ($1, $2, $3, $4, $5, $6)
                """,
                standing.Id,
                standing.InstitutionCode,
                (short)next,
                actor,
                reason,
                occurredAt.ToUniversalTime()
            )
        )
        {
            await history.ExecuteNonQueryAsync(cancellationToken);
        }

        if (!LifecycleTable.Advances(standing.State, next))
        {
            return standing;
        }

        await using var update = work.Command("update prescriptions.prescriptions set state = $2 where id = $1", standing.Id, (short)next);
        await update.ExecuteNonQueryAsync(cancellationToken);
        return standing with { State = next };
    }

    /// <summary>Tells an event of the prescription under its next version.</summary>
    public static async Task<Standing> TellAsync(
        Work work,
        Standing standing,
        Func<Standing, PrescriptionEvent> eventOf,
        CancellationToken cancellationToken
    )
    {
        var told = standing with { Version = standing.Version + 1 };
        await using var update = work.Command("update prescriptions.prescriptions set version = $2 where id = $1", told.Id, told.Version);
        await update.ExecuteNonQueryAsync(cancellationToken);
        work.Publish(eventOf(told), told.TraceParent);
        return told;
    }
}
