using System.Net;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Scales.V1;
using TcmBrain.Testing;

namespace TcmBrain.Pharmacy.Tests;

/// <summary>The bench as the station uses it: one dose at a time, the next action always told.</summary>
public sealed partial class BenchTests(House house)
{
    private sealed record Set(Guid Id, string Centre, string Piece, string LotNumber, Guid Lot);

    /// <summary>A line of 10 g × 7 doses from one lot, taken up by dispenser-1.</summary>
    private async Task<Set> StartedAsync(string? piece = null, int grams = 10, string handling = "")
    {
        piece ??= house.Piece();
        var centre = await house.CentreAsync();
        var number = "B" + Guid.CreateVersion7().ToString("N")[20..];
        var lot = await house.StockAsync(centre, piece, 1000, lotNumber: number);
        var approved = house.Approved((piece, grams));
        approved = approved with { Lines = [approved.Lines[0] with { Handling = handling }] };
        var id = await house.ReservedAsync(approved);
        using var dispenser = house.Dispenser(centre);
        await dispenser.SendAsync(At(id, "start"), new { });
        return new Set(id, centre, piece, number, lot);
    }

    private static string At(Guid id, string what) => $"/api/pharmacy/dispensings/{id}/{what}";

    private static Task<Answer> Dose(
        HttpClient client,
        Set set,
        int dose,
        long? milligrams = 10_000,
        string? lot = null,
        string? scale = null
    ) =>
        client.SendAsync(
            At(set.Id, "weighings"),
            new
            {
                lineNumber = 1,
                dose,
                lotCode = lot ?? set.LotNumber,
                milligrams,
                scale,
            }
        );

    private static string? Next(JsonElement view) => view.GetProperty("next").GetProperty("action").GetString();

    [Fact]
    public async Task The_station_is_told_what_comes_next_until_it_is_done()
    {
        var set = await StartedAsync(handling: "后下");
        using var dispenser = house.Dispenser(set.Centre);
        using var checker = house.Checker(set.Centre);

        for (var dose = 1; dose <= 7; dose++)
        {
            var view = await dispenser.JsonAsync($"/api/pharmacy/dispensings/{set.Id}");
            var next = view.GetProperty("next");
            (
                next.GetProperty("action").GetString(),
                next.GetProperty("dose").GetInt32(),
                next.GetProperty("milligrams").GetInt64()
            ).ShouldBe(("weigh", dose, 10_000));
            (await Dose(dispenser, set, dose, 9_900)).Status.ShouldBe(HttpStatusCode.OK);
        }

        var packing = await dispenser.JsonAsync($"/api/pharmacy/dispensings/{set.Id}");
        Next(packing).ShouldBe("pack");
        (await dispenser.SendAsync(At(set.Id, "finish"), new { })).ShouldBeRefused("PHA-0908", HttpStatusCode.Conflict);
        var label = packing.GetProperty("next").GetProperty("label").GetString();
        // The label itself, as its printer takes it: only for what is packed apart, and only at the own centre.
        using var printed = await dispenser.GetAsync(At(set.Id, "pack-label?handling=" + Uri.EscapeDataString("后下")));
        printed.Content.Headers.ContentType!.MediaType.ShouldBe("application/pdf");
        (await printed.Content.ReadAsByteArrayAsync())[..5].ShouldBe("%PDF-"u8.ToArray());
        using var picture = await dispenser.GetAsync(At(set.Id, "pack-label?format=png&handling=" + Uri.EscapeDataString("后下")));
        (await picture.Content.ReadAsByteArrayAsync())[1..4].ShouldBe("PNG"u8.ToArray());
        using var none = await dispenser.GetAsync(At(set.Id, "pack-label?handling=" + Uri.EscapeDataString("先煎")));
        none.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        using var stranger = house.Dispenser(await house.CentreAsync());
        using var elsewhere = await stranger.GetAsync(At(set.Id, "pack-label?handling=" + Uri.EscapeDataString("后下")));
        elsewhere.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await dispenser.SendAsync(At(set.Id, "packs"), new { handling = "后下", label = "P0" })).ShouldBeRefused(
            "PHA-0910",
            HttpStatusCode.UnprocessableEntity
        );
        Next((await dispenser.SendAsync(At(set.Id, "packs"), new { handling = "后下", label })).Json).ShouldBe("finish");
        (await dispenser.SendAsync(At(set.Id, "finish"), new { })).Status.ShouldBe(HttpStatusCode.OK);
        Next(await dispenser.JsonAsync($"/api/pharmacy/dispensings/{set.Id}")).ShouldBe("wait");

