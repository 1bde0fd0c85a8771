using System.Security.Claims;
using Npgsql;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Reading;

/// <summary>What is looked for; null or empty: no matter.</summary>
/// <param name="From">Received from this instant on (to the millisecond, as everything here).</param>
/// <param name="Before">Received before it.</param>
/// <param name="HisNumber">Exactly this number, all its revisions.</param>
/// <param name="After">The last id of the page before.</param>
internal sealed record ListFilter(
    IReadOnlyList<State> States,
    DateTimeOffset? From,
    DateTimeOffset? Before,
    bool? Urgent,
    string HisNumber,
    Guid? After
);

/// <summary>
/// A line of a list, the patient masked. Those who may not see the patient at all (regulators) get the same: it names nobody.
/// </summary>
/// <param name="Severity">none, advise, double-sign, resolve or block: the highest finding.</param>
/// <param name="DueAt">When the state times out; null: never.</param>
public sealed record PrescriptionListItem(
    Guid Id,
    string InstitutionCode,
    string HisNumber,
    int Revision,
    string State,
    bool Urgent,
    DateTimeOffset ReceivedAt,
    DateTimeOffset? ValidUntil,
    DateTimeOffset? DueAt,
    string Severity,
    string Patient,
    string Sex,
    int? AgeYears,
    string Department,
    string Prescriber,
    string SyndromeName,
    int Lines,
    int Doses
);

/// <summary>
/// Lists, newest first, cut by key: ids are UUIDv7 and carry the time of reception, so a span of time is a range of ids and every page is
/// one descent of the index <c>prescriptions_of_institution</c>.
/// </summary>
internal sealed class ListReader(NpgsqlDataSource database, SummaryDocument documents)
{
    private static readonly Guid Nothing = Guid.Empty;
    private static readonly Guid Everything = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    public async Task<List<PrescriptionListItem>> ItemsAsync(
        ClaimsPrincipal caller,
        ListFilter filter,
        int most,
        CancellationToken cancellationToken
    )
    {
        var items = new List<PrescriptionListItem>();
        const string columns =
            "id, institution_code, his_number, revision, state, urgent, received_at, valid_until, due_at, document, identity, audit";
        await using var command = Command(Scope.Of(caller), columns, filter, most);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            var written = documents.Read(id, reader.GetFieldValue<byte[]>(9), reader.GetFieldValue<byte[]>(10));
            items.Add(
                new PrescriptionListItem(
                    id,
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetInt32(3),
                    StateName.Of((State)reader.GetInt16(4)),
                    reader.GetBoolean(5),
                    reader.GetFieldValue<DateTimeOffset>(6),
                    reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7),
                    reader.IsDBNull(8) ? null : reader.GetFieldValue<DateTimeOffset>(8),
                    StateName.Of(AuditOutcome.Parser.ParseFrom(reader.GetFieldValue<byte[]>(11)).Severity),
                    written.Patient,
                    written.Sex,
                    written.AgeYears,
                    written.Department,
                    written.Prescriber,
                    written.SyndromeName,
                    written.Lines,
                    written.Doses
                )
            );
        }

        return items;
    }

    /// <summary>The contract's list: of the caller's own institution, without opening the documents.</summary>
    public async Task<List<PrescriptionSummary>> SummariesAsync(
        ClaimsPrincipal caller,
        ListFilter filter,
        int most,
        CancellationToken cancellationToken
    )
    {
        var items = new List<PrescriptionSummary>();
        await using var command = Command(Scope.OwnOf(caller), "id, his_number, revision, state, urgent, received_at", filter, most);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            items.Add(
                new PrescriptionSummary
                {
                    PrescriptionId = reader.GetGuid(0).ToString(),
                    HisNumber = reader.GetString(1),
                    Revision = reader.GetInt32(2),
                    State = (State)reader.GetInt16(3),
                    Urgent = reader.GetBoolean(4),
                    ReceivedAt = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(reader.GetFieldValue<DateTimeOffset>(5)),
                }
            );
        }

        return items;
    }

    /// <summary>Conditions that are not asked for are left out, so that each kind of question has a plan of its own.</summary>
    private NpgsqlCommand Command(Scope scope, string columns, ListFilter filter, int most)
    {
        var command = database.CreateCommand();
        foreach (var value in scope.Parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        var upper = Least(filter.After ?? Everything, filter.Before is { } before ? FirstId(before) : Everything);
        var lower = filter.From is { } from ? FirstId(from) : Nothing;
        var where = $"{scope.Sql} and id < {Next(upper)} and id >= {Next(lower)}";
        if (filter.States.Count > 0)
        {
            where += $" and state = any({Next(filter.States.Select(s => (short)s).ToArray())})";
        }

        if (filter.Urgent is { } urgent)
        {
            where += $" and urgent = {Next(urgent)}";
        }

        if (filter.HisNumber.Length > 0)
        {
            // The keys lead to the ids; without them the partitions would all be searched.
            where += $" and id in (select k.id from {scope.Keys} k where k.his_number = {Next(filter.HisNumber)})";
        }

        command.CommandText = $"select {columns} from prescriptions.prescriptions where {where} order by id desc limit {Next(most)}";
        return command;

        string Next(object value)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
            return "$" + command.Parameters.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    /// <summary>The smallest UUIDv7 of that millisecond.</summary>
    private static Guid FirstId(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, Math.Max(0, at.ToUnixTimeMilliseconds()) << 16);
        bytes[6] = 0x70;
        bytes[7] = 0;
        bytes[8] = 0x80;
        return new Guid(bytes, bigEndian: true);
    }

    private static Guid Least(Guid a, Guid b) => a.CompareTo(b) < 0 ? a : b;
}
