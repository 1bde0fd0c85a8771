using System.Net;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests.Jobs;

/// <summary>PrescriptionChecked as it really comes: doubled, late, in any order.</summary>
public sealed class ArrivalTests(Room room)
{
    [Fact]
    public async Task The_patients_years_reach_the_recipe()
    {
        var child = room.Checked(room.Organisation()) with { Taking = new Taking("每日1剂", 2, 200) { PatientYears = 5 } };
        var rx = (await room.ArriveAsync(child)).AggregateId;
        (
            await room.ScalarAsync<string>("select recipe -> 'water' ->> 'adviceZh' from decoction.job where prescription_id = $1", rx)
        ).ShouldBe("每剂 400 毫升,超出 100–300 毫升");
    }

    [Fact]
    public async Task The_same_message_twice_opens_one_job()
    {
        var rx = room.Checked(room.Organisation());
        var message = await room.Pharmacy.TellAsync(rx);
        await Told.TakenInAsync(room.Database, message);
        await room.Pharmacy.SettledAsync();
        await room.Pharmacy.TellAgainAsync(message);
        await room.Pharmacy.SettledAsync();
        // Something else of the same prescription, in the same lane: once it is in, the repetition has been dealt with.
        await room.ArriveAsync(rx with { Version = 1 });
        (await JobsAsync(rx)).ShouldBe((1, 6, 7));
    }

    [Fact]
    public async Task Told_again_under_another_id_it_is_still_one_job()
    {
        var rx = room.Checked(room.Organisation());
        await room.ArriveAsync(rx);
        await room.ArriveAsync(rx);
        (await JobsAsync(rx)).ShouldBe((1, 6, 7));
    }

    [Fact]
    public async Task An_older_telling_that_comes_late_is_ignored()
    {
        var rx = room.Checked(room.Organisation());
        await room.ArriveAsync(rx with { Version = 8, Doses = 5 });
        await room.ArriveAsync(rx);
        (await JobsAsync(rx)).ShouldBe((1, 8, 5));
    }

    [Fact]
    public async Task A_newer_telling_replaces_a_job_that_nobody_has_touched()
    {
        var rx = room.Checked(room.Organisation());
        await room.ArriveAsync(rx);
        await room.ArriveAsync(rx with { Version = 8, Doses = 5 });
        (await JobsAsync(rx)).ShouldBe((1, 8, 5));
    }

    [Fact]
    public async Task A_newer_telling_does_not_touch_what_is_in_the_vessel()
    {
        var centre = room.Organisation();
        var rx = await room.ArriveAsync(centre);
        using var worker = room.Worker(centre);
        (await worker.ReportAsync(rx.AggregateId, "soaking/start", new { vessel = "V01", startedAt = room.Morning })).Status.ShouldBe(
            HttpStatusCode.OK
        );
        await room.ArriveAsync(rx with { Version = 8, Doses = 5 });
        (await JobsAsync(rx)).ShouldBe((1, 6, 7));
    }

    [Fact]
    public async Task What_the_patient_decocts_goes_to_the_courier_at_once()
    {
        var centre = room.Organisation();
        var rx = await room.ArriveAsync(room.Checked(centre) with { Decoct = false });
        using var worker = room.Worker(centre);
        using var courier = room.Courier(centre);
        (await worker.ReportAsync(rx.AggregateId, "soaking/start", new { vessel = "V01", startedAt = room.Morning })).ShouldBeRefused(
            "DEC-0209",
            HttpStatusCode.Conflict
        );
        (await worker.ReadAsync("/api/decoction/jobs")).Json.GetProperty("items").GetArrayLength().ShouldBe(0);
        (await courier.ReadAsync("/api/decoction/parcels?state=packed"))
            .Json.GetProperty("items")[0]
            .GetProperty("prescriptionId")
            .GetGuid()
            .ShouldBe(rx.AggregateId);
        (
            await courier.SendAsync($"/api/decoction/parcels/{rx.AggregateId}/ship", new { shippedAt = room.Morning.AddHours(1) })
        ).Status.ShouldBe(HttpStatusCode.OK);
        var shipped = (ParcelShipped)(await Told.OfAsync(room.Database, rx.AggregateId)).Single().Event;
        shipped.BagSerials.ShouldBeEmpty();
        shipped.Version.ShouldBe(1);
    }

    [Fact]
    public async Task A_hundred_prescriptions_of_three_centres_at_once_all_arrive()
    {
        string[] centres = [room.Organisation(), room.Organisation(), room.Organisation()];
        PrescriptionChecked[] all = [.. Enumerable.Range(0, 100).Select(i => room.Checked(centres[i % 3]))];
        var ids = await room.Pharmacy.TellAsync(all);
        foreach (var id in ids)
        {
            await Told.TakenInAsync(room.Database, id);
        }

        (await room.ScalarAsync<long>("select count(*) from decoction.job where centre_code = any($1)", (object)centres)).ShouldBe(100);
        (await room.ScalarAsync<long>("select count(*) from decoction.vessel where centre_code = any($1)", (object)centres)).ShouldBe(
            3 * 12
        );
    }

    private async Task<(long Jobs, int Version, int Doses)> JobsAsync(PrescriptionChecked rx) =>
        (
            await room.ScalarAsync<long>("select count(*) from decoction.job where prescription_id = $1", rx.AggregateId),
            await room.ScalarAsync<int>("select source_version from decoction.job where prescription_id = $1", rx.AggregateId),
            await room.ScalarAsync<int>("select doses from decoction.job where prescription_id = $1", rx.AggregateId)
        );
}
