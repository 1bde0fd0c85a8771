using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Operations.Verify;
using TcmBrain.Testing;

[assembly: AssemblyFixture(typeof(Servers))]

namespace TcmBrain.Operations.Tests;

/// <summary>The checks that compare one store with another, on real databases.</summary>
public sealed class StoredChecksTests(Servers servers)
{
    [Fact]
    public async Task What_was_acknowledged_must_stand_under_the_same_id_with_the_same_content()
    {
        await using var prescriptions = NpgsqlDataSource.Create(await servers.DatabaseAsync("prescriptions"));
        var journal = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jsonl");
        try
        {
            // No journal: nobody was promised anything.
            (await AcknowledgedCheck.RunAsync(prescriptions, journal, default)).ShouldBe(Check.Equal("acknowledged.stored", 0, 0));

            var ids = Enumerable.Range(0, 5).Select(_ => Guid.CreateVersion7()).ToArray();
            var lines = new List<string>();
            for (var i = 0; i < ids.Length; i++)
            {
                lines.Add(Line($"CF{i}", ids[i], Hash(i)));
                if (i < 4)
                {
                    await AddAsync(prescriptions, ids[i], $"CF{i}", State.Received, Hash(i));
                }
            }

            // Twice acknowledged alike is one promise.
            await File.WriteAllLinesAsync(journal, [.. lines.Take(4), lines[0]]);
            (await AcknowledgedCheck.RunAsync(prescriptions, journal, default)).ShouldBe(Check.Equal("acknowledged.stored", 4, 4));

            await File.WriteAllLinesAsync(journal, lines);
            var lost = await AcknowledgedCheck.RunAsync(prescriptions, journal, default);
            (lost.Expected, lost.Actual, lost.Ok).ShouldBe((5L, 4L, false));
            lost.Detail.ShouldNotBeNull().ShouldContain("CF4");

            await File.WriteAllLinesAsync(
                journal,
                [Line("CF0", ids[1], Hash(0)), Line("CF1", ids[1], Hash(9)), Line("CF2", ids[2], Hash(2))]
            );
            (await AcknowledgedCheck.RunAsync(prescriptions, journal, default)).Actual.ShouldBe(1L);
        }
        finally
        {
            File.Delete(journal);
        }
    }

    [Fact]
    public async Task A_prescription_that_one_service_has_otherwise_than_the_others_is_found_when_it_stays_so()
    {
        await using var prescriptions = NpgsqlDataSource.Create(await servers.DatabaseAsync("prescriptions"));
        await using var pharmacy = NpgsqlDataSource.Create(await servers.DatabaseAsync("pharmacy"));
        await using var decoction = NpgsqlDataSource.Create(await servers.DatabaseAsync("decoction"));
        var (fine, odd, orphan) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await AddAsync(prescriptions, fine, "CF1", State.Reserved, Hash(1));
        await AddAsync(prescriptions, odd, "CF2", State.Checked, Hash(2));
        foreach (var id in new[] { fine, odd, orphan })
        {
            await ExecuteAsync(
                pharmacy,
                "insert into pharmacy.prescriptions (id, institution_code, region_code, his_number, revision, state) values ($1, 'i', 'r', 'h', 1, 'reserved')",
                id
            );
        }

        var check = new LifecycleCheck(prescriptions, pharmacy, decoction);
        var first = await check.RunAsync(default);
        (first.Expected, first.Actual, first.Ok).ShouldBe((3L, 1L, false));
        first.Detail.ShouldNotBeNull().ShouldContain(odd.ToString());

        // One of them was only in passing.
        await ExecuteAsync(prescriptions, "update prescriptions.prescriptions set state = $2 where id = $1", odd, (short)State.Reserved);
        var second = await check.RunAsync(default);
        (second.Actual, second.Ok).ShouldBe((2L, false));
        second.Detail.ShouldNotBeNull().ShouldContain(orphan.ToString());
    }

    private static byte[] Hash(int seed) => SHA256.HashData([(byte)seed]);

    private static string Line(string number, Guid id, byte[] hash) =>
        JsonSerializer.Serialize(
            new
            {
                institutionCode = "12330100470000000X",
                hisNumber = number,
                revision = 1,
                prescriptionId = id.ToString(),
                contentSha256 = Convert.ToHexStringLower(hash),
            }
        );

    private static Task AddAsync(NpgsqlDataSource database, Guid id, string number, State state, byte[] hash) =>
        ExecuteAsync(
            database,
            """
            with known as (
                insert into prescriptions.keys (institution_code, his_number, revision, id) values ('12330100470000000X', $2, 1, $1))
            insert into prescriptions.prescriptions (id, institution_code, region_code, his_number, revision, content_sha256, document,
                identity, audit, accepted_state, state, version, urgent, received_at)
            values ($1, '12330100470000000X', '330106', $2, 1, $3, '', '', '', 1, $4, 1, false, now())
            """,
            id,
            number,
            hash,
            (short)state
        );

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, params object[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.AddWithValue(value);
        }

        await command.ExecuteNonQueryAsync();
    }
}
