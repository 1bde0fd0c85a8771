using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Push;

namespace TcmBrain.Prescriptions.Tests.Storage;

/// <summary>Stored by month: where rows lie, what a search touches, what stays unique, and what becomes of an old month.</summary>
public sealed class PartitionTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    private static string MonthOf(PushReply reply) => reply.ReceivedAt.ToDateTime().ToString("'y'yyyy'm'MM", CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_prescription_and_its_history_lie_in_the_month_of_its_reception()
    {
        var reply = await PushAsync(PrescriptionsFixture.Clean());

        (await TextAsync($"select tableoid::regclass::text from prescriptions.prescriptions where id = '{reply.PrescriptionId}'")).ShouldBe(
            $"prescriptions.prescriptions_{MonthOf(reply)}"
        );
        (
            await TextAsync(
                $"select distinct tableoid::regclass::text from prescriptions.history where prescription_id = '{reply.PrescriptionId}'"
            )
        ).ShouldBe($"prescriptions.history_{MonthOf(reply)}");
    }

    [Fact]
    public async Task This_month_and_three_ahead_are_made_and_once_only()
    {
        const string months = "select count(*) from pg_inherits where inhparent = 'prescriptions.prescriptions'::regclass";
        await MakeMonthsAsync("now()");
        var before = await TextAsync(months);

        await MakeMonthsAsync("now()");

        (await TextAsync(months)).ShouldBe(before);
        int.Parse(before).ShouldBeGreaterThanOrEqualTo(5);
        (await TextAsync("select count(*) from pg_inherits where inhparent = 'prescriptions.history'::regclass")).ShouldBe(before);
    }

    /// <summary>As often in a second as otherwise in ten years. Making a month may give way (55P03) and is then called again, as the service does.</summary>
    [Fact]
    public async Task Months_are_made_while_everything_goes_on()
    {
        var making = Task.Run(async () =>
        {
            for (var year = 2030; year < 2034; year++)
            {
                await MakeMonthsAsync($"'{year}-01-15', 11");
            }
        });
        var pushed = 0;
        while (!making.IsCompleted)
        {
            await PushAsync(PrescriptionsFixture.Clean());
            await TextAsync(
                "select count(*) from prescriptions.history h join prescriptions.prescriptions p on p.id = h.prescription_id where h.xid > '1'"
            );
            pushed++;
        }

        await making;
        pushed.ShouldBeGreaterThan(0);
        (await TextAsync("select to_regclass('prescriptions.prescriptions_y2033m12')::text")).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("select * from prescriptions.prescriptions where id = '{0}'")]
    [InlineData("select * from prescriptions.history where prescription_id = '{0}' order by xid, seq")]
    public async Task A_search_by_id_touches_one_partition_by_its_index(string sql)
    {
        var reply = await PushAsync(PrescriptionsFixture.Clean());

        var plan = await TextAsync("explain " + string.Format(sql, reply.PrescriptionId));

        plan.ShouldContain(MonthOf(reply));
        plan.ShouldNotContain("Append");
        plan.ShouldNotContain("_rest");
    }

    [Fact]
    public async Task A_hospitals_number_is_unique_across_months()
    {
        var prescription = PrescriptionsFixture.Clean();
        var reply = await PushAsync(prescription.Clone());
        // As if it had come two months ago.
        await MakeMonthsAsync("now() - interval '2 months'");
        await TextAsync(
            $"""
            with old as (select prescriptions.first_id(now() - interval '2 months') as id),
            moved as (update prescriptions.prescriptions p set id = old.id from old where p.id = '{reply.PrescriptionId}' returning p.id)
            update prescriptions.keys k set id = moved.id from moved where k.id = '{reply.PrescriptionId}'
            """
        );

        var again = await PushAsync(prescription.Clone());
        prescription.Doses++;
        var other = await Should.ThrowAsync<Grpc.Core.RpcException>(() => PushAsync(prescription));

        again.PrescriptionId.ShouldNotBe(reply.PrescriptionId, "it was found where it was moved to");
        again.ContentSha256.ShouldBe(reply.ContentSha256);
        other.StatusCode.ShouldBe(Grpc.Core.StatusCode.AlreadyExists);
        (await fixture.CountAsync("prescriptions.prescriptions", $"his_number = '{prescription.HisNumber}'")).ShouldBe(1);
    }

    [Fact]
    public async Task The_history_of_a_partition_refuses_change_too()
    {
        var reply = await PushAsync(PrescriptionsFixture.Clean());

        foreach (var sql in (string[])["update {0} set reason = 'x'", "delete from {0}", "truncate {0}"])
        {
            (
                await Should.ThrowAsync<PostgresException>(() => TextAsync(string.Format(sql, $"prescriptions.history_{MonthOf(reply)}")))
            ).MessageText.ShouldContain("append-only");
        }
    }

    [Fact]
    public async Task A_month_younger_than_the_law_says_is_not_put_away()
    {
        var refusal = await Should.ThrowAsync<PostgresException>(() =>
            TextAsync("select prescriptions.archive_month((now() - interval '11 months')::date)")
        );

        refusal.MessageText.ShouldContain("a year at least");
    }

    [Fact]
    public async Task An_old_month_is_put_away_whole()
    {
        var month = new DateTime(2024, 3, 1, 0, 0, 0, DateTimeKind.Utc);
        await MakeMonthsAsync("'2024-03-10', 0");
        var id = Guid.CreateVersion7(month.AddDays(5));
        await TextAsync(
            $"""
            insert into prescriptions.prescriptions (id, institution_code, region_code, his_number, revision, content_sha256, document,
                identity, audit, accepted_state, state, version, urgent, received_at)
            values ('{id}', 'old', '330106', 'OLD-1', 1, '', '', '', '', 4, 14, 3, false, '2024-03-06');
            insert into prescriptions.keys values ('old', 'OLD-1', 1, '{id}');
            insert into prescriptions.history (prescription_id, institution_code, state, actor, reason, occurred_at)
            values ('{id}', 'old', 14, 'system', '', '2024-03-08');
            insert into prescriptions.signatures (prescription_id, practitioner_code, reason, signed_at) values ('{id}', 'x', 'y', '2024-03-06')
            """
        );

        await TextAsync("select prescriptions.archive_month('2024-03-01')");

        foreach (var table in (string[])["prescriptions", "history", "signatures"])
        {
            var column = table == "prescriptions" ? "id" : "prescription_id";
            (await fixture.CountAsync("prescriptions." + table, $"{column} = '{id}'")).ShouldBe(0);
            (await fixture.CountAsync($"prescriptions.{table}_y2024m03", $"{column} = '{id}'")).ShouldBe(1);
        }

        (await fixture.CountAsync("prescriptions.keys", $"id = '{id}'")).ShouldBe(0);
    }

    [Fact]
    public async Task What_was_stored_before_there_were_months_is_kept()
    {
        await using var old = await OldDatabase.CreateAsync(fixture.Database);

        await old.MigrateAsync();

        (await old.TextAsync("select his_number from prescriptions.prescriptions where id = (select id from prescriptions.keys)")).ShouldBe(
            "BEFORE-1"
        );
        (await old.TextAsync("select count(*) from prescriptions.history")).ShouldBe("2");
        (await old.TextAsync("select reason from prescriptions.signatures")).ShouldBe("y");
        // Numbers go on after those that were given.
        (
            await old.TextAsync(
                """
                insert into prescriptions.history (prescription_id, institution_code, state, actor, reason, occurred_at)
                select id, 'i', 5, '', '', now() from prescriptions.keys returning seq > (select max(seq) from prescriptions.history)
                """
            )
        ).ShouldBe("True");
    }

    [Fact]
    public async Task Batches_of_the_same_keys_in_opposite_order_do_not_deadlock()
    {
        var acceptance = fixture.Service.Services.GetRequiredService<Acceptance>();
        var lanes = fixture.Service.Services.GetRequiredService<PushLanes>();
        var hospital = DemoRegion.Hospitals[0];
        for (var round = 0; round < 4; round++)
        {
            var prescriptions = Enumerable.Range(0, 500).Select(_ => PrescriptionsFixture.Clean()).ToList();
            var both = new List<AcceptedPrescription>();
            foreach (var prescription in prescriptions.Concat(Enumerable.Reverse(prescriptions)))
            {
                both.Add(await acceptance.AcceptAsync(hospital.Code, hospital.RegionCode, prescription.Clone(), CancellationToken.None));
            }

            var replies = await Task.WhenAll(both.Select(p => lanes.StoreAsync(p, CancellationToken.None)));

            replies.Select(r => r.PrescriptionId).Distinct().Count().ShouldBe(500);
        }
    }

    private async Task<PushReply> PushAsync(Prescription prescription) =>
        await fixture.Client.PushAsync(new PushRequest { Prescription = prescription }, PrescriptionsFixture.As(1));

    private async Task MakeMonthsAsync(string arguments)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await TextAsync($"select prescriptions.maintain({arguments})");
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable && attempt < 1_000) { }
        }
    }

    private Task<string> TextAsync(string sql) => Sql.TextAsync(fixture.Database, sql);
}
