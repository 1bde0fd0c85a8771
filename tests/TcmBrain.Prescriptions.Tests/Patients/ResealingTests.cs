using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Patients;

namespace TcmBrain.Prescriptions.Tests.Patients;

public sealed class ResealingTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    private static readonly string One = Convert.ToBase64String(new byte[32]);
    private static readonly string Two = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private readonly IdentityKeyRing ring = VaultTests.Ring(("Key", One), ("Keys:2", Two));

    private IdentityResealing Resealing() =>
        new(fixture.Database, new PatientIdentityVault(ring), ring, TimeProvider.System, NullLogger<IdentityResealing>.Instance);

    /// <summary>Rows as they were pushed under the first key; nothing but the boxes matters here.</summary>
    private async Task<Guid[]> StoreAsync(int count)
    {
        var vault = new PatientIdentityVault(VaultTests.Ring(("Key", One)));
        var ids = Enumerable
            .Range(0, count)
            .Select(_ => Guid.CreateVersion7())
            .OrderBy(id => id.ToString(), StringComparer.Ordinal)
            .ToArray();
        var boxes = ids.Select(
                (id, n) =>
                    vault.TakeOut(
                        id,
                        new Prescription
                        {
                            Patient = new Patient { Name = $"某{n}", IdentityNumber = $"TEST-{n:0000}" },
                        }
                    )
            )
            .ToArray();
        await using var command = fixture.Database.CreateCommand(
            """
            insert into prescriptions.prescriptions (id, institution_code, region_code, his_number, revision, content_sha256, document,
                identity, audit, accepted_state, state, version, urgent, received_at)
            select id, 'reseal', '330106', id::text, 1, '', '', box, '', 4, 14, 3, false, now() from unnest($1::uuid[], $2::bytea[]) as r (id, box)
            """
        );
        command.Parameters.AddWithValue(ids);
        command.Parameters.AddWithValue(boxes);
        await command.ExecuteNonQueryAsync();
        return ids;
    }

    private Task<long> UnderAsync(int version) =>
        fixture.CountAsync(
            "prescriptions.prescriptions",
            $"institution_code = 'reseal' and substring(identity from 2 for 1) = '\\x{version:x2}'"
        );

    [Fact]
    public async Task A_new_key_takes_over_batch_by_batch_can_be_interrupted_and_brings_back_nothing_erased()
    {
        const int Count = IdentityResealing.Batch + 120;
        var ids = await StoreAsync(Count);

        var (outcome, first) = await Resealing().ResealBatchAsync(default);
        (outcome, first).ShouldBe((IdentityResealing.Outcome.More, IdentityResealing.Batch));
        (await UnderAsync(1)).ShouldBe(120);
        (await fixture.CountAsync("prescriptions.identity_resealing", "key_version = 2 and finished_at is null")).ShouldBe(1);

        // Interrupted here; meanwhile one of the rest is erased, and another is altered so that it does not open.
        await using (
            var change = fixture.Database.CreateCommand(
                """
                update prescriptions.prescriptions set identity = '\x00' where id = $1;
                """
            )
        )
        {
            change.Parameters.AddWithValue(ids[^1]);
            await change.ExecuteNonQueryAsync();
        }

        await using (
            var alter = fixture.Database.CreateCommand(
                "update prescriptions.prescriptions set identity = set_byte(identity, 60, 255 - get_byte(identity, 60)) where id = $1"
            )
        )
        {
            alter.Parameters.AddWithValue(ids[^2]);
            await alter.ExecuteNonQueryAsync();
        }

        // Another replica goes on where the first one was.
        (outcome, var second) = await Resealing().ResealBatchAsync(default);
        (outcome, second).ShouldBe((IdentityResealing.Outcome.Finished, 118));
        (await UnderAsync(2)).ShouldBe(Count - 2);
        (await UnderAsync(1)).ShouldBe(1);
        (await fixture.CountAsync("prescriptions.prescriptions", $"id = '{ids[^1]}' and identity = '\\x00'")).ShouldBe(1);
        (await fixture.CountAsync("prescriptions.identity_resealing", "key_version = 2 and finished_at is not null")).ShouldBe(1);

        // A replica of before has sealed under the first key after that: the next pass finds them.
        await StoreAsync(3);
        (await PassAsync(Resealing())).ShouldBe(3);
        // What came long before is not looked at again.
        (
            await fixture.CountAsync(
                "prescriptions.identity_resealing",
                "key_version = 2 and after_id between prescriptions.first_id(now() - interval '121 minutes') and prescriptions.first_id(now())"
            )
        ).ShouldBe(1);

        // With the new key alone: the identity, and the way to it.
        var alone = VaultTests.Ring(("Keys:2", Two));
        await using var read = fixture.Database.CreateCommand(
            "select identity from prescriptions.prescriptions where substring(identity from 1 for 1) = '\\x02' and substring(identity from 3 for 16) = $1"
        );
        read.Parameters.AddWithValue(alone.BlindIndex(2, "TEST-0007"));
        var box = (byte[])(await read.ExecuteScalarAsync())!;
        new PatientIdentityVault(alone).MaskedName(ids[7], box).ShouldBe("某*");

        // The first key again: all of them go back.
        var back = VaultTests.Ring(("Key", One), ("Keys:2", Two), ("ActiveKey", "1"));
        var again = new IdentityResealing(
            fixture.Database,
            new PatientIdentityVault(back),
            back,
            TimeProvider.System,
            NullLogger<IdentityResealing>.Instance
        );
        await PassAsync(again);
        (await UnderAsync(2)).ShouldBe(0);
    }

    private static async Task<long> PassAsync(IdentityResealing resealing)
    {
        for (var resealed = 0L; ; )
        {
            var (outcome, some) = await resealing.ResealBatchAsync(default);
            resealed += some;
            if (outcome == IdentityResealing.Outcome.Finished)
            {
                return resealed;
            }
        }
    }

    [Fact]
    public async Task The_index_serves_the_search()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await using (var off = new Npgsql.NpgsqlCommand("set enable_seqscan = off", connection))
        {
            await off.ExecuteNonQueryAsync();
        }

        await using var explain = new Npgsql.NpgsqlCommand(
            """
            explain select id from prescriptions.prescriptions
            where substring(identity from 1 for 1) = '\x02' and substring(identity from 3 for 16) = any (array['\x00'::bytea, '\x01'::bytea])
            """,
            connection
        );
        var plan = new List<string>();
        await using var reader = await explain.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(0));
        }

        string.Join('\n', plan).ShouldContain("substring");
        plan.ShouldNotContain(line => line.Contains("Seq Scan"));
    }
}
