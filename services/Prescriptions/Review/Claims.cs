using Npgsql;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions.Review;

/// <summary>Who asks: one pharmacist of one institution.</summary>
internal sealed record Reviewer(string InstitutionCode, string Subject, string Name);

/// <summary>
/// Which pharmacist has which prescription in hand (领审). A claim lapses after <c>Review:ClaimMinutes</c> (5) unless it is renewed by
/// claiming again, so nothing stays with somebody who went home.
/// </summary>
internal sealed class Claims(NpgsqlDataSource database, IConfiguration configuration, TimeProvider time)
{
    private readonly TimeSpan length = TimeSpan.FromMinutes(configuration.GetValue("Review:ClaimMinutes", 5.0));

    /// <summary>Takes or renews; returns until when. Exactly one of any number of pharmacists gets it.</summary>
    /// <exception cref="FaultException">Not found, nothing to decide, or another pharmacist has it.</exception>
    public async Task<DateTimeOffset> TakeAsync(Reviewer reviewer, Guid id, CancellationToken cancellationToken)
    {
        const string sql = """
            insert into prescriptions.review_claims as c (prescription_id, subject, name, claimed_at, claimed_until)
            select p.id, $3, $4, $5, $6 from prescriptions.prescriptions p where p.id = $1 and p.institution_code = $2 and p.state = 3
            on conflict (prescription_id) do update set subject = excluded.subject, name = excluded.name,
                claimed_at = case when c.subject = excluded.subject and c.claimed_until > $5 then c.claimed_at else $5 end,
                claimed_until = excluded.claimed_until
            where c.subject = excluded.subject or c.claimed_until <= $5
            returning claimed_until
            """;
        var now = time.GetUtcNow();
        await using var command = database.CreateCommand(sql);
        foreach (
            var value in new object[]
            {
                id,
                reviewer.InstitutionCode,
                reviewer.Subject,
                reviewer.Name,
                now.UtcDateTime,
                (now + length).UtcDateTime,
            }
        )
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return await command.ExecuteScalarAsync(cancellationToken) is DateTime until
            ? new DateTimeOffset(until, TimeSpan.Zero)
            : throw await WhyNotAsync(reviewer, id, now, cancellationToken);
    }

    private async Task<FaultException> WhyNotAsync(Reviewer reviewer, Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        const string sql = """
            select p.state, c.name, c.claimed_until from prescriptions.prescriptions p
            left join prescriptions.review_claims c on c.prescription_id = p.id and c.claimed_until > $3
            where p.id = $1 and p.institution_code = $2
            """;
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        command.Parameters.Add(new NpgsqlParameter { Value = reviewer.InstitutionCode });
        command.Parameters.Add(new NpgsqlParameter { Value = now.UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return PrescriptionsFaults.NotFound.Exception("id");
        }

        var state = (State)reader.GetInt16(0);
        return state != State.Intercepted ? PrescriptionsFaults.NotWaiting.Exception("id", state)
            // It was free again between the two looks: whoever asks once more gets it.
            : reader.IsDBNull(1) ? PrescriptionsFaults.ClaimedByOther.Exception("id", "-", Instant(now))
            : PrescriptionsFaults.ClaimedByOther.Exception("id", reader.GetString(1), Instant(reader.GetFieldValue<DateTimeOffset>(2)));
    }

    /// <summary>Gives it back; one that the pharmacist does not have is left alone.</summary>
    public async Task ReleaseAsync(Reviewer reviewer, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            delete from prescriptions.review_claims c using prescriptions.prescriptions p
            where c.prescription_id = $1 and c.subject = $3 and p.id = c.prescription_id and p.institution_code = $2
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        command.Parameters.Add(new NpgsqlParameter { Value = reviewer.InstitutionCode });
        command.Parameters.Add(new NpgsqlParameter { Value = reviewer.Subject });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Within a decision: ends the decider's claim.</summary>
    /// <exception cref="FaultException">Another pharmacist has it.</exception>
    public static async Task EndAsync(Work work, Reviewer reviewer, Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using (
            var others = work.Command(
                """
                select name, claimed_until from prescriptions.review_claims
                where prescription_id = $1 and subject <> $2 and claimed_until > $3
                """,
                id,
                reviewer.Subject,
                now.UtcDateTime
            )
        )
        await using (var reader = await others.ExecuteReaderAsync(cancellationToken))
        {
            if (await reader.ReadAsync(cancellationToken))
            {
                throw PrescriptionsFaults.ClaimedByOther.Exception(
                    "id",
                    reader.GetString(0),
                    Instant(reader.GetFieldValue<DateTimeOffset>(1))
                );
            }
        }

        await using var delete = work.Command("delete from prescriptions.review_claims where prescription_id = $1", id);
        await delete.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Instant(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
}
