using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Ledger;

/// <summary>The only way grams move. The database carries entries into balances and refuses what would fall below zero.</summary>
internal static class LedgerStore
{
    private const string InsertMovements = """
        insert into pharmacy.movements (id, kind, prescription_id, actor, occurred_at, document_id, reason, second_actor)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    private const string InsertEntries = """
        insert into pharmacy.entries (movement_id, lot_id, line_number, from_account, to_account, milligrams)
        select m, l, n, f::pharmacy.account, t::pharmacy.account, g from unnest($1, $2, $3, $4, $5, $6) as e (m, l, n, f, t, g)
        """;

    private static readonly string[] AccountNames = [.. Enum.GetNames<Account>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName)];
    private static readonly string[] KindNames = [.. Enum.GetNames<MovementKind>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName)];

    /// <summary>
    /// Adds the commands that post the movements: two, however many there are. The caller holds the rows of the shelves concerned.
    /// A movement without entries is left out.
    /// </summary>
    public static void Post(NpgsqlBatch batch, IEnumerable<Movement> movements)
    {
        var posted = movements.Where(m => m.Entries.Count > 0).Select(m => (Id: Guid.CreateVersion7(), Movement: m)).ToArray();
        if (posted.Length == 0)
        {
            return;
        }

        batch
            .Add(InsertMovements)
            .With(NpgsqlDbType.Uuid, posted.Select(p => p.Id))
            .With(NpgsqlDbType.Text, posted.Select(p => KindNames[(int)p.Movement.Kind]))
            .With(NpgsqlDbType.Uuid, posted.Select(p => p.Movement.PrescriptionId))
            .With(NpgsqlDbType.Text, posted.Select(p => p.Movement.Actor))
            .With(NpgsqlDbType.TimestampTz, posted.Select(p => p.Movement.OccurredAt.UtcDateTime))
            .With(NpgsqlDbType.Uuid, posted.Select(p => p.Movement.DocumentId))
            .With(NpgsqlDbType.Text, posted.Select(p => p.Movement.Reason))
            .With(NpgsqlDbType.Text, posted.Select(p => p.Movement.SecondActor));
        var entries = posted.SelectMany(p => p.Movement.Entries.Select(e => (p.Id, Entry: e))).ToArray();
        batch
            .Add(InsertEntries)
            .With(NpgsqlDbType.Uuid, entries.Select(e => e.Id))
            .With(NpgsqlDbType.Uuid, entries.Select(e => e.Entry.LotId))
            .With(NpgsqlDbType.Integer, entries.Select(e => e.Entry.LineNumber))
            .With(NpgsqlDbType.Text, entries.Select(e => AccountNames[(int)e.Entry.From]))
            .With(NpgsqlDbType.Text, entries.Select(e => AccountNames[(int)e.Entry.To]))
            .With(NpgsqlDbType.Bigint, entries.Select(e => e.Entry.Milligrams));
    }

    public static async Task PostAsync(Work work, Movement movement, CancellationToken cancellationToken)
    {
        await using var batch = work.Batch();
        Post(batch, [movement]);
        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
