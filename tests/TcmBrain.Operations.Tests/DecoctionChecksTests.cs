using System.Security.Cryptography;
using System.Text;
using Npgsql;
using TcmBrain.Decoction.BatchRecords;
using TcmBrain.Operations.Verify;
using TcmBrain.Testing;

namespace TcmBrain.Operations.Tests;

/// <summary>What the platform finds out about a decoction room's records when somebody with the database in hand has changed them.</summary>
public sealed class DecoctionChecksTests(Servers servers)
{
    private const string Centre = "91330105MA00000001";

    [Fact]
    public async Task Records_as_they_were_written_hold() => (await RecordsAsync(_ => Task.CompletedTask)).ShouldBe((3, 3));

    [Fact]
    public async Task A_changed_word_is_found() =>
        (
            await RecordsAsync(db => DoAsync(db, "update decoction.batch_record set content = replace(content, 'b', 'c') where number = 2"))
        ).ShouldBe((3, 2));

    [Fact]
    public async Task A_changed_curve_is_found() =>
        (await RecordsAsync(db => DoAsync(db, "update decoction.batch_record set curve = '\\x00' where number = 3"))).ShouldBe((3, 2));

    [Fact]
    public async Task A_changed_record_with_a_hash_that_fits_breaks_its_signature_and_the_chain_after_it() =>
        (
            await RecordsAsync(async db =>
            {
                var first = RecordHash.Of(null, "other", [1]);
                await DoAsync(
                    db,
                    $"update decoction.batch_record set content = 'other', sha256 = '\\x{Convert.ToHexString(first)}' where number = 1"
                );
            })
        ).ShouldBe((3, 1));

    [Fact]
    public async Task A_record_taken_from_the_end_is_missed() =>
        (await RecordsAsync(db => DoAsync(db, "delete from decoction.batch_record where number = 3"))).ShouldBe((3, 1));

    [Fact]
    public async Task The_database_itself_refuses_to_change_one()
    {
        await using var database = await RoomAsync();
        foreach (
            var sql in (string[])
                [
                    "update decoction.batch_record set number = 9",
                    "delete from decoction.batch_record",
                    "truncate decoction.batch_record cascade",
                ]
        )
        {
            (await Should.ThrowAsync<PostgresException>(() => DoAsync(database, sql))).SqlState.ShouldBe(
                PostgresErrorCodes.IntegrityConstraintViolation
            );
        }
    }

    private async Task<(long Expected, long Actual)> RecordsAsync(Func<NpgsqlDataSource, Task> tamper)
    {
        await using var database = await RoomAsync();
        await DoAsync(database, "alter table decoction.batch_record disable trigger batch_record_unalterable");
        await tamper(database);
        var checks = await DecoctionChecks.RunAsync(database, TestContext.Current.CancellationToken);
        var check = checks.Single(c => c.Name == "decoction.records-unaltered");
        check.Ok.ShouldBe(Equals(check.Expected, check.Actual));
        return ((long)check.Expected, (long)check.Actual);
    }

    private async Task<NpgsqlDataSource> RoomAsync()
    {
        var database = NpgsqlDataSource.Create(await servers.DatabaseAsync("decoction"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await DoAsync(database, $"insert into decoction.centre (code, records) values ('{Centre}', 3)");
        await DoAsync(database, "insert into decoction.record_key (key_id, public_key) values ('k', $1)", key.ExportSubjectPublicKeyInfo());
        byte[]? previous = null;
        for (var number = 1; number <= 3; number++)
        {
            var id = Guid.CreateVersion7();
            await DoAsync(
                database,
                """
                insert into decoction.job (prescription_id, institution_code, region_code, his_number, revision, centre_code,
                    delivery_region_code, source_version, state, decoct, urgent, external, doses, packs_per_dose, millilitres_per_pack,
                    checked_at, portions, recipe, public_code)
                values ($1, 'i', '330106', 'h', 1, $2, '330106', 1, 'waiting', true, false, false, 1, 1, 1, now(), '[]', '{}', $3)
                """,
                id,
                Centre,
                id.ToString("N")
            );
            var (content, curve) = ($"{{\"b\":{number}}}", Encoding.UTF8.GetBytes("curve"));
            var sha256 = RecordHash.Of(previous, content, curve);
            await DoAsync(
                database,
                """
                insert into decoction.batch_record
                    (prescription_id, version, centre_code, number, made_at, content, curve, previous_sha256, sha256, signature, key_id)
                values ($1, 1, $2, $3, now(), $4, $5, $6, $7, $8, 'k')
                """,
                id,
                Centre,
                (long)number,
                content,
                curve,
                previous ?? (object)DBNull.Value,
                sha256,
                key.SignHash(sha256)
            );
            await DoAsync(database, "update decoction.centre set last_sha256 = $1", sha256);
            previous = sha256;
        }

        return database;
    }

    private static async Task DoAsync(NpgsqlDataSource database, string sql, params object[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync();
    }
}
