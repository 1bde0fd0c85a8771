using System.Net;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;
using static TcmBrain.Quality.Tests.Reviews.ReviewOffice;

namespace TcmBrain.Quality.Tests.Reviews;

public sealed class SamplingTests(QualityRoom room)
{
    [Fact]
    public async Task A_month_is_drawn_once_and_late_prescriptions_are_topped_up()
    {
        var office = new ReviewOffice(room);
        var hospital = office.Hospital();
        await office.ArriveAsync([
            .. Enumerable.Range(0, 150).Select(i => office.Rx(hospital, i % 3 == 0 ? "针灸科" : "内科", $"D{i % 7}")),
        ]);
        var plan = await office.PlanAsync();
        var id = Guid.CreateVersion7();
        var first = await office.DrawAsync(plan, id);
        (first.GetProperty("population").GetInt32(), first.GetProperty("drawn").GetInt32()).ShouldBe((150, 100));
        // Pressed again, under the same id and under another: the same draw.
        (await office.DrawAsync(plan, id))
            .GetProperty("seed")
            .GetString()
            .ShouldBe(first.GetProperty("seed").GetString());
        (await office.DrawAsync(plan)).GetProperty("runId").GetGuid().ShouldBe(id);

        // A hundred more come late, of a new department: the sample already is what is asked for, but for the new stratum.
        await office.ArriveAsync([.. Enumerable.Range(0, 100).Select(_ => office.Rx(hospital, "骨伤科", "D9"))]);
        var second = await office.DrawAsync(plan);
        (second.GetProperty("sequence").GetInt32(), second.GetProperty("population").GetInt32()).ShouldBe((2, 250));
        second.GetProperty("drawn").GetInt32().ShouldBeGreaterThan(30);

        using var reviewer = office.Reviewer();
        foreach (var run in new[] { first, second })
        {
            var proof = await reviewer.ReadAsync($"{At}/runs/{run.GetProperty("runId").GetGuid()}/proof");
            proof.Json.GetProperty("holds").GetBoolean().ShouldBeTrue(proof.Text);
            proof.Json.GetProperty("parts")[0].GetProperty("regulated").GetInt32().ShouldBe(100);
        }

        var strata = await reviewer.ReadAsync($"{At}/runs/{id}/strata");
        strata.Items.Sum(s => s.GetProperty("drawn").GetInt32()).ShouldBe(100);
        strata.Items.ShouldAllBe(s => s.GetProperty("drawn").GetInt32() >= 1);
        var population = await reviewer.ReadAsync($"{At}/runs/{id}/population?institution={hospital}");
        population.Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(151);
    }

    [Fact]
    public async Task A_population_stays_what_it_was_when_a_prescription_is_cancelled_later()
    {
        var office = new ReviewOffice(room);
        var hospital = office.Hospital();
        var all = await office.ArriveAsync([.. Enumerable.Range(0, 5).Select(_ => office.Rx(hospital))]);
        await room.TakenInAsync(await room.Prescriptions.TellAsync(Cancelled(all[0])));
        var plan = await office.PlanAsync();
        var run = await office.DrawAsync(plan);
        run.GetProperty("population").GetInt32().ShouldBe(4);
        await room.TakenInAsync(await room.Prescriptions.TellAsync(Cancelled(all[1])));
        using var reviewer = office.Reviewer();
        var proof = await reviewer.ReadAsync($"{At}/runs/{run.GetProperty("runId").GetGuid()}/proof");
        proof.Json.GetProperty("holds").GetBoolean().ShouldBeTrue(proof.Text);
        // A sample that somebody has tampered with does not come out again.
        await Should.ThrowAsync<Npgsql.PostgresException>(() =>
            room.ScalarAsync<object>("delete from quality.review_sample where prescription_id = $1 returning 1", all[1].AggregateId)
        );
        await room.ScalarAsync<int>(
            "update quality.prescription set noted = null where prescription_id = $1 returning 1",
            all[2].AggregateId
        );
        (await reviewer.ReadAsync($"{At}/runs/{run.GetProperty("runId").GetGuid()}/proof"))
            .Json.GetProperty("holds")
            .GetBoolean()
            .ShouldBeFalse();
    }

