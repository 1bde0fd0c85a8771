using System.Text;
using Npgsql;
using TcmBrain.Exchange.Storage;
using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Storage;

/// <summary>What is laid out by hand is what the database reads.</summary>
public sealed class CopyRowsTests(Servers servers)
{
    private static readonly DateTimeOffset Then = new(2026, 11, 22, 23, 59, 59, 123, 456, TimeSpan.FromHours(8));

    [Fact]
    public async Task Every_kind_of_column_is_read_back_as_it_was()
    {
        await using var connection = await OpenAsync(
            "id uuid, name text, body bytea, small smallint, whole int, yes bool, at timestamptz, day date, none text, never timestamptz"
        );
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        using var rows = new CopyRows(columns: 10, expectedBytes: 1);
        foreach (var (id, name) in new[] { (first, "黄芪 𠀋 '\\\t\n"), (second, "") })
        {
            rows.Row();
            rows.Uuid(id);
            rows.Text(name);
            rows.Bytes([0, 255, 7]);
            rows.Short(-3);
            rows.Int(int.MaxValue);
            rows.Bool(true);
            rows.Instant(Then);
            rows.Day(new DateOnly(1999, 12, 31));
            rows.Text(null);
            rows.Instant(null);
        }

        rows.Count.ShouldBe(2);
        await SendAsync(rows, connection);

        await using var command = new NpgsqlCommand("select * from public.copied order by name desc", connection);
        await using var reader = await command.ExecuteReaderAsync();
        (await reader.ReadAsync()).ShouldBeTrue();
        reader.GetGuid(0).ShouldBe(first);
        reader.GetString(1).ShouldBe("黄芪 𠀋 '\\\t\n");
        reader.GetFieldValue<byte[]>(2).ShouldBe([0, 255, 7]);
        reader.GetInt16(3).ShouldBe((short)-3);
        reader.GetInt32(4).ShouldBe(int.MaxValue);
        reader.GetBoolean(5).ShouldBeTrue();
        reader.GetFieldValue<DateTimeOffset>(6).ShouldBe(Then.ToUniversalTime());
        reader.GetFieldValue<DateOnly>(7).ShouldBe(new DateOnly(1999, 12, 31));
        reader.IsDBNull(8).ShouldBeTrue();
        reader.IsDBNull(9).ShouldBeTrue();
        (await reader.ReadAsync()).ShouldBeTrue();
        reader.GetString(1).ShouldBe("");
        (await reader.ReadAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task Many_rows_of_many_bytes_arrive_whole_and_can_be_sent_again()
    {
        await using var connection = await OpenAsync("number int, body bytea");
        using var rows = new CopyRows(columns: 2);
        for (var i = 0; i < 1000; i++)
        {
            rows.Row();
            rows.Int(i);
            rows.Bytes(1 + i).Fill((byte)i);
        }

        await SendAsync(rows, connection);
        await SendAsync(rows, connection);

        var whole = "select count(*) from public.copied where length(body) = number + 1 and get_byte(body, number) = number % 256";
        (await ScalarAsync<long>(connection, whole)).ShouldBe(2000);
    }

    [Fact]
    public async Task A_row_that_the_database_refuses_takes_the_others_with_it()
    {
        await using var connection = await OpenAsync("number int primary key");
        using var rows = new CopyRows(columns: 1);
        foreach (var number in new[] { 1, 2, 1 })
        {
            rows.Row();
            rows.Int(number);
        }

        var refusal = await Should.ThrowAsync<PostgresException>(() => SendAsync(rows, connection));

        refusal.SqlState.ShouldBe(PostgresErrorCodes.UniqueViolation);
        (await ScalarAsync<long>(connection, "select count(*) from public.copied")).ShouldBe(0);
    }

    [Fact]
    public void What_is_no_text_is_not_written()
    {
        using var rows = new CopyRows(columns: 1);
        rows.Row();

        Should.Throw<EncoderFallbackException>(() => rows.Text("\ud800"));
    }

    private static Task SendAsync(CopyRows rows, NpgsqlConnection connection) =>
        rows.SendAsync(connection, "copy public.copied from stdin (format binary)", CancellationToken.None);

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private async Task<NpgsqlConnection> OpenAsync(string columns)
    {
        var connection = new NpgsqlConnection(await servers.DatabaseAsync("institutions"));
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand($"create table public.copied ({columns})", connection);
        await create.ExecuteNonQueryAsync();
        return connection;
    }
}
