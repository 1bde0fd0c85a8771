using TcmBrain.Contracts.Events;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Testing;

namespace TcmBrain.Pharmacy.Tests;

public sealed class ReservationTests(House house)
{
    [Fact]
    public async Task An_approved_prescription_is_routed_and_reserved_and_keeps_its_trace()
    {
        var (gancao, fuling) = (house.Piece(), house.Piece());
        var centre = await house.CentreAsync();
        await house.StockAsync(centre, gancao, 1000);
        await house.StockAsync(centre, fuling, 1000);
        const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var approved = house.Approved((gancao, 6), (fuling, 15));

        var id = await house.ArriveAsync(approved, Trace);

        var told = await Told.OfAsync(house.Database, id);
        told.Select(t => t.Event.GetType().Name).ShouldBe(["PrescriptionRouted", "StockReserved"]);
        told.Select(t => t.Event.Version).ShouldBe([1, 2]);
        var routed = (PrescriptionRouted)told[0].Event;
        routed.CentreCode.ShouldBe(centre);
        routed.ReasonZh.ShouldContain("备齐全部 2 味");
        routed.ReasonEn.ShouldContain("in the county of delivery");
        routed.HisNumber.ShouldBe(approved.HisNumber);
        var reserved = (StockReserved)told[1].Event;
        reserved
            .Allocations.Select(a => (a.LineNumber, a.Piece, a.Quantity.Milligrams))
            .ShouldBe([(1, gancao, 42_000), (2, fuling, 105_000)]);
    }

    [Fact]
    public async Task What_expires_first_goes_first_and_a_line_may_take_from_several_lots()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        var late = await house.StockAsync(centre, piece, 100, expiresInDays: 400);
        var soon = await house.StockAsync(centre, piece, 50, expiresInDays: 20);
        var between = await house.StockAsync(centre, piece, 30, expiresInDays: 90);

        // 12 g × 7 doses = 84 g.
        var id = await house.ReservedAsync(house.Approved((piece, 12)));