    [Fact]
    public async Task Two_who_draw_at_once_make_one_draw()
    {
        var office = new ReviewOffice(room);
        await office.ArriveAsync([.. Enumerable.Range(0, 20).Select(_ => office.Rx(office.Hospital()))]);
        var plan = await office.PlanAsync();
        var runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => office.DrawAsync(plan)));
        runs.Select(r => r.GetProperty("runId").GetGuid()).Distinct().Count().ShouldBe(1);
        (await room.ScalarAsync<long>("select count(*) from quality.review_run where plan_id = $1", plan)).ShouldBe(1);
    }

    [Fact]
    public async Task A_topic_takes_what_it_asks_for_and_nothing_else()
    {
        var office = new ReviewOffice(room);
        var hospital = office.Hospital();
        var child = office.Rx(hospital) with { PatientYears = 6 };
        var dear = office.Rx(hospital) with { FeeFen = 90_000, DepartmentName = "肿瘤科", PrescriberCode = "D7", SyndromeCode = "B04.02" };
        var plain = office.Rx(hospital);
        await office.ArriveAsync([child, dear]);
        await office.ArriveAsync([plain], "incompatible.18fan");
        var toxic = office.Rx(hospital);
        await room.TakenInAsync(
            await room.Prescriptions.TellAsync([
                toxic,
                QualityRoom.Audited(toxic),
                QualityRoom.Approved(toxic) with
                {
                    Lines = [new PrescriptionLine(1, "制川乌", Contracts.Weight.FromGrams(3), "先煎")],
                },
            ])
        );
        (object Topic, Guid Found)[] topics =
        [
            (new { maxYears = 13 }, child.AggregateId),
            (new { minFeeFen = 80_000 }, dear.AggregateId),
            (new { departmentName = "肿瘤科" }, dear.AggregateId),
            (new { prescriberCode = "D7", institutionCode = hospital }, dear.AggregateId),
            (new { syndromeCode = "B04" }, dear.AggregateId),
            (new { rulePrefix = "incompatible." }, plain.AggregateId),
            (new { pieces = new[] { "制川乌" } }, toxic.AggregateId),
            (new { toxicity = "toxic" }, toxic.AggregateId),
        ];
        foreach (var (topic, found) in topics)
        {
            var run = (await office.DrawAsync(await office.PlanAsync(Topic(topic)))).GetProperty("runId").GetGuid();
            (
                await room.ScalarAsync<Guid[]>("select array_agg(prescription_id) from quality.review_sample where run_id = $1", run)
            ).ShouldBe([found], topic.ToString());
        }

        // Drawn by several plans it is one review.
        (await room.ScalarAsync<long>("select count(*) from quality.review where prescription_id = $1", dear.AggregateId)).ShouldBe(1);
    }

    [Fact]
    public async Task A_plan_is_kept_in_versions_and_never_asks_for_less_than_the_regulation()
    {
        var office = new ReviewOffice(room);
        using var reviewer = office.Reviewer();
        var path = $"{At}/plans/{Guid.CreateVersion7()}";
        (await PutAsync(reviewer, path, Routine(share: 49))).ShouldBeRefused("QUA-0403", HttpStatusCode.UnprocessableEntity);
        (await PutAsync(reviewer, path, Routine("inpatient", 500, 29))).ShouldBeRefused("QUA-0403", HttpStatusCode.UnprocessableEntity);
        (await PutAsync(reviewer, path, Topic(new { }))).ShouldBeRefused("QUA-0405", HttpStatusCode.BadRequest);
        (await PutAsync(reviewer, path, Topic(new { pieces = new[] { "无此药" } }))).ShouldBeRefused("QUA-0406", HttpStatusCode.BadRequest);
        (await PutAsync(reviewer, path, Routine())).Status.ShouldBe(HttpStatusCode.Created);
        // Sent again: nothing new. Changed without or with an old version: refused.
        (await PutAsync(reviewer, path, Routine()))
            .Json.GetProperty("version")
            .GetInt32()
            .ShouldBe(1);
        (await PutAsync(reviewer, path, Routine(minimum: 120))).ShouldBeRefused("QUA-0409", (HttpStatusCode)428);
        (await PutAsync(reviewer, path, Routine(minimum: 120), 1)).Json.GetProperty("version").GetInt32().ShouldBe(2);
        (await PutAsync(reviewer, path, Routine(minimum: 130), 1)).ShouldBeRefused("QUA-0408", HttpStatusCode.PreconditionFailed);
        (await reviewer.ReadAsync(path)).Items.Select(p => p.GetProperty("minimum").GetInt32()).ShouldBe([120, 100]);

        var elsewhere = new ReviewOffice(room);
        using var stranger = elsewhere.Reviewer();
        (await stranger.ReadAsync(path)).ShouldBeRefused("QUA-0407", HttpStatusCode.NotFound);
        (await PutAsync(stranger, path, Routine(minimum: 140), 2)).ShouldBeRefused("QUA-0407", HttpStatusCode.NotFound);
        using var his = office.Person("his-1", office.Hospital(), office.County, "his");
        (await his.ReadAsync($"{At}/plans")).ShouldBeRefused("GEN-0002", HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Events_in_the_worst_order_make_the_same_row()
    {
        var office = new ReviewOffice(room);
        var rx = office.Rx(office.Hospital());
        await room.TakenInAsync(await room.Pharmacy.TellAsync(QualityRoom.Checked(rx, room.Organisation())));
        await room.TakenInAsync(await room.Prescriptions.TellAsync(QualityRoom.Approved(rx)));
        await room.TakenInAsync(await room.Prescriptions.TellAsync(QualityRoom.Audited(rx, "dose.over")));
        var plan = await office.PlanAsync();
        using var reviewer = office.Reviewer();
        var none = await PutAsync(reviewer, $"{At}/runs/{Guid.CreateVersion7()}", new { planId = plan, month = office.Month });
        none.ShouldBeRefused("QUA-0412", HttpStatusCode.Conflict);
        await room.TakenInAsync(await room.Prescriptions.TellAsync(rx));
        await room.TakenInAsync(await room.Prescriptions.TellAsync(rx));
        await room.TakenInAsync(await room.Prescriptions.TellAsync(QualityRoom.Audited(rx, "duplicate.piece") with { Version = 1 }));
        await office.DrawAsync(plan);
        var detail = (await reviewer.ReadAsync($"{At}/{rx.AggregateId}")).Json;
        detail.GetProperty("suggested").EnumerateArray().Select(s => s.GetProperty("code").GetString()).ShouldBe(["2-5"]);
        detail.GetProperty("checker").GetString().ShouldBe("复核员");
        detail.GetProperty("review").GetProperty("departmentName").GetString().ShouldBe("中医内科");
        // Another month begins in the region's own calendar.
        var last = new DateTimeOffset(2026, 9, 30, 15, 59, 0, TimeSpan.Zero);
        PrescriptionReceived[] both =
        [
            office.Rx(rx.InstitutionCode) with
            {
                OccurredAt = last,
            },
            office.Rx(rx.InstitutionCode) with
            {
                OccurredAt = last.AddMinutes(2),
            },
        ];
        await office.ArriveAsync(both);
        (
            await room.ScalarAsync<long>(
                "select count(distinct month) from quality.prescription where institution_code = $1 and month < '2026-11-01'",
                rx.InstitutionCode
            )
        ).ShouldBe(2);
    }

    private static PrescriptionCancelled Cancelled(PrescriptionReceived rx) =>
        new()
        {
            AggregateId = rx.AggregateId,
            Version = 4,
            OccurredAt = rx.OccurredAt,
            InstitutionCode = rx.InstitutionCode,
            RegionCode = rx.RegionCode,
            HisNumber = rx.HisNumber,
            Revision = rx.Revision,
            CancelledBy = "医院",
            Reason = "作废",
            StateReached = "approved",
        };
}
