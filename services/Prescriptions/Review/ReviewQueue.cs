using System.Security.Claims;
using Npgsql;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Reading;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Review;

/// <summary>Who has it in hand.</summary>
/// <param name="Since">When it was taken; renewing does not change it.</param>
/// <param name="Mine">True for the caller's own claim.</param>
public sealed record ReviewClaim(string Name, DateTimeOffset Since, DateTimeOffset Until, bool Mine);

/// <summary>One prescription that waits for a decision, the patient masked.</summary>
/// <param name="WaitingSeconds">Since it was received.</param>
/// <param name="DueAt">When it expires undecided.</param>
/// <param name="Severity">advise, double-sign, resolve: the highest finding.</param>
/// <param name="AgeYears">Full years at issue; null when the birth date is not readable.</param>
/// <param name="Awaiting">pharmacist; or prescriber, after a return that is not answered.</param>
/// <param name="ReturnedReason">The latest return's reason; null: never returned.</param>
/// <param name="Answer">The prescriber's second signature or answer; null: none (yet).</param>
public sealed record ReviewItem(
    Guid Id,
    string InstitutionCode,
    string HisNumber,
    int Revision,
    bool Urgent,
    DateTimeOffset ReceivedAt,
    long WaitingSeconds,
    DateTimeOffset? DueAt,
    string Severity,
    int Findings,
    string Patient,
    string Sex,
    int? AgeYears,
    string Department,
    string Prescriber,
    string SyndromeName,
    int Lines,
    int Doses,
    string Awaiting,
    string? ReturnedReason,
    string? Answer,
    DateTimeOffset? AnsweredAt,
    ReviewClaim? Claim
);

/// <summary>The review queue (审方队列), urgent first, then the longest waiting, each within the caller's scope.</summary>
internal sealed class ReviewQueue(NpgsqlDataSource database, SummaryDocument documents, TimeProvider time)
{
    /// <param name="awaiting">pharmacist, prescriber or all.</param>
    public async Task<IReadOnlyList<ReviewItem>> ReadAsync(
        ClaimsPrincipal caller,
        string awaiting,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var scope = Scope.Of(caller);
        var returned = "(r.prescription_id is not null and s.prescription_id is null)";
        var filter = awaiting switch
        {
            "pharmacist" => $"not {returned}",
            "prescriber" => returned,
            _ => "true",
        };
        await using var command = database.CreateCommand(
            $"""
            select p.id, p.institution_code, p.his_number, p.revision, p.urgent, p.received_at, p.due_at, p.document, p.identity, p.audit,
                {returned}, r.reason, s.reason, s.signed_at, c.name, c.claimed_at, c.claimed_until, c.subject
            from prescriptions.prescriptions p
            left join prescriptions.review_returns r on r.prescription_id = p.id
            left join prescriptions.signatures s on s.prescription_id = p.id
            left join prescriptions.review_claims c on c.prescription_id = p.id and c.claimed_until > {scope.Next(1)}
            where {scope.Sql} and p.state = 3 and {filter}
            order by p.urgent desc, p.received_at limit {scope.Next(2)}
            """
        );
        var now = time.GetUtcNow();
        foreach (var value in (object[])[.. scope.Parameters, now.UtcDateTime, limit])
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        var items = new List<ReviewItem>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            items.Add(ItemOf(reader, caller.Subject(), now));
        }

        return items;
    }

    /// <summary>How many wait in the caller's scope.</summary>
    public async Task<long> CountAsync(ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        var scope = Scope.Of(caller);
        await using var command = database.CreateCommand(
            $"select count(*) from prescriptions.prescriptions p where {scope.Sql} and p.state = 3"
        );
        foreach (var value in scope.Parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private ReviewItem ItemOf(NpgsqlDataReader reader, string subject, DateTimeOffset now)
    {
        var id = reader.GetGuid(0);
        var received = reader.GetFieldValue<DateTimeOffset>(5);
        var written = documents.Read(id, reader.GetFieldValue<byte[]>(7), reader.GetFieldValue<byte[]>(8));
        var audit = AuditOutcome.Parser.ParseFrom(reader.GetFieldValue<byte[]>(9));
        return new ReviewItem(
            id,
            reader.GetString(1),
            reader.GetString(2),
            reader.GetInt32(3),
            reader.GetBoolean(4),
            received,
            (long)(now - received).TotalSeconds,
            reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6),
            StateName.Of(audit.Severity),
            audit.Findings.Count,
            written.Patient,
            written.Sex,
            written.AgeYears,
            written.Department,
            written.Prescriber,
            written.SyndromeName,
            written.Lines,
            written.Doses,
            reader.GetBoolean(10) ? "prescriber" : "pharmacist",
            reader.IsDBNull(11) ? null : reader.GetString(11),
            reader.IsDBNull(12) ? null : reader.GetString(12),
            reader.IsDBNull(13) ? null : reader.GetFieldValue<DateTimeOffset>(13),
            reader.IsDBNull(14)
                ? null
                : new ReviewClaim(
                    reader.GetString(14),
                    reader.GetFieldValue<DateTimeOffset>(15),
                    reader.GetFieldValue<DateTimeOffset>(16),
                    reader.GetString(17) == subject
                )
        );
    }
}
