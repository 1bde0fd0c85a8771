using System.Net;
using System.Text.Json;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.Deviations;
using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests.Deviations;

/// <summary>A controller that falls silent in a boil.</summary>
public sealed class GapTests(Room room)
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, null, false, 60, GapAct.None)]
    [InlineData(0, null, false, 61, GapAct.Note)]
    [InlineData(0, null, false, 301, GapAct.Raise)] // the service was dark and finds it
    [InlineData(0, 0, false, 300, GapAct.None)]
    [InlineData(0, 0, false, 301, GapAct.Raise)]
    [InlineData(0, 0, true, 900, GapAct.None)] // once
    [InlineData(400, 0, true, 401, GapAct.Close)]
    [InlineData(30, 0, false, 90, GapAct.Close)]
    public void It_is_noted_raised_once_and_closed(int last, int? from, bool raised, int now, GapAct expected) =>
        GapRules
            .Decide(
                Start.AddSeconds(last),
                from is { } second ? new LastingGap(Start.AddSeconds(second), raised) : null,
                Start.AddSeconds(now)
            )
            .ShouldBe(expected);

    [Fact]
    public async Task It_is_raised_while_it_lasts_once_over_a_restart_and_closed_when_readings_come_again()
    {
        var (settings, pharmacy) = await room.ApartAsync();
        await using var telling = pharmacy;
        await using var database = NpgsqlDataSource.Create(settings["ConnectionStrings:database"]!);
        var centre = room.Organisation();
        var now = DateTimeOffset.UtcNow;
        Guid rx;
        await using (var first = await TestService.StartAsync(typeof(DecoctionFaults).Assembly, settings))
        {
            rx = await BoilAsync(first, pharmacy, database, centre, now);
            await Controller.SendAsync(first.Grpc, centre, Controller.Curve("V01", now.AddMinutes(-10), now.AddMinutes(-7)));
            await ReportedWhenItHappenedAsync(database, rx);
            await Eventually.Be(async () => await RaisedAsync(database, rx) == 1, "the silence is told of while it lasts");
            await Eventually.Be(async () => (await HandsAsync(first, centre)).Contains("check-probe"), "the board asks for a hand");
        }

        await using var second = await TestService.StartAsync(typeof(DecoctionFaults).Assembly, settings);
        // A device's clock may be ahead; this reading is fresh for as long as a slow machine needs to look.
        var again = DateTimeOffset.UtcNow.AddSeconds(90);
        await Controller.SendAsync(second.Grpc, centre, [Controller.Reading("V01", again)]);
        await Eventually.Be(async () => await EndedAsync(database, rx), "the silence has its end");
        (await RaisedAsync(database, rx)).ShouldBe(1);
        // It was more than five minutes: somebody decides.
        (await HoldsAsync(database, rx)).ShouldBeTrue();
        await Eventually.Be(
            async () =>
            {
                // As a device goes on measuring, however long it takes to look.
                await Controller.SendAsync(second.Grpc, centre, [Controller.Reading("V01", DateTimeOffset.UtcNow.AddSeconds(90))]);
                return !(await HandsAsync(second, centre)).Contains("check-probe");
            },
            "the board asks for none"
        );
    }

    [Fact]
    public async Task Readings_that_the_device_had_kept_back_leave_no_gap_and_hold_nothing()
    {
        var centre = room.Organisation();
        var now = DateTimeOffset.UtcNow;
        var rx = await BoilAsync(room.Service, room.Pharmacy, room.Database, centre, now, instrumented: true);
        await ReportedWhenItHappenedAsync(room.Database, rx);
        // Not one reading where there must be some.
        await Eventually.Be(async () => await RaisedAsync(room.Database, rx) == 1, "the silence is told of");
        (await HoldsAsync(room.Database, rx)).ShouldBeTrue();
        await Controller.SendAsync(
            room.Service.Grpc,
            centre,
            Controller.Curve("V01", now.AddMinutes(-10).AddSeconds(5), DateTimeOffset.UtcNow)
        );
        await Eventually.Be(async () => !await HoldsAsync(room.Database, rx), "nothing is missing any more");
        using var worker = room.Worker(centre);
        var record = (await worker.ReadAsync($"/api/decoction/records/{rx}")).Json.GetProperty("content");
        record
            .GetProperty("deviations")
            .EnumerateArray()
            .Select(d => (d.GetProperty("ruleId").GetString(), d.GetProperty("holds").GetBoolean()))
            .ShouldBe([(GapRules.Rule, false)]);
    }

    /// <summary>A first boil that goes on since ten minutes.</summary>
    private async Task<Guid> BoilAsync(
        TestService service,
        Teller pharmacy,
        NpgsqlDataSource database,
        string centre,
        DateTimeOffset now,
        bool instrumented = false
    )
    {
        var prescription = room.Checked(centre) with { OccurredAt = now.AddMinutes(-60) };
        await Told.TakenInAsync(database, await pharmacy.TellAsync(prescription));
        if (instrumented)
        {
            await ExecuteAsync(database, "update decoction.vessel set instrumented = true where centre_code = $1", centre);
        }

        using var worker = service.Client(TestTokens.Of("decoction-1", centre, "330105", "decoction"));
        foreach (
            var (step, body) in new (string, object)[]
            {
                (
                    "soaking",
                    new
                    {
                        vessel = "V01",
                        startedAt = now.AddMinutes(-50),
                        finishedAt = now.AddMinutes(-11),
                    }
                ),
                ("first-boil/start", new { startedAt = now.AddMinutes(-10) }),
            }
        )
        {
            var answer = await worker.ReportAsync(prescription.AggregateId, step, body);
            answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        }

        return prescription.AggregateId;
    }

    /// <summary>A room that reports late is not thereby silent.</summary>
    private static Task ReportedWhenItHappenedAsync(NpgsqlDataSource database, Guid rx) =>
        ExecuteAsync(database, "update decoction.step set recorded_at = started_at where prescription_id = $1", rx);

    private static async Task<int> RaisedAsync(NpgsqlDataSource database, Guid rx) =>
        (await Told.OfAsync(database, rx)).Select(t => t.Event).OfType<DeviationDetected>().Count(d => d.RuleId == GapRules.Rule);

    private static async Task<bool> EndedAsync(NpgsqlDataSource database, Guid rx) =>
        await CountAsync(database, "select count(*) from decoction.deviation where prescription_id = $1 and ended_at is not null", rx) == 1;

    private static async Task<bool> HoldsAsync(NpgsqlDataSource database, Guid rx) =>
        await CountAsync(database, "select count(*) from decoction.deviation where prescription_id = $1 and holds", rx) == 1;

    private static async Task<IReadOnlyList<string>> HandsAsync(TestService service, string centre)
    {
        using var worker = service.Client(TestTokens.Of("decoction-1", centre, "330105", "decoction"));
        return
        [
            .. (await worker.ReadAsync("/api/decoction/board"))
                .Json.GetProperty("hands")
                .EnumerateArray()
                .Select(h => h.GetProperty("kind").GetString()!),
        ];
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string sql, Guid rx)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = rx });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, object value)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = value });
        (await command.ExecuteNonQueryAsync()).ShouldBeGreaterThan(0);
    }
}
