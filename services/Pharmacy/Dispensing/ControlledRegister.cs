using Npgsql;
using NpgsqlTypes;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>One line of the register.</summary>
/// <param name="Kind">toxic or narcotic</param>
/// <param name="BalanceMilligrams">what of the piece the centre answered for when it was entered</param>
internal sealed record RegisterRow(
    long Id,
    string Kind,
    DateTimeOffset OccurredAt,
    Guid PrescriptionId,
    string HisNumber,
    string InstitutionCode,
    int LineNumber,
    string Piece,
    string LotNumber,
    long Milligrams,
    long BalanceMilligrams,
    string Dispenser,
    string Witness,
    string Checker
);

/// <summary>
/// 毒性、麻醉中药专用账册: every gram of a controlled piece that is handed out, with the two that weighed it and the one that checked. Rows are only added;
/// a prescription's rows come with its check.
/// </summary>
internal sealed class ControlledRegister(NpgsqlDataSource database)
{
    public static async Task EnterAsync(
        Work work,
        Dossier dossier,
        PieceRules rules,
        Person checker,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        var controlled = dossier.Weighed().Select(p => (Portion: p, Rule: rules.Of(p.Piece))).Where(p => p.Rule.TwoPersons).ToArray();
        if (controlled.Length == 0)
        {
            return;
        }

        await using var batch = work.Batch();
        batch
            .Add(
                """
                insert into pharmacy.controlled_register
                    (centre_code, kind, occurred_at, prescription_id, his_number, institution_code, line_number, piece, lot_id, lot_number,
                     milligrams, balance, dispenser, dispenser_name, witness, witness_name, checker, checker_name)
                select $1, u.kind, $2, $3, $4, $5, u.line, u.piece, u.lot, u.number, u.milligrams,
                       (select sum(b.quarantine + b.available + b.reserved) from pharmacy.shelves s
                        join pharmacy.lot_balances b on b.shelf_id = s.id where s.centre_code = $1 and s.piece = u.piece),
                       $6, $7, u.witness, u.witness_name, $8, $9
                from unnest($10, $11, $12, $13, $14, $15, $16, $17)
                    as u (kind, line, piece, lot, number, milligrams, witness, witness_name)
                """
            )
            .With(dossier.CentreCode)
            .With(at.UtcDateTime)
            .With(dossier.Id)
            .With(dossier.Owner.HisNumber)
            .With(dossier.Owner.InstitutionCode)
            .With(dossier.Dispenser)
            .With(dossier.DispenserName)
            .With(checker.Subject)
            .With(checker.Name)
            .With(NpgsqlDbType.Text, controlled.Select(c => c.Rule.Class == PieceClass.Narcotic ? "narcotic" : "toxic"))
            .With(NpgsqlDbType.Integer, controlled.Select(c => c.Portion.LineNumber))
            .With(NpgsqlDbType.Text, controlled.Select(c => c.Portion.Piece))
            .With(NpgsqlDbType.Uuid, controlled.Select(c => c.Portion.LotId))
            .With(NpgsqlDbType.Text, controlled.Select(c => c.Portion.LotNumber))
            .With(NpgsqlDbType.Bigint, controlled.Select(c => c.Portion.Weighed.Milligrams))
            .With(NpgsqlDbType.Text, controlled.Select(c => dossier.Witnesses[c.Portion.LineNumber].Subject))
            .With(NpgsqlDbType.Text, controlled.Select(c => dossier.Witnesses[c.Portion.LineNumber].Name));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Newest first, of the caller's own centre, or of its region by right of supervision.</summary>
    public async Task<IReadOnlyList<RegisterRow>> ListAsync(
        Sight sight,
        DateTimeOffset from,
        DateTimeOffset until,
        string? piece,
        long? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            select r.id, r.kind, r.occurred_at, r.prescription_id, r.his_number, r.institution_code, r.line_number, r.piece, r.lot_number,
                   r.milligrams, r.balance, r.dispenser_name, r.witness_name, r.checker_name
            from pharmacy.controlled_register r join pharmacy.institutions c on c.code = r.centre_code
            where r.occurred_at >= @from and r.occurred_at < @until and (@piece::text is null or r.piece = @piece)
              and (@before::bigint is null or r.id < @before) and {Sight.OfCentre}
            order by r.id desc limit @limit
            """
        );
        sight.Guard(command);
        command.Parameters.AddWithValue("from", from.UtcDateTime);
        command.Parameters.AddWithValue("until", until.UtcDateTime);
        command.Parameters.Add(new NpgsqlParameter<string?>("piece", piece));
        command.Parameters.Add(new NpgsqlParameter<long?>("before", before));
        command.Parameters.AddWithValue("limit", limit);
        return await command.ListAsync(
            r => new RegisterRow(
                r.GetInt64(0),
                r.GetString(1),
                r.Instant(2),
                r.GetGuid(3),
                r.GetString(4),
                r.GetString(5),
                r.GetInt32(6),
                r.GetString(7),
                r.GetString(8),
                r.GetInt64(9),
                r.GetInt64(10),
                r.GetString(11),
                r.GetString(12),
                r.GetString(13)
            ),
            cancellationToken
        );
    }
}
