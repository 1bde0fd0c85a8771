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
    string? TraceParent,
    DateTimeOffset ValidUntil,
    DateTimeOffset? CollectUntil
);

/// <summary>The lifecycle's SQL: every change of state goes through here, with its entry in the history.</summary>
internal static class LifecycleStore
{
    private const string Columns =
        "id, institution_code, region_code, his_number, revision, state, version, traceparent, valid_until, collect_until";

    /// <summary>Locks the row until the work ends. Null when there is none.</summary>
    public static async Task<Standing?> LockAsync(Work work, Guid id, CancellationToken cancellationToken)
    {
        await using var command = work.Command($"select {Columns} from prescriptions.prescriptions where id = $1 for no key update", id);
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
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
        Standing? found = null;
        for (var looks = 0; looks < 3; looks++)
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
            found = (await ReadAsync(command, cancellationToken)).FirstOrDefault();
            // The newest when the statement began may have been amended while it waited for the lock: the next look sees the newer one.
            if (revision > 0 || found?.State != State.Superseded)
            {
                break;
            }
        }

        return found;
    }

    /// <summary>Where it stands, without a lock; unspecified when there is none.</summary>
    public static async Task<State> StateAsync(
        Work work,
        string institutionCode,
        string hisNumber,
        int revision,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            select p.state from prescriptions.keys k join prescriptions.prescriptions p on p.id = k.id
            where k.institution_code = $1 and k.his_number = $2 and k.revision = $3
            """,
            institutionCode,
            hisNumber,
            revision
        );
        return await command.ExecuteScalarAsync(cancellationToken) is short state ? (State)state : State.Unspecified;
    }

    /// <summary>What has run out by <paramref name="now"/>, locked; what another replica has in hand is passed over.</summary>
    public static async Task<List<Standing>> LockDueAsync(Work work, DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            $"""
            select {Columns} from prescriptions.prescriptions where due_at <= $1
            order by due_at limit $2 for no key update skip locked
            """,
            now.ToUniversalTime(),
            most
        );
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task<List<Standing>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var found = new List<Standing>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(
                new Standing(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetInt32(4),
                    (State)reader.GetInt16(5),
                    reader.GetInt32(6),
                    reader.IsDBNull(7) ? null : reader.GetString(7),
                    reader.GetFieldValue<DateTimeOffset>(8),
                    reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9)
                )
            );
        }

        return found;
    }

    /// <summary>An entry in the history, without a change of state.</summary>
    public static async Task NoteAsync(
        Work work,
        Standing standing,
        State state,
        string actor,
        string reason,
        DateTimeOffset occurredAt,
        CancellationToken cancellationToken
    )
    {
        const string sql = """
            insert into prescriptions.history (prescription_id, institution_code, state, actor, reason, occurred_at)
            values ($1, $2, $3, $4, $5, $6)
            """;
        await using var command = work.Command(
            sql,
            standing.Id,
            standing.InstitutionCode,
            (short)state,
            actor,
            reason,
            occurredAt.ToUniversalTime()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Writes the history and the state, with the time at which it runs out.</summary>
    public static async Task<Standing> MoveAsync(
        Work work,
        Standing standing,
        State to,
        DateTimeOffset? dueAt,
        string actor,
        string reason,
        DateTimeOffset occurredAt,
        CancellationToken cancellationToken
    )
    {
        await NoteAsync(work, standing, to, actor, reason, occurredAt, cancellationToken);
        await using var update = work.Command(
            "update prescriptions.prescriptions set state = $2, due_at = $3 where id = $1",
            standing.Id,
            (short)to,
            dueAt?.ToUniversalTime()
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
        return standing with { State = to };
    }

    /// <summary>Looks at it again then, whatever comes between.</summary>
    public static async Task PutOffAsync(Work work, Standing standing, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var update = work.Command(
            "update prescriptions.prescriptions set due_at = $2 where id = $1",
            standing.Id,
            until.ToUniversalTime()
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Nothing runs out any more.</summary>
    public static async Task ForgetDueAsync(Work work, Standing standing, CancellationToken cancellationToken)
    {
        await using var update = work.Command("update prescriptions.prescriptions set due_at = null where id = $1", standing.Id);
        await update.ExecuteNonQueryAsync(cancellationToken);
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
