using System.Security.Claims;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Patients;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Reading;

/// <summary>
/// What a caller may read, as the WHERE of every query: an institution its own, a regulator its region's, an operator all. Whatever is
/// outside looks exactly like what does not exist.
/// </summary>
internal sealed record Scope(string Sql, object[] Parameters)
{
    /// <summary>Parameters start at <c>$1</c>; those of the query itself follow.</summary>
    public static Scope Of(ClaimsPrincipal caller) =>
        caller.HasRole(Roles.Operator) ? new("true", [])
        : caller.HasRole(Roles.Regulator) ? new("region_code like $1", [RegionCode.SubtreePrefix(caller.RegionCode()) + "%"])
        : new("institution_code = $1", [caller.InstitutionCode()]);

    public string Next(int n) => "$" + (Parameters.Length + n);
}

/// <summary>A prescription as it stands, masked.</summary>
internal sealed record Found(
    Guid Id,
    string InstitutionCode,
    string RegionCode,
    DateTimeOffset ReceivedAt,
    PrescriptionView View,
    byte[] Sealed
);

/// <summary>A line of a list.</summary>
public sealed record PrescriptionSummary(
    Guid Id,
    string InstitutionCode,
    string HisNumber,
    int Revision,
    string State,
    bool Urgent,
    DateTimeOffset ReceivedAt
);

/// <summary>The reads, each within the caller's scope.</summary>
internal sealed class Reader(NpgsqlDataSource database, PatientIdentityVault vault)
{
    private const string Columns = "id, institution_code, region_code, state, received_at, document, identity, audit";

    public Task<Found?> ByIdAsync(ClaimsPrincipal caller, Guid id, CancellationToken cancellationToken)
    {
        var scope = Scope.Of(caller);
        return OneAsync(
            $"select {Columns} from prescriptions.prescriptions where {scope.Sql} and id = {scope.Next(1)}",
            [.. scope.Parameters, id],
            cancellationToken
        );
    }

    /// <summary>By the caller's own number; revision 0 is the newest.</summary>
    public Task<Found?> ByKeyAsync(ClaimsPrincipal caller, PrescriptionKey key, CancellationToken cancellationToken) =>
        OneAsync(
            $"""
            select {Columns} from prescriptions.prescriptions
            where id = (
                select id from prescriptions.keys where institution_code = $1 and his_number = $2 and ($3 = 0 or revision = $3)
                order by revision desc limit 1)
            """,
            [caller.InstitutionCode(), key.HisNumber, key.Revision],
            cancellationToken
        );

    private async Task<Found?> OneAsync(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        Found found;
        await using (var command = Command(sql, parameters))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return null;
            }

            var id = reader.GetGuid(0);
            var view = new PrescriptionView
            {
                PrescriptionId = id.ToString(),
                State = (State)reader.GetInt16(3),
                Prescription = Prescription.Parser.ParseFrom(reader.GetFieldValue<byte[]>(5)),
                Audit = AuditOutcome.Parser.ParseFrom(reader.GetFieldValue<byte[]>(7)),
            };
            found = new Found(
                id,
                reader.GetString(1),
                reader.GetString(2),
                reader.GetFieldValue<DateTimeOffset>(4),
                view,
                reader.GetFieldValue<byte[]>(6)
            );
        }

        vault.PutBack(found.Id, found.Sealed, found.View.Prescription);
        Masking.Apply(found.View.Prescription);
        await AddHistoryAsync(found, cancellationToken);
        return found;
    }

    private async Task AddHistoryAsync(Found found, CancellationToken cancellationToken)
    {
        // Reception and audit belong to one transaction with the first stored entry, so they are not stored again.
        found.View.History.Add(Entry(State.Received, "HIS", "", found.ReceivedAt, found.ReceivedAt));
        found.View.History.Add(Entry(State.Audited, "system", found.View.Audit.Release, found.ReceivedAt, found.ReceivedAt));
        await using var command = Command(
            "select state, actor, reason, occurred_at, recorded_at from prescriptions.history where prescription_id = $1 order by xid, seq",
            [found.Id]
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.View.History.Add(
                Entry(
                    (State)reader.GetInt16(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetFieldValue<DateTimeOffset>(3),
                    reader.GetFieldValue<DateTimeOffset>(4)
                )
            );
        }
    }

    private static HistoryEntry Entry(State state, string actor, string reason, DateTimeOffset occurred, DateTimeOffset recorded) =>
        new()
        {
            State = state,
            Actor = actor,
            Reason = reason,
            OccurredAt = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(occurred),
            RecordedAt = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(recorded),
        };

    /// <summary>Newest first; <paramref name="before"/> is the last id of the page before.</summary>
    public async Task<IReadOnlyList<PrescriptionSummary>> ListAsync(
        ClaimsPrincipal caller,
        State? state,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var scope = Scope.Of(caller);
        await using var command = Command(
            $"""
            select id, institution_code, his_number, revision, state, urgent, received_at from prescriptions.prescriptions
            where {scope.Sql} and ({scope.Next(1)}::smallint is null or state = {scope.Next(1)})
                and ({scope.Next(2)}::uuid is null or id < {scope.Next(2)})
            order by id desc limit {scope.Next(3)}
            """,
            [.. scope.Parameters, state is null ? DBNull.Value : (short)state, before is null ? DBNull.Value : before, limit]
        );
        return await SummariesAsync(command, cancellationToken);
    }

    /// <summary>What waits for a decision, urgent first, then the longest waiting.</summary>
    public async Task<IReadOnlyList<PrescriptionSummary>> WaitingAsync(
        ClaimsPrincipal caller,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var scope = Scope.Of(caller);
        await using var command = Command(
            $"""
            select id, institution_code, his_number, revision, state, urgent, received_at from prescriptions.prescriptions
            where {scope.Sql} and state = {(short)State.Intercepted} order by urgent desc, received_at limit {scope.Next(1)}
            """,
            [.. scope.Parameters, limit]
        );
        return await SummariesAsync(command, cancellationToken);
    }

    private static async Task<IReadOnlyList<PrescriptionSummary>> SummariesAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var list = new List<PrescriptionSummary>();
        while (await reader.ReadAsync(cancellationToken))
        {
            list.Add(
                new PrescriptionSummary(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetInt32(3),
                    StateName.Of((State)reader.GetInt16(4)),
                    reader.GetBoolean(5),
                    reader.GetFieldValue<DateTimeOffset>(6)
                )
            );
        }

        return list;
    }

    /// <summary>The patient's identity, unmasked, for a purpose that is recorded with the reader before it is given.</summary>
    public async Task<Prescription?> RevealAsync(ClaimsPrincipal caller, Guid id, string purpose, CancellationToken cancellationToken)
    {
        const string sql = """
            with seen as (
                insert into prescriptions.identity_access (prescription_id, institution_code, subject, role, purpose)
                select id, institution_code, $3, $4, $5 from prescriptions.prescriptions where institution_code = $1 and id = $2
                returning prescription_id)
            select p.document, p.identity from prescriptions.prescriptions p join seen on seen.prescription_id = p.id
            """;
        await using var command = Command(sql, [caller.InstitutionCode(), id, caller.Subject(), string.Join(',', caller.Roles()), purpose]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var prescription = Prescription.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0));
        vault.PutBack(id, reader.GetFieldValue<byte[]>(1), prescription);
        return prescription;
    }

    private NpgsqlCommand Command(string sql, object[] parameters)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
