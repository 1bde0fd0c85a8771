using System.Security.Claims;
using Google.Protobuf.WellKnownTypes;
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
        : !caller.HasRole(Roles.Regulator) ? OwnOf(caller)
        : caller.RegionPrefix() is { } prefix ? new("region_code like $1", [prefix + "%"])
        // Of no region, which is not of every region.
        : new("false", []);

    public static Scope OwnOf(ClaimsPrincipal caller) =>
        new("institution_code = $1", [caller.InstitutionCode()])
        {
            Keys = "(select his_number, id from prescriptions.keys where institution_code = $1)",
        };

    public string Next(int n) => "$" + (Parameters.Length + n);

    /// <summary>
    /// Where to look a number up: among one institution's keys, or institution by institution, whose codes are skipped through, for the
    /// index begins with them. Whether the row itself is in scope its own condition says.
    /// </summary>
    public string Keys { get; init; } =
        """
            (with recursive whose (code) as (
                select min(institution_code) from prescriptions.keys
                union all
                select (select min(k.institution_code) from prescriptions.keys k where k.institution_code > whose.code)
                from whose where whose.code is not null)
            select k.his_number, k.id from whose join prescriptions.keys k on k.institution_code = whose.code)
            """;
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

/// <summary>The reads, each within the caller's scope.</summary>
internal sealed class Reader(NpgsqlDataSource database, PatientIdentityVault vault)
{
    private const string Columns =
        "id, institution_code, region_code, state, received_at, document, identity, audit, content_sha256, due_at";

    public Task<Found?> ByIdAsync(ClaimsPrincipal caller, Guid id, CancellationToken cancellationToken)
    {
        var scope = Scope.Of(caller);
        return OneAsync(
            caller,
            $"select {Columns} from prescriptions.prescriptions where {scope.Sql} and id = {scope.Next(1)}",
            [.. scope.Parameters, id],
            cancellationToken
        );
    }

    /// <summary>By the caller's own number; revision 0 is the newest.</summary>
    public Task<Found?> ByKeyAsync(ClaimsPrincipal caller, PrescriptionKey key, CancellationToken cancellationToken) =>
        OneAsync(
            caller,
            $"""
            select {Columns} from prescriptions.prescriptions
            where id = (
                select id from prescriptions.keys where institution_code = $1 and his_number = $2 and ($3 = 0 or revision = $3)
                order by revision desc limit 1)
            """,
            [caller.InstitutionCode(), key.HisNumber, key.Revision],
            cancellationToken
        );

    private async Task<Found?> OneAsync(ClaimsPrincipal caller, string sql, object[] parameters, CancellationToken cancellationToken)
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
                ReceivedAt = Instant(reader, 4),
                ContentSha256 = Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(8)),
                DueAt = reader.IsDBNull(9) ? null : Instant(reader, 9),
                InstitutionCode = reader.GetString(1),
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

        vault.PutBackMasked(found.Id, found.Sealed, found.View.Prescription, caller);
        await AddHistoryAsync(found, cancellationToken);
        if (found.View.History.Any(h => h.State == State.Intercepted))
        {
            await AddReviewAsync(found, cancellationToken);
        }

        return found;
    }

    /// <summary>What pharmacist and prescriber said to each other; only what was intercepted can have any.</summary>
    private async Task AddReviewAsync(Found found, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            select r.pharmacist, r.reason, r.returned_at, s.practitioner_code, s.reason, s.signed_at
            from (select $1::uuid as id) p
            left join prescriptions.review_returns r on r.prescription_id = p.id
            left join prescriptions.signatures s on s.prescription_id = p.id
            """,
            [found.Id]
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (!reader.IsDBNull(0))
        {
            found.View.ReviewReturn = new ReviewReturn
            {
                Pharmacist = reader.GetString(0),
                Reason = reader.GetString(1),
                ReturnedAt = Instant(reader, 2),
            };
        }

        if (!reader.IsDBNull(3))
        {
            found.View.Answer = new PrescriberAnswer
            {
                PractitionerCode = reader.GetString(3),
                Reason = reader.GetString(4),
                SignedAt = Instant(reader, 5),
            };
        }
    }

    private static Timestamp Instant(NpgsqlDataReader reader, int column) =>
        Timestamp.FromDateTimeOffset(reader.GetFieldValue<DateTimeOffset>(column));

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
            OccurredAt = Timestamp.FromDateTimeOffset(occurred),
            RecordedAt = Timestamp.FromDateTimeOffset(recorded),
        };

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