        var reserved = (await house.ToldAsync<StockReserved>(id)).ShouldHaveSingleItem();
        reserved.Allocations.Select(a => (a.LotId, a.Quantity.Milligrams)).ShouldBe([(soon, 50_000), (between, 30_000), (late, 4_000)]);
        (await house.LotAsync(late)).ShouldBe((0, 96, 4, 0));
    }

    [Fact]
    public async Task A_lot_past_its_day_of_expiry_is_not_taken()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        var lot = await house.StockAsync(centre, piece, 100, expiresInDays: 1);
        await house.ScalarAsync<int>(
            "with old as (update pharmacy.lots set expires_on = current_date - 2 where id = $1 returning 1) select 1",
            lot
        );
        await using (var connection = await house.Database.OpenConnectionAsync())
        await using (
            var command = new Npgsql.NpgsqlCommand(
                $"set session_replication_role = replica; update pharmacy.lot_balances set expires_on = current_date - 2 where lot_id = '{lot}'; set session_replication_role = default",
                connection
            )
        )
        {
            await command.ExecuteNonQueryAsync();
        }

        var id = await house.ArriveAsync(house.Approved((piece, 5)));

        (await house.StateAsync(id)).ShouldBe("short");
    }

    [Fact]
    public async Task Nothing_is_set_aside_when_one_line_is_short_and_all_is_once_it_is_released()
    {
        var (here, lacking) = (house.Piece(), house.Piece());
        var centre = await house.CentreAsync();
        var lot = await house.StockAsync(centre, here, 1000);
        var quarantined = await house.GoodsInAsync(centre, lacking, 1000);
        const string Trace = "00-11111111111111111111111111111111-2222222222222222-01";

        var id = await house.ArriveAsync(house.Approved((here, 10), (lacking, 10)), Trace);

        (await house.StateAsync(id)).ShouldBe("short");
        (await house.LotAsync(lot)).ShouldBe((0, 1000, 0, 0));
        (await house.ToldAsync<StockShort>(id)).ShouldHaveSingleItem().MissingPieces.ShouldBe([lacking]);

        await house.SayAsync(house.Released(quarantined));

        await Eventually.Be(async () => await house.StateAsync(id) == "reserved", "it is tried again");
        var told = await Told.OfAsync(house.Database, id);
        told.Select(t => (t.Event.GetType().Name, t.Event.Version))
            .ShouldBe([("StockShort", 1), ("PrescriptionRouted", 2), ("StockReserved", 3)]);
        (await house.LotAsync(lot)).ShouldBe((0, 930, 70, 0));
    }

    [Fact]
    public async Task A_piece_on_two_lines_counts_twice()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        await house.StockAsync(centre, piece, 100);

        var id = await house.ArriveAsync(house.Approved((piece, 8), (piece, 8)));

        (await house.StateAsync(id)).ShouldBe("short");
    }

    [Fact]
    public async Task However_many_want_the_same_herb_not_a_gram_is_promised_twice()
    {
        // 甘草 in all, another herb in half; two replicas with four lanes each take them in.
        var (hot, other) = (house.Piece(), house.Piece());
        var centre = await house.CentreAsync();
        Guid[] lots =
        [
            await house.StockAsync(centre, hot, 700, expiresInDays: 30),
            await house.StockAsync(centre, hot, 700, expiresInDays: 60),
            await house.StockAsync(centre, hot, 735, expiresInDays: 90),
        ];
        await house.StockAsync(centre, other, 100_000);
        var approved = Enumerable
            .Range(0, 300)
            .Select(i => i % 2 == 0 ? house.Approved((hot, 1), (other, 5)) : house.Approved((other, 2), (hot, 1)))
            .ToArray();

        // 7 g each: 305 fit into 2135 g; 300 come, then 10 more of which 5 fit.
        await Task.WhenAll(approved.Chunk(50).Select(chunk => house.Prescriptions.TellAsync(chunk)));
        var more = Enumerable.Range(0, 10).Select(_ => house.Approved((hot, 1))).ToArray();
        await house.Prescriptions.TellAsync(more);

        Guid[] ids = [.. approved.Concat(more).Select(a => a.AggregateId)];
        await Eventually.Be(
            async () => await house.ScalarAsync<long>("select count(*) from pharmacy.prescriptions where id = any($1)", ids) == 310,
            "all are decided"
        );
        (
            await house.ScalarAsync<long>("select count(*) from pharmacy.prescriptions where id = any($1) and state = 'reserved'", ids)
        ).ShouldBe(305);
        (await house.ScalarAsync<long>("select count(*) from pharmacy.prescriptions where id = any($1) and state = 'short'", ids)).ShouldBe(
            5
        );
        foreach (var lot in lots)
        {
            var (_, available, reserved, _) = await house.LotAsync(lot);
            available.ShouldBe(0);
            reserved.ShouldBeGreaterThan(0);
        }

        (await LedgerAudit.RunAsync(house.Database)).Where(c => !c.Ok).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_event_twice_reserves_once()
    {
        var piece = house.Piece();
        var lot = await house.StockAsync(await house.CentreAsync(), piece, 1000);
        var approved = house.Approved((piece, 10));
        var message = await house.Prescriptions.TellAsync(approved);
        await Told.TakenInAsync(house.Database, message);

        await house.Prescriptions.TellAgainAsync(message);
        await house.Prescriptions.SettledAsync();
        // Also under another id, as after a replay from a restored outbox.
        await house.ArriveAsync(approved);

        (await house.LotAsync(lot)).ShouldBe((0, 930, 70, 0));
        (await Told.OfAsync(house.Database, approved.AggregateId)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_cancellation_that_comes_first_wins_and_one_that_comes_later_sets_free()
    {
        var piece = house.Piece();
        var lot = await house.StockAsync(await house.CentreAsync(), piece, 1000);
        var first = house.Approved((piece, 10));
        await house.ArriveAsync(house.Cancelled(first));
        await house.ArriveAsync(first);
        (await house.StateAsync(first.AggregateId)).ShouldBe("withdrawn");

        var second = house.Approved((piece, 10));
        await house.ReservedAsync(second);
        await house.ArriveAsync(house.Cancelled(second));

        (await house.StateAsync(second.AggregateId)).ShouldBe("withdrawn");
        (await house.LotAsync(lot)).ShouldBe((0, 1000, 0, 0));
    }

    [Fact]
    public async Task A_newer_revision_of_a_cancelled_prescription_is_filled()
    {
        var piece = house.Piece();
        await house.StockAsync(await house.CentreAsync(), piece, 1000);
        var approved = house.Approved((piece, 10));
        await house.ArriveAsync(house.Cancelled(approved));

        await house.ArriveAsync(approved with { Revision = 2 });
        // The first revision's cancellation, told again under another id, does not touch the second.
        await house.ArriveAsync(house.Cancelled(approved));

        (await house.StateAsync(approved.AggregateId)).ShouldBe("reserved");
    }

    [Fact]
    public async Task The_nearest_centre_that_has_all_is_chosen_and_the_reason_names_what_the_nearer_lacks()
    {
        var (common, rare) = (house.Piece(), house.Piece());
        var near = await house.CentreAsync(name: "近处药房");
        var far = await house.CentreAsync("330782", 120.075, 29.306, "义乌药房");
        await house.StockAsync(near, common, 1000);
        await house.StockAsync(far, common, 1000);
        await house.StockAsync(far, rare, 1000);

        var both = await house.ReservedAsync(house.Approved((common, 3), (rare, 3)));
        var one = await house.ReservedAsync(house.Approved((common, 3)));

        var reason = (await house.ToldAsync<PrescriptionRouted>(both)).Single();
        reason.CentreCode.ShouldBe(far);
        reason.ReasonZh.ShouldContain(rare);
        reason.ReasonEn.ShouldContain("in the province of delivery");
        (await house.ToldAsync<PrescriptionRouted>(one)).Single().CentreCode.ShouldBe(near);
    }

    [Fact]
    public async Task A_suspended_centre_gets_no_new_work_until_it_is_reinstated()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        await house.StockAsync(centre, piece, 1000);
        var standing = Guid.CreateVersion7();
        // Told out of order: the reinstatement (3) has to win over the suspension (2) that comes after it.
        await SayAsync(
            new InstitutionSuspended
            {
                AggregateId = standing,
                Version = 2,
                OccurredAt = DateTimeOffset.UtcNow,
                Code = centre,
                Reason = "整改",
            }
        );
        var held = await house.ArriveAsync(house.Approved((piece, 5)));
        (await house.StateAsync(held)).ShouldBe("short");

        await SayAsync(
            new InstitutionReinstated
            {
                AggregateId = standing,
                Version = 4,
                OccurredAt = DateTimeOffset.UtcNow,
                Code = centre,
            }
        );
        await SayAsync(
            new InstitutionSuspended
            {
                AggregateId = standing,
                Version = 3,
                OccurredAt = DateTimeOffset.UtcNow,
                Code = centre,
                Reason = "整改",
            }
        );

        await house.ReservedAsync(house.Approved((piece, 5)));

        async Task SayAsync(Event e) => await Told.TakenInAsync(house.Database, await house.Institutions.TellAsync(e));
    }
}
