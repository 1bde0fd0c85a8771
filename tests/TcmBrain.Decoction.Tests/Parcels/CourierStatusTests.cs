using System.Net;
using System.Text.Json;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests.Parcels;

/// <summary>A courier's system, whose messages come twice, late and in any order.</summary>
public sealed class CourierStatusTests(Room room)
{
    [Fact]
    public async Task Delivered_told_before_picked_up_waits_for_it_and_then_takes_effect()
    {
        var (rx, sscc, courier) = await ReadyAsync();
        (await TellAsync(courier, Status("m2", sscc, "delivered", 2))).GetProperty("outcome").GetString().ShouldBe("waiting");
        (await TellAsync(courier, Status("m3", sscc, "failed", 1.5, "absent"))).GetProperty("outcome").GetString().ShouldBe("waiting");
        (await Told.OfAsync(room.Database, rx)).ShouldBeEmpty();
        var shipped = await TellAsync(courier, Status("m1", sscc, "picked-up", 1));
        shipped.GetProperty("state").GetString().ShouldBe("delivered");
        var told = (await Told.OfAsync(room.Database, rx)).Select(t => t.Event).ToList();
        told.Select(e => e.GetType().Name).ShouldBe([nameof(ParcelShipped), nameof(ParcelUndelivered), nameof(ParcelDelivered)]);
        told.Select(e => e.OccurredAt).ShouldBe([At(1), At(1.5), At(2)]);
        (
            await room.ScalarAsync<long>(
                "select count(*) from decoction.parcel_entry where prescription_id = $1 and standing = 'waiting'",
                rx
            )
        ).ShouldBe(0);
    }

    [Fact]
    public async Task Told_twice_and_ten_times_at_once_it_is_one()
    {
        var (rx, sscc, courier) = await ReadyAsync();
        await TellAsync(courier, Status("p", sscc, "picked-up", 1));
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => TellAsync(courier, Status("d", sscc, "delivered", 2))));
        answers.Count(a => !a.GetProperty("repeated").GetBoolean()).ShouldBe(1);
        answers.ShouldAllBe(a => a.GetProperty("outcome").GetString() == "applied");
        // The same id is the same message, whatever it says now.
        var other = await TellAsync(courier, Status("d", sscc, "lost", 3));
        other.GetProperty("repeated").GetBoolean().ShouldBeTrue();
        (await Told.OfAsync(room.Database, rx)).Select(t => t.Event.GetType()).ShouldBe([typeof(ParcelShipped), typeof(ParcelDelivered)]);
    }

    [Fact]
    public async Task What_comes_after_the_end_is_kept_and_changes_nothing()
    {
        var (rx, sscc, courier) = await ReadyAsync();
        await TellAsync(courier, Status("p", sscc, "picked-up", 1));
        await TellAsync(courier, Status("d", sscc, "delivered", 2));
        foreach (var (id, status) in new[] { ("x1", "failed"), ("x2", "lost"), ("x3", "returned"), ("x4", "picked-up") })
        {
            (await TellAsync(courier, Status(id, sscc, status, 3, "other"))).GetProperty("outcome").GetString().ShouldBe("noted");
        }

        (await Told.OfAsync(room.Database, rx)).Count.ShouldBe(2);
        (await room.ScalarAsync<string>("select state from decoction.parcel where prescription_id = $1", rx)).ShouldBe("delivered");
    }

    [Fact]
    public async Task Whatever_the_order_the_end_is_the_same()
    {
        var orders = Permutations([0, 1, 2, 3]).ToList();
        orders.Count.ShouldBe(24);
        foreach (var order in orders)
        {
            var (rx, sscc, courier) = await ReadyAsync();
            JsonElement last = default;
            foreach (var i in order)
            {
                last = await TellAsync(
                    courier,
                    i switch
                    {
                        0 => Status("a", sscc, "picked-up", 1),
                        1 => Status("b", sscc, "failed", 2, "absent"),
                        2 => Status("c", sscc, "failed", 3, "absent"),
                        _ => Status("d", sscc, "delivered", 4),
                    }
                );
            }

            last.GetProperty("state").GetString().ShouldBe("delivered", string.Join(',', order));
            (await Told.OfAsync(room.Database, rx)).Count(t => t.Event is ParcelDelivered).ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_wrong_one_is_answered_for_itself_and_does_not_keep_the_others_out()
    {
        var (_, sscc, courier) = await ReadyAsync();
        using var stranger = room.Courier(room.Organisation());
        object[] items =
        [
            Status("", sscc, "delivered", 1),
            Status("a", "069012340000099990", "delivered", 1),
            Status("b", sscc, "teleported", 1),
            Status("c", sscc, "failed", 1, "mood"),
            new
            {
                reportId = "d",
                sscc,
                status = "picked-up",
                occurredAt = DateTimeOffset.UtcNow.AddHours(2),
            },
            Status("e", sscc, "at-counter", 1),
            Status("f", sscc, "picked-up", 1),
        ];
        var answer = await courier.SendAsync("/api/decoction/courier-statuses", new { items });
        answer
            .Json.GetProperty("items")
            .EnumerateArray()
            .Select(i => i.GetProperty("code").GetString() ?? i.GetProperty("outcome").GetString())
            .ShouldBe(["DEC-0713", "DEC-0301", "DEC-0107", "DEC-0710", "DEC-0102", "DEC-0702", "applied"]);
        (await stranger.SendAsync("/api/decoction/courier-statuses", new { items = new[] { Status("g", sscc, "delivered", 2) } }))
            .Json.GetProperty("items")[0]
            .GetProperty("code")
            .GetString()
            .ShouldBe("DEC-0301");
        (await courier.SendAsync("/api/decoction/courier-statuses", new { items = Array.Empty<object>() })).ShouldBeRefused(
            "DEC-0712",
            HttpStatusCode.BadRequest
        );
    }

    private DateTimeOffset At(double hours) => room.Morning.AddHours(hours);

    private object Status(string reportId, string sscc, string status, double hours, string? cause = null) =>
        new
        {
            reportId,
            sscc,
            status,
            occurredAt = At(hours),
            cause,
        };

    private static async Task<JsonElement> TellAsync(HttpClient courier, object status)
    {
        var answer = await courier.SendAsync("/api/decoction/courier-statuses", new { items = new[] { status } });
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return answer.Json.GetProperty("items")[0];
    }

    private async Task<(Guid Prescription, string Sscc, HttpClient Courier)> ReadyAsync()
    {
        var centre = room.Organisation();
        var rx = (await room.ArriveAsync(room.Checked(centre) with { Decoct = false })).AggregateId;
        return (
            rx,
            await room.ScalarAsync<string>("select sscc from decoction.parcel where prescription_id = $1", rx),
            room.Courier(centre)
        );
    }

    private static IEnumerable<int[]> Permutations(int[] of) =>
        of.Length == 1 ? [of] : of.SelectMany(head => Permutations([.. of.Where(i => i != head)]).Select(tail => (int[])[head, .. tail]));
}