        Next(await checker.JsonAsync($"/api/pharmacy/dispensings/{set.Id}")).ShouldBe("check-item");
        (await checker.SendAsync(At(set.Id, "check"), new { })).ShouldBeRefused("PHA-0914", HttpStatusCode.Conflict);
        Next((await checker.SendAsync(At(set.Id, "items"), new { lineNumber = 1, photo = "photos/1.jpg" })).Json).ShouldBe("check");
        (await checker.SendAsync(At(set.Id, "check"), new { })).Status.ShouldBe(HttpStatusCode.OK);
        Next(await checker.JsonAsync($"/api/pharmacy/dispensings/{set.Id}")).ShouldBe("done");
        (await house.LotAsync(set.Lot)).Dispensed.ShouldBe(69.3m);
    }

    [Fact]
    public async Task Each_dose_is_held_to_its_tolerance_and_may_be_weighed_again()
    {
        var set = await StartedAsync();
        using var dispenser = house.Dispenser(set.Centre);

        (await Dose(dispenser, set, 1, 10_500)).Status.ShouldBe(HttpStatusCode.OK);
        (await Dose(dispenser, set, 2, 10_501)).ShouldBeRefused("PHA-0903", HttpStatusCode.UnprocessableEntity);
        (await Dose(dispenser, set, 2, 9_499)).ShouldBeRefused("PHA-0903", HttpStatusCode.UnprocessableEntity);
        (await Dose(dispenser, set, 2, -1)).ShouldBeRefused("PHA-0205", HttpStatusCode.UnprocessableEntity);
        (await Dose(dispenser, set, 2, long.MaxValue)).ShouldBeRefused("PHA-0918", HttpStatusCode.UnprocessableEntity);
        (await Dose(dispenser, set, 8)).ShouldBeRefused("PHA-0901", HttpStatusCode.UnprocessableEntity);
        (await Dose(dispenser, set, 2, lot: "别的批号")).ShouldBeRefused("PHA-0204", HttpStatusCode.UnprocessableEntity);
        (await Dose(dispenser, set, 2, null)).ShouldBeRefused("PHA-0919", HttpStatusCode.UnprocessableEntity);
        (await Dose(dispenser, set, 1, 10_100)).Status.ShouldBe(HttpStatusCode.OK);
        (await house.ScalarAsync<long>("select weighed from pharmacy.allocations where prescription_id = $1", set.Id)).ShouldBe(10_100);
        (await dispenser.SendAsync(At(set.Id, "finish"), new { })).ShouldBeRefused("PHA-0210", HttpStatusCode.Conflict);

        // Eight refusals, counted by code and person.
        var counts = await dispenser.JsonAsync("/api/pharmacy/refusals");
        counts.GetProperty("total").GetInt64().ShouldBe(8);
        counts
            .GetProperty("items")
            .EnumerateArray()
            .Single(i => i.GetProperty("code").GetString() == "PHA-0903")
            .GetProperty("count")
            .GetInt64()
            .ShouldBe(2);
    }

    [Fact]
    public async Task A_dose_at_the_end_of_a_lot_is_made_up_from_the_next()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        await house.StockAsync(centre, piece, 25, expiresInDays: 30, lotNumber: "END-1");
        await house.StockAsync(centre, piece, 100, expiresInDays: 90, lotNumber: "END-2");
        var id = await house.ReservedAsync(house.Approved((piece, 10)));
        using var dispenser = house.Dispenser(centre);
        await dispenser.SendAsync(At(id, "start"), new { });

        var steps = (await dispenser.JsonAsync($"/api/pharmacy/dispensings/{id}")).GetProperty("lines")[0].GetProperty("steps");

        steps
            .EnumerateArray()
            .Select(s => (s.GetProperty("dose").GetInt32(), s.GetProperty("lotNumber").GetString(), s.GetProperty("milligrams").GetInt64()))
            .Take(4)
            .ShouldBe([(1, "END-1", 10_000), (2, "END-1", 10_000), (3, "END-1", 5_000), (3, "END-2", 5_000)]);
    }

    [Fact]
    public async Task The_weight_is_taken_from_the_scale_when_it_is_steady()
    {
        var set = await StartedAsync();
        using var dispenser = house.Dispenser(set.Centre);
        (await Dose(dispenser, set, 1, null, scale: "S1")).ShouldBeRefused("PHA-0904", HttpStatusCode.Conflict);

        (await ReportAsync(set.Centre, ("S1", 9_000, false, 0))).Taken.ShouldBe(1);
        (await Dose(dispenser, set, 1, null, scale: "S1")).ShouldBeRefused("PHA-0905", HttpStatusCode.Conflict);
        var summary = await ReportAsync(
            set.Centre,
            ("S1", 9_700, false, 0),
            ("S1", 10_020, true, 0),
            ("", 1, true, 0),
            ("S1", 1, true, 10)
        );
        (summary.Taken, summary.Refused).ShouldBe((2, 2));
        (await Dose(dispenser, set, 1, null, scale: "S1")).Status.ShouldBe(HttpStatusCode.OK);

        (
            await house.ScalarAsync<string>(
                "select scale from pharmacy.weighings where prescription_id = $1 and milligrams = 10020",
                set.Id
            )
        ).ShouldBe("S1");
        var scales = await dispenser.JsonAsync("/api/pharmacy/scales");
        scales.GetProperty("items")[0].GetProperty("milligrams").GetInt64().ShouldBe(10_020);
        using var elsewhere = house.Dispenser(await house.CentreAsync());
        (await elsewhere.JsonAsync("/api/pharmacy/scales")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    private async Task<ScaleSummary> ReportAsync(
        string centre,
        params (string Scale, long Milligrams, bool Stable, int MinutesAhead)[] readings
    )
    {
        using var channel = GrpcChannel.ForAddress(house.Service.Grpc);
        var headers = new Metadata { { "authorization", "Bearer " + TestTokens.Of("scale-1", centre, House.County, "dispenser") } };
        using var call = new ScaleService.ScaleServiceClient(channel).Report(headers);
        foreach (var (scale, milligrams, stable, ahead) in readings)
        {
            await call.RequestStream.WriteAsync(
                new ScaleReading
                {
                    Scale = scale,
                    Milligrams = milligrams,
                    Stable = stable,
                    TakenAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UtcNow.AddMinutes(ahead)),
                }
            );
        }

        await call.RequestStream.CompleteAsync();
        return await call;
    }

    [Fact]
    public async Task A_toxic_piece_is_weighed_dose_by_dose_within_two_percent()
    {
        var set = await StartedAsync("附子", 9);
        using var dispenser = house.Dispenser(set.Centre);
        Task<Answer> Whole(object portion) =>
            dispenser.SendAsync(At(set.Id, "weights"), new { portions = new[] { portion } }, HttpMethod.Put);

        (
            await Whole(
                new
                {
                    lineNumber = 1,
                    lotNumber = set.LotNumber,
                    milligrams = 63_000,
                }
            )
        ).ShouldBeRefused("PHA-0902", HttpStatusCode.UnprocessableEntity);
        long[] doses = [9_000, 9_000, 9_000, 9_000, 9_000, 9_000, 9_181];
        (
            await Whole(
                new
                {
                    lineNumber = 1,
                    lotNumber = set.LotNumber,
                    doses,
                }
            )
        ).ShouldBeRefused("PHA-0903", HttpStatusCode.UnprocessableEntity, "portions[0].doses[6]");
        doses[6] = 9_180;
        (
            await Whole(
                new
                {
                    lineNumber = 1,
                    lotNumber = set.LotNumber,
                    doses,
                }
            )
        ).Status.ShouldBe(HttpStatusCode.OK);
        (await dispenser.SendAsync(At(set.Id, "finish"), new { })).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_controlled_piece_takes_two_at_the_bench_and_stands_in_its_register()
    {
        var set = await StartedAsync("罂粟壳", 6);
        using var dispenser = house.Dispenser(set.Centre);
        using var second = house.Dispenser(set.Centre, "dispenser-2");
        using var checker = house.Checker(set.Centre);
        for (var dose = 1; dose <= 7; dose++)
        {
            await Dose(dispenser, set, dose, 6_000);
        }

        Next(await dispenser.JsonAsync($"/api/pharmacy/dispensings/{set.Id}")).ShouldBe("witness");
        (await dispenser.SendAsync(At(set.Id, "finish"), new { })).ShouldBeRefused("PHA-0911", HttpStatusCode.Conflict);
        (await dispenser.SendAsync(At(set.Id, "witnesses"), new { lineNumber = 1 })).ShouldBeRefused("PHA-0912", HttpStatusCode.Conflict);
        Next(await second.JsonAsync($"/api/pharmacy/dispensings/{set.Id}")).ShouldBe("witness");
        (await second.SendAsync(At(set.Id, "witnesses"), new { lineNumber = 1 })).Status.ShouldBe(HttpStatusCode.OK);
        await dispenser.SendAsync(At(set.Id, "finish"), new { });
        (await checker.SendAsync(At(set.Id, "check"), new { items = new[] { new { lineNumber = 1 } } })).Status.ShouldBe(HttpStatusCode.OK);

        var row = (await dispenser.JsonAsync("/api/pharmacy/controlled-register")).GetProperty("items")[0];
        row.GetProperty("kind").GetString().ShouldBe("narcotic");
        (row.GetProperty("milligrams").GetInt64(), row.GetProperty("balanceMilligrams").GetInt64()).ShouldBe((42_000, 958_000));
        (row.GetProperty("dispenser").GetString(), row.GetProperty("witness").GetString(), row.GetProperty("checker").GetString()).ShouldBe(
            ("dispenser-1", "dispenser-2", "checker-1")
        );
        var csv = await dispenser.ReadAsync("/api/pharmacy/controlled-register/export");
        csv.Text.ShouldContain("麻醉");
        csv.Text.ShouldContain(",42,958,dispenser-1,dispenser-2,checker-1");
        using var elsewhere = house.Dispenser(await house.CentreAsync());
        (await elsewhere.JsonAsync("/api/pharmacy/controlled-register")).GetProperty("items").GetArrayLength().ShouldBe(0);
        await Should.ThrowAsync<Npgsql.PostgresException>(() =>
            house.ScalarAsync<long>("with gone as (delete from pharmacy.controlled_register returning 1) select count(*) from gone")
        );
    }

    [Fact]
    public async Task What_a_checker_sends_back_is_weighed_anew_and_the_ledger_follows()
    {
        var set = await StartedAsync();
        using var dispenser = house.Dispenser(set.Centre);
        using var checker = house.Checker(set.Centre);
        object Portion(long milligrams) =>
            new
            {
                portions = new[]
                {
                    new
                    {
                        lineNumber = 1,
                        lotNumber = set.LotNumber,
                        milligrams,
                    },
                },
            };
        await dispenser.SendAsync(At(set.Id, "weights"), Portion(73_000), HttpMethod.Put);
        await dispenser.SendAsync(At(set.Id, "finish"), new { });

        (await dispenser.SendAsync(At(set.Id, "send-back"), new { lineNumber = 1, reason = "x" })).ShouldBeRefused(
            "PHA-0301",
            HttpStatusCode.Conflict
        );
        (await checker.SendAsync(At(set.Id, "send-back"), new { lineNumber = 1 })).ShouldBeRefused(
            "PHA-0813",
            HttpStatusCode.UnprocessableEntity
        );
        (await checker.SendAsync(At(set.Id, "send-back"), new { lineNumber = 1, reason = "有霉变" })).Status.ShouldBe(
            HttpStatusCode.NoContent
        );

        (await house.LotAsync(set.Lot)).ShouldBe((0, 930, 70, 0));
        Next(await dispenser.JsonAsync($"/api/pharmacy/dispensings/{set.Id}")).ShouldBe("weigh");
        await dispenser.SendAsync(At(set.Id, "weights"), Portion(69_000), HttpMethod.Put);
        (await dispenser.SendAsync(At(set.Id, "finish"), new { })).Status.ShouldBe(HttpStatusCode.OK);
        (await checker.SendAsync(At(set.Id, "check"), new { items = new[] { new { lineNumber = 1 } } })).Status.ShouldBe(HttpStatusCode.OK);
        (await house.LotAsync(set.Lot)).Dispensed.ShouldBe(69m);
        (await house.ToldAsync<PrescriptionChecked>(set.Id)).Single().Portions.Single().Weighed.Milligrams.ShouldBe(69_000);
    }

    [Fact]
    public async Task What_was_weighed_of_a_lot_called_back_before_the_check_comes_back()
    {
        var set = await StartedAsync();
        using var dispenser = house.Dispenser(set.Centre);
        using var checker = house.Checker(set.Centre);
        for (var dose = 1; dose <= 7; dose++)
        {
            await Dose(dispenser, set, dose);
        }

        await dispenser.SendAsync(At(set.Id, "finish"), new { });
        await house.SayAsync(house.Recalled(set.Lot));

        await Eventually.Be(async () => await house.StateAsync(set.Id) == "short", "it is given back");
        (await house.LotAsync(set.Lot)).ShouldBe((1000, 0, 0, 0));
        (await house.ToldAsync<ReservationBroken>(set.Id)).Single().WeighingBegun.ShouldBeTrue();
        (await checker.SendAsync(At(set.Id, "check"), new { items = new[] { new { lineNumber = 1 } } })).ShouldBeRefused(
            "PHA-0114",
            HttpStatusCode.NotFound
        );
    }

    [Fact]
    public async Task A_tray_that_cannot_go_back_is_written_off_once()
    {
        var set = await StartedAsync();
        using var dispenser = house.Dispenser(set.Centre);
        await Dose(dispenser, set, 1);
        using var head = house.Service.Client(TestTokens.Of("head-1", set.Centre, House.County, "pharmacist"));
        await head.SendAsync($"/api/pharmacy/centres/{set.Centre}/close", new { reason = "停电" });
        await Eventually.Be(async () => await house.StateAsync(set.Id) == "short", "it is given back");

        var tray = (await dispenser.JsonAsync("/api/pharmacy/trays")).GetProperty("items")[0];
        tray.GetProperty("milligrams").GetInt64().ShouldBe(10_000);
        var path = "/api/pharmacy/trays/" + tray.GetProperty("id").GetGuid();
        (await dispenser.SendAsync(path, new { outcome = "lost" })).ShouldBeRefused("PHA-0813", HttpStatusCode.UnprocessableEntity);
        (await dispenser.SendAsync(path, new { outcome = "lost", reason = "撒落" }))
            .Json.GetProperty("recorded")
            .GetBoolean()
            .ShouldBeTrue();
        (await dispenser.SendAsync(path, new { outcome = "lost", reason = "撒落" }))
            .Json.GetProperty("recorded")
            .GetBoolean()
            .ShouldBeFalse();
        (await dispenser.SendAsync(path, new { outcome = "returned" })).ShouldBeRefused("PHA-0916", HttpStatusCode.Conflict);

        (await house.LotAsync(set.Lot)).ShouldBe((0, 990, 0, 0));
        (await dispenser.JsonAsync("/api/pharmacy/trays")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }
}
