using System.Net;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TcmBrain.Contracts.Decoction.V1;
using TcmBrain.Decoction.Telemetry;

namespace TcmBrain.Decoction.Tests.Telemetry;

public sealed class RefusedReadingTests(Room room) : IAsyncLifetime
{
    private string centre = "";

    public async ValueTask InitializeAsync()
    {
        centre = room.Organisation();
        await room.ArriveAsync(centre);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Every_refusal_has_its_code_and_the_first_reading_it_met()
    {
        using var worker = room.Worker(centre);
        (
            await worker.PutAsync(
                "/api/decoction/vessels/V02",
                System.Net.Http.Json.JsonContent.Create(
                    new
                    {
                        kind = "machine",
                        material = "stainless",
                        capacityMillilitres = 20_000,
                        controller = "TC-0002",
                        instrumented = false,
                    }
                ),
                TestContext.Current.CancellationToken
            )
        ).StatusCode.ShouldBe(HttpStatusCode.OK);
        var strange = At("V02", 1);
        strange.Device = "TC-9999";
        var own = At("V02", 2);
        own.Device = "TC-0002";
        var hourOff = At("V01", 1);
        hourOff.SentAt = DateTimeOffset.UtcNow.AddHours(-1).ToTimestamp();
        var right = At("V01", 2);
        right.SentAt = DateTimeOffset.UtcNow.ToTimestamp();
        var future = Controller.Reading("V01", DateTimeOffset.UtcNow.AddHours(1));
        var absurd = At("V01", 3);
        absurd.PressurePascal = 1_000_001;
        var old = Controller.Reading("V01", DateTimeOffset.UtcNow.AddDays(-60));
        var summary = await Controller.SendAsync(
            room.Service.Grpc,
            centre,
            [At("V99", 1), At("V98", 1), strange, own, hourOff, right, future, absurd, old]
        );
        summary.Stored.ShouldBe(2);
        summary
            .Refusals.Select(r => (r.Code, r.Count))
            .ShouldBe([("DEC-0401", 2), ("DEC-0402", 1), ("DEC-0403", 1), ("DEC-0404", 1), ("DEC-0405", 1), ("DEC-0406", 1)]);
        summary.Refusals[0].First.Vessel.ShouldBe("V99");
        summary.Refused.ShouldBe(7);
    }

    [Fact]
    public async Task A_calibration_lets_the_readings_of_its_time_in()
    {
        using var worker = room.Worker(centre);
        var old = DateTimeOffset.UtcNow.AddDays(-60);
        (
            await worker.SendAsync(
                "/api/decoction/vessels/V03/calibrations",
                new
                {
                    calibratedAt = old.AddDays(-1),
                    validUntil = old.AddDays(1),
                    certificate = "JL-2026-0117",
                }
            )
        ).Status.ShouldBe(HttpStatusCode.OK);
        var summary = await Controller.SendAsync(
            room.Service.Grpc,
            centre,
            [Controller.Reading("V03", old), Controller.Reading("V03", old.AddDays(2))]
        );
        (summary.Stored, summary.Refused).ShouldBe((1, 1));
    }

    [Fact]
    public async Task What_is_packed_stays_exactly_what_it_was_and_late_and_repeated_readings_find_it()
    {
        var random = new Random(3);
        var all = Enumerable.Range(0, 700).Select(i => At("V04", i, 9_000 + random.Next(1_500))).ToList();
        var late = all.Where((_, i) => i % 50 == 7).ToList();
        (await Controller.SendAsync(room.Service.Grpc, centre, all.Except(late).Reverse())).Stored.ShouldBe(686);
        var sealing = room.Service.Services.GetRequiredService<Sealing>();
        await sealing.RunAsync(TestContext.Current.CancellationToken);
        (await PackedAsync()).ShouldBeGreaterThanOrEqualTo(512);

        // Again, and with those that were late: only these are new.
        var again = await Controller.SendAsync(room.Service.Grpc, centre, all);
        (again.Stored, again.Duplicates).ShouldBe((14, 686));
        await sealing.RunAsync(TestContext.Current.CancellationToken);
        var vessel = await room.ScalarAsync<int>("select vessel_id from decoction.vessel where centre_code = $1 and name = 'V04'", centre);
        await using var connection = await room.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var curve = await CurveStore.ReadAsync(
            connection,
            null,
            vessel,
            room.Morning,
            room.Morning.AddHours(1),
            TestContext.Current.CancellationToken
        );
        curve
            .Select(p => (p.TakenAt, p.Centicelsius, p.PressurePascal))
            .ShouldBe(all.Select(r => (r.TakenAt.ToDateTimeOffset(), r.Centicelsius, r.PressurePascal)));
        (await Controller.SendAsync(room.Service.Grpc, centre, all)).Duplicates.ShouldBe(700);
    }

    private Reading At(string vessel, int second, int centicelsius = 98_50) =>
        Controller.Reading(vessel, room.Morning.AddSeconds(second), centicelsius);

    private Task<long> PackedAsync() =>
        room.ScalarAsync<long>(
            """
            select coalesce(sum(count), 0)::bigint from decoction.reading_chunk join decoction.vessel using (vessel_id)
            where centre_code = $1
            """,
            centre
        );
}
