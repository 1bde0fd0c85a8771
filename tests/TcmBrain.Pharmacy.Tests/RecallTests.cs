using System.Diagnostics;
using System.Net;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Pharmacy.Tests;

/// <summary>A lot that is called back (召回) is frozen where it lies, and what was reserved of it is somebody else's at once.</summary>
public sealed class RecallTests(House house)
{
    [Fact]
    public async Task Freezes_within_a_second_of_being_told()
    {
        var centre = await house.CentreAsync();
        List<(double Recall, double Reservation)> took = [];
        for (var round = 0; round < 5; round++)
        {
            var piece = house.Piece();
            var lot = await house.StockAsync(centre, piece, 100);
            var reserving = Stopwatch.StartNew();
            var id = await house.ReservedAsync(house.Approved((piece, 10)));
            reserving.Stop();
            var clock = Stopwatch.StartNew();

            await house.Quality.TellAsync(house.Recalled(lot));
            await Eventually.Be(
                async () => (await house.LotAsync(lot)) == (100, 0, 0, 0) && await house.StateAsync(id) == "short",
                "nothing of it is reserved or free"
            );

            took.Add((clock.Elapsed.TotalSeconds, reserving.Elapsed.TotalSeconds));
        }

        // A machine under load takes its time over every event: a reservation goes the same way.
        var allowed = took.Max(t => Math.Max(1.0, 4 * t.Reservation));
        took.Select(t => t.Recall).Order().ElementAt(2).ShouldBeLessThan(allowed);
    }

    [Fact]
    public async Task Tells_whose_reservation_is_broken_and_of_which_lots()
    {
        var (piece, other) = (house.Piece(), house.Piece());
        var centre = await house.CentreAsync();
        var bad = await house.StockAsync(centre, piece, 100, lotNumber: "BAD-1");
        await house.StockAsync(centre, other, 100);
        var id = await house.ReservedAsync(house.Approved((piece, 10), (other, 5)));

        await house.SayAsync(house.Recalled(bad));

        await Eventually.Be(async () => (await house.ToldAsync<StockShort>(id)).Count == 1, "it is short");
        var told = (await house.ToldAsync<ReservationBroken>(id)).ShouldHaveSingleItem();
        (told.Version, told.CentreCode, told.WeighingBegun, told.Cause).ShouldBe((3, centre, false, "frozen"));
        var held = told.Broken.ShouldHaveSingleItem();
        (held.LineNumber, held.LotId, held.LotNumber, held.Quantity.Milligrams).ShouldBe((1, bad, "BAD-1", 70_000));
        (await house.ScalarAsync<long>("select count(*) from pharmacy.broken_reservations where lot_id = $1", bad)).ShouldBe(1);
    }

    [Fact]
    public async Task Of_a_prescription_that_is_being_weighed_everything_goes_back_and_is_reserved_anew()
    {
        var (piece, other) = (house.Piece(), house.Piece());
        var centre = await house.CentreAsync();
        var bad = await house.StockAsync(centre, piece, 100, expiresInDays: 30, lotNumber: "BAD-2");
        var good = await house.StockAsync(centre, piece, 100, expiresInDays: 90, lotNumber: "GOOD-2");
        var second = await house.StockAsync(centre, other, 100);
        var id = await house.ReservedAsync(house.Approved((piece, 10), (other, 5)));
        using var dispenser = house.Dispenser(centre);
        await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { });
        await dispenser.SendAsync(
            $"/api/pharmacy/dispensings/{id}/weights",
            new
            {
                portions = new[]
                {
                    new
                    {
                        lineNumber = 1,
                        lotNumber = "BAD-2",
                        milligrams = 70_000,
                    },
                },
            },
            HttpMethod.Put
        );

        await house.SayAsync(house.Recalled(bad));

        await Eventually.Be(async () => await house.StateAsync(id) == "reserved", "it is reserved anew");
        (await house.LotAsync(bad)).ShouldBe((100, 0, 0, 0));
        (await house.LotAsync(good)).ShouldBe((0, 30, 70, 0));
        (await house.LotAsync(second)).ShouldBe((0, 65, 35, 0));
        (await house.ToldAsync<ReservationBroken>(id)).ShouldHaveSingleItem().WeighingBegun.ShouldBeTrue();
        // Another dispenser may take it up now.
        using var colleague = house.Dispenser(centre, "dispenser-2");
        (await colleague.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { })).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_same_recall_told_twice_and_after_its_release_breaks_once()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        var lot = await house.StockAsync(centre, piece, 100);
        var id = await house.ReservedAsync(house.Approved((piece, 10)));

        await house.SayAsync(house.Recalled(lot));
        await house.SayAsync(house.Recalled(lot));
        await house.SayAsync(house.Released(lot, version: 1));

        await Eventually.Be(async () => (await house.ToldAsync<StockShort>(id)).Count == 1, "it is short");
        (await house.ToldAsync<ReservationBroken>(id)).Count.ShouldBe(1);
        (await house.LotAsync(lot)).ShouldBe((100, 0, 0, 0));
    }

    [Fact]
    public async Task Of_a_lot_that_is_past_its_day_nothing_is_taken_up_and_what_was_reserved_is_broken()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        var lot = await house.StockAsync(centre, piece, 100);
        var id = await house.ReservedAsync(house.Approved((piece, 10)));
        // The days went by.
        await using (
            var later = house.Database.CreateCommand(
                $"""
                begin;
                set local session_replication_role = replica;
                update pharmacy.lots set produced_on = current_date - 700, expires_on = current_date - 2 where id = '{lot}';
                update pharmacy.lot_balances set expires_on = current_date - 2 where lot_id = '{lot}';
                commit;
                """
            )
        )
        {
            await later.ExecuteNonQueryAsync();
        }

        using var dispenser = house.Dispenser(centre);
        string[] refusals = ["PHA-0208", "PHA-0114"];
        refusals.ShouldContain(
            (await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { })).Json.GetProperty("code").GetString()
        );
        await Eventually.Be(async () => await house.StateAsync(id) == "short", "it gives back what it held");
        (await house.ToldAsync<ReservationBroken>(id)).ShouldHaveSingleItem().Cause.ShouldBe("expired");
        (await house.LotAsync(lot)).ShouldBe((0, 100, 0, 0));
    }

    /// <summary>Whoever is first: what was weighed to the end comes back too, as long as nobody has checked it.</summary>
    [Fact]
    public async Task Racing_with_dispensing_nothing_is_left_outside()
    {
        var centre = await house.CentreAsync();
        using var dispenser = house.Dispenser(centre);
        for (var round = 0; round < 8; round++)
        {
            var piece = house.Piece();
            var number = $"RACE-{round}";
            var lot = await house.StockAsync(centre, piece, 100, lotNumber: number);
            var id = await house.ReservedAsync(house.Approved((piece, 10)));
            await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { });
            var portions = new[]
            {
                new
                {
                    lineNumber = 1,
                    lotNumber = number,
                    milligrams = 70_000,
                },
            };
            await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/weights", new { portions }, HttpMethod.Put);

            var finishing = dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/finish", new { });
            await Task.WhenAll(finishing, house.SayAsync(house.Recalled(lot)));

            await finishing;
            await Eventually.Be(async () => await house.StateAsync(id) == "short", "it is given back");
            (await house.LotAsync(lot)).ShouldBe((100, 0, 0, 0));
        }
    }
}
