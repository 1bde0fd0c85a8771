using System.Net;
using Npgsql;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Testing;

namespace TcmBrain.Pharmacy.Tests;

/// <summary>What the database itself refuses, whoever asks.</summary>
public sealed class LedgerTests(House house)
{
    [Theory]
    [InlineData("update pharmacy.entries set milligrams = milligrams + 1")]
    [InlineData("delete from pharmacy.entries")]
    [InlineData("truncate pharmacy.entries")]
    [InlineData("update pharmacy.movements set actor = 'nobody'")]
    [InlineData("delete from pharmacy.movements")]
    [InlineData("truncate pharmacy.movements cascade")]
    [InlineData("update pharmacy.lot_balances set available = available + 1, received = received + 1")]
    [InlineData("delete from pharmacy.lot_balances")]
    [InlineData("truncate pharmacy.lot_balances")]
    public async Task What_is_written_stays_written(string sql)
    {
        await house.StockAsync(await house.CentreAsync(), house.Piece(), 10);
        await using var command = house.Database.CreateCommand(sql);

        var refused = await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync());

        refused.SqlState.ShouldBe(PostgresErrorCodes.ObjectNotInPrerequisiteState);
    }

    [Theory]
    [InlineData("available", "reserved", 10_001, PostgresErrorCodes.CheckViolation)]
    [InlineData("quarantine", "available", 1, PostgresErrorCodes.CheckViolation)]
    [InlineData("available", "available", 1, PostgresErrorCodes.CheckViolation)]
    [InlineData("available", "reserved", 0, PostgresErrorCodes.CheckViolation)]
    [InlineData("available", "reserved", -5, PostgresErrorCodes.CheckViolation)]
    [InlineData("available", null, 5, PostgresErrorCodes.NotNullViolation)]
    public async Task No_account_falls_below_zero_and_no_side_stands_alone(string from, string? to, long milligrams, string state)
    {
        var lot = await house.StockAsync(await house.CentreAsync(), house.Piece(), 10);

        var refused = await Should.ThrowAsync<PostgresException>(() => PostAsync(lot, from, to, milligrams));

        refused.SqlState.ShouldBe(state);
        (await house.LotAsync(lot)).ShouldBe((0, 10, 0, 0));
    }

    [Fact]
    public async Task An_entry_of_a_lot_that_is_not_there_is_refused()
    {
        var refused = await Should.ThrowAsync<PostgresException>(() => PostAsync(Guid.CreateVersion7(), "supplier", "quarantine", 5));

        refused.SqlState.ShouldBe(PostgresErrorCodes.ForeignKeyViolation);
    }

    [Fact]
    public async Task An_entry_of_a_movement_that_is_not_there_is_refused()
    {
        var lot = await house.StockAsync(await house.CentreAsync(), house.Piece(), 10);
        await using var entry = house.Database.CreateCommand(
            $"insert into pharmacy.entries values (gen_random_uuid(), '{lot}', 0, 'available', 'lost', 5)"
        );

        var refused = await Should.ThrowAsync<PostgresException>(() => entry.ExecuteNonQueryAsync());

        refused.SqlState.ShouldBe(PostgresErrorCodes.ForeignKeyViolation);
        (await house.LotAsync(lot)).ShouldBe((0, 10, 0, 0));
    }

    [Fact]
    public async Task The_audit_holds_and_finds_a_balance_that_was_tampered_with()
    {
        using var operations = house.Service.Client(TestTokens.Of("operator-1", house.Organisation(), House.County, "operator"));
        using var dispenser = house.Dispenser(await house.CentreAsync());
        var sound = await operations.JsonAsync("/api/pharmacy/audit");
        sound.GetProperty("ok").GetBoolean().ShouldBeTrue(sound.ToString());
        sound.GetProperty("checks").GetArrayLength().ShouldBeGreaterThan(8);
        (await dispenser.ReadAsync("/api/pharmacy/audit")).Status.ShouldBe(HttpStatusCode.Forbidden);

        // In a database of its own kind of trouble: inside a transaction that is never committed.
        var lot = await house.StockAsync(await house.CentreAsync(), house.Piece(), 10);
        await using var connection = await house.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (
            var tamper = new NpgsqlCommand(
                $"set local session_replication_role = replica; update pharmacy.lot_balances set available = available - 1, lost = 1 where lot_id = '{lot}'",
                connection,
                transaction
            )
        )
        {
            await tamper.ExecuteNonQueryAsync();
        }

        var found = await LedgerAudit.RunAsync(connection, transaction, CancellationToken.None);
        found.Where(c => !c.Ok).Select(c => c.Name).ShouldBe(["pharmacy.balances-equal-entries"]);
    }

    [Fact]
    public async Task Functions_choose_lots_by_the_word_that_the_index_knows()
    {
        (
            await house.ScalarAsync<long>(
                """
                select count(*) from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                where n.nspname = 'pharmacy' and p.prosrc like '%order by b.expires_on%' and p.prosrc not like '%b.usable%'
                """
            )
        ).ShouldBe(0, "available > 0 reads a whole shelf: the index is on usable");
    }

    private async Task PostAsync(Guid lot, string from, string? to, long milligrams)
    {
        await using var connection = await house.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var movement = Guid.CreateVersion7();
        await using var header = new NpgsqlCommand(
            "insert into pharmacy.movements (id, kind, actor, occurred_at) values ($1, 'release', 'test', now())",
            connection,
            transaction
        )
        {
            Parameters = { new() { Value = movement } },
        };
        await header.ExecuteNonQueryAsync();
        await using var entry = new NpgsqlCommand(
            """
            insert into pharmacy.entries (movement_id, lot_id, line_number, from_account, to_account, milligrams)
            values ($1, $2, 0, $3::pharmacy.account, $4::pharmacy.account, $5)
            """,
            connection,
            transaction
        )
        {
            Parameters =
            {
                new() { Value = movement },
                new() { Value = lot },
                new() { Value = from },
                new() { Value = (object?)to ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                new() { Value = milligrams },
            },
        };
        await entry.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }
}
