using System.Net;
using TcmBrain.Contracts.Events;
using TcmBrain.Knowledge;
using TcmBrain.Testing;

namespace TcmBrain.Pharmacy.Tests;

/// <summary>Positions, transfers, losses and returns.</summary>
public sealed class StockMovesTests(House house)
{
    [Fact]
    public async Task What_arrives_less_than_it_was_sent_is_the_senders_loss_with_a_reason()
    {
        var (from, to, piece) = (await house.CentreAsync(), await house.CentreAsync(), house.Piece());
        var lot = await house.StockAsync(from, piece, 1000);
        using var sender = house.Dispenser(from);
        using var receiver = house.Dispenser(to);
        var id = Guid.CreateVersion7();

        var sent = await SendAsync(sender, id, to, (lot, 400_000));
        (sent.Status, (await SendAsync(sender, id, to, (lot, 400_000))).Status).ShouldBe((HttpStatusCode.Created, HttpStatusCode.OK));
        (await BalanceAsync(lot)).ShouldBe("1000000 0 600000 400000 0 0");
        (await ArriveAsync(sender, id, (lot, 400_000, ""))).ShouldBeRefused("PHA-0721", HttpStatusCode.NotFound);
        (await ArriveAsync(receiver, id, (lot, 399_000, ""))).ShouldBeRefused("PHA-0725", HttpStatusCode.UnprocessableEntity);
        (await ArriveAsync(receiver, id, (lot, 400_001, ""))).ShouldBeRefused("PHA-0726", HttpStatusCode.UnprocessableEntity);
        (await ArriveAsync(receiver, id)).ShouldBeRefused("PHA-0727", HttpStatusCode.UnprocessableEntity);
        var arrived = await ArriveAsync(receiver, id, (lot, 399_000, "包装破损"));

        arrived.Status.ShouldBe(HttpStatusCode.OK, arrived.Text);
        (await BalanceAsync(lot)).ShouldBe("1000000 0 600000 0 1000 399000");
        var list = await receiver.JsonAsync("/api/pharmacy/transfers");
        var part = list.GetProperty("items")[0].GetProperty("lines")[0].GetProperty("arrivedLotId").GetGuid();
        (await BalanceAsync(part)).ShouldBe("399000 399000 0 0 0 0");
        (await house.ToldAsync<LotAccepted>(part)).ShouldHaveSingleItem().CentreCode.ShouldBe(to);
        using var elsewhere = house.Dispenser(await house.CentreAsync());
        (await elsewhere.JsonAsync("/api/pharmacy/transfers")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_recall_reaches_the_parts_of_a_lot_wherever_they_are()
    {
        var (from, to, piece) = (await house.CentreAsync(), await house.CentreAsync(), house.Piece());
        var lot = await house.StockAsync(from, piece, 1000);
        using var sender = house.Dispenser(from);
        using var receiver = house.Dispenser(to);
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await SendAsync(sender, first, to, (lot, 100_000));
        await ArriveAsync(receiver, first, (lot, 100_000, ""));
        var part = (await receiver.JsonAsync("/api/pharmacy/transfers")).GetProperty("items")[0].GetProperty("lines")[0];
        var arrived = part.GetProperty("arrivedLotId").GetGuid();
        await house.SayAsync(house.Released(arrived));
        await SendAsync(sender, second, to, (lot, 100_000));

        await house.SayAsync(house.Recalled(lot));
        // Said of the part before it was known there, or again: it stays frozen.
        await house.SayAsync(house.Released(arrived, version: 3));
        await ArriveAsync(receiver, second, (lot, 100_000, ""));

        (await BalanceAsync(arrived)).ShouldBe("100000 100000 0 0 0 0");
        (
            await house.ScalarAsync<long>(
                "select count(*) from pharmacy.lots where status = 'frozen' and (id = $1 or root_lot_id = $1)",
                lot
            )
        ).ShouldBe(3);
    }

    [Fact]
    public async Task Only_what_is_good_and_free_is_sent_and_only_to_another_centre()
    {
        var (from, to, piece) = (await house.CentreAsync(), await house.CentreAsync(), house.Piece());
        var (free, waiting) = (await house.StockAsync(from, piece, 100), await house.GoodsInAsync(from, piece, 100));
        using var sender = house.Dispenser(from);

        (await SendAsync(sender, Guid.CreateVersion7(), to, (free, 100_001))).ShouldBeRefused("PHA-0724", HttpStatusCode.Conflict);
        (await SendAsync(sender, Guid.CreateVersion7(), to, (waiting, 1))).ShouldBeRefused("PHA-0724", HttpStatusCode.Conflict);
        (await SendAsync(sender, Guid.CreateVersion7(), from, (free, 1))).ShouldBeRefused("PHA-0723", HttpStatusCode.UnprocessableEntity);
        await house.ScalarAsync<int>(
            "update pharmacy.lots set produced_on = produced_on - 500, expires_on = current_date - 2 where id = $1 returning 1",
            free
        );
        (await SendAsync(sender, Guid.CreateVersion7(), to, (free, 1))).ShouldBeRefused("PHA-0724", HttpStatusCode.Conflict);
        using var thief = house.Dispenser(to);
        (await SendAsync(thief, Guid.CreateVersion7(), from, (free, 1))).ShouldBeRefused("PHA-0113", HttpStatusCode.NotFound);
        (await BalanceAsync(free)).ShouldBe("100000 0 100000 0 0 0");
    }

    [Fact]
    public async Task A_small_loss_is_booked_at_once_and_a_large_one_when_somebody_else_signs()
    {
        var (centre, piece) = (await house.CentreAsync(), house.Piece());
        var lot = await house.StockAsync(centre, piece, 10_000);
        using var keeper = house.Dispenser(centre);
        using var second = house.Checker(centre);
        var (small, large) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        (await LoseAsync(keeper, small, lot, 500_000)).Json.GetProperty("state").GetString().ShouldBe("booked");
        (await LoseAsync(keeper, small, lot, 500_000)).Json.GetProperty("recorded").GetBoolean().ShouldBeFalse();
        (await LoseAsync(keeper, small, lot, 500_001)).ShouldBeRefused("PHA-0611", HttpStatusCode.Conflict);
        (await LoseAsync(keeper, large, lot, 500_001)).Json.GetProperty("state").GetString().ShouldBe("awaiting-signature");
        (await BalanceAsync(lot)).ShouldBe("10000000 0 9500000 0 500000 0");
        (await keeper.SendAsync($"/api/pharmacy/write-offs/{large}/sign", new { })).ShouldBeRefused("PHA-0733", HttpStatusCode.Conflict);
        (await second.SendAsync($"/api/pharmacy/write-offs/{large}/sign", new { })).Status.ShouldBe(HttpStatusCode.OK);
        (await second.SendAsync($"/api/pharmacy/write-offs/{large}/sign", new { }))
            .Json.GetProperty("recorded")
            .GetBoolean()
            .ShouldBeFalse();

        (await BalanceAsync(lot)).ShouldBe("10000000 0 8999999 0 1000001 0");
        (await LoseAsync(keeper, Guid.CreateVersion7(), lot, 8_999_999 + 1)).ShouldBeRefused("PHA-0724", HttpStatusCode.Conflict);
        (await LoseAsync(keeper, Guid.CreateVersion7(), lot, -1)).ShouldBeRefused("PHA-0104", HttpStatusCode.UnprocessableEntity);
        using var elsewhere = house.Dispenser(await house.CentreAsync());
        (await LoseAsync(elsewhere, Guid.CreateVersion7(), lot, 1)).ShouldBeRefused("PHA-0113", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_rejected_lot_goes_back_to_its_supplier()
    {
        var (centre, piece) = (await house.CentreAsync(), house.Piece());
        var lot = await house.GoodsInAsync(centre, piece, 100);
        await house.SayAsync(house.Rejected(lot));
        using var keeper = house.Dispenser(centre);

        var answer = await keeper.SendAsync(
            $"/api/pharmacy/write-offs/{Guid.CreateVersion7()}",
            new
            {
                kind = "return",
                lotId = lot,
                milligrams = 100_000,
                cause = "rejected",
                reason = "检验不合格,退回",
            },
            HttpMethod.Put
        );

        answer.Json.GetProperty("state").GetString().ShouldBe("booked", answer.Text);
        (await house.ScalarAsync<long>("select returned from pharmacy.lot_balances where lot_id = $1", lot)).ShouldBe(100_000);
    }

    [Fact]
    public async Task What_patients_bring_back_is_destroyed_and_no_more_than_was_handed_out()
    {
        var (centre, piece) = (await house.CentreAsync(), house.Piece());
        var lot = await house.StockAsync(centre, piece, 1000, lotNumber: "BACK-1");
        var id = await house.ReservedAsync(house.Approved((piece, 10)));
        using var keeper = house.Dispenser(centre);
        using var second = house.Checker(centre);
        var portions = new[]
        {
            new
            {
                lineNumber = 1,
                lotNumber = "BACK-1",
                milligrams = 70_000,
            },
        };
        await keeper.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { });
        await keeper.SendAsync($"/api/pharmacy/dispensings/{id}/weights", new { portions }, HttpMethod.Put);
        await keeper.SendAsync($"/api/pharmacy/dispensings/{id}/finish", new { });

        // Not handed out before somebody has checked it.
        (await HandedOutAsync(keeper)).ShouldBeEmpty();
        (await Back(30_000)).ShouldBeRefused("PHA-0734", HttpStatusCode.Conflict);
        (await second.SendAsync($"/api/pharmacy/dispensings/{id}/check", new { items = new[] { new { lineNumber = 1 } } })).Status.ShouldBe(
            HttpStatusCode.OK
        );
        (await Back(70_001)).ShouldBeRefused("PHA-0734", HttpStatusCode.Conflict);
        var asked = await Back(30_000);
        asked.Json.GetProperty("state").GetString().ShouldBe("awaiting-signature", asked.Text);
        (await HandedOutAsync(keeper)).ShouldBe([(lot, 70_000, 0, 30_000)]);
        var signed = await second.SendAsync($"/api/pharmacy/write-offs/{asked.Json.GetProperty("writeOffId").GetGuid()}/sign", new { });
        signed.Status.ShouldBe(HttpStatusCode.OK, signed.Text);

        (await house.LotAsync(lot)).ShouldBe((0, 930, 0, 40));
        (await Back(40_001)).ShouldBeRefused("PHA-0734", HttpStatusCode.Conflict);
        (await HandedOutAsync(keeper)).ShouldBe([(lot, 70_000, 30_000, 0)]);
        using var elsewhere = house.Dispenser(await house.CentreAsync());
        (await HandedOutAsync(elsewhere)).ShouldBeEmpty();
        using var nameless = await keeper.GetAsync("/api/pharmacy/handed-out?number=%20");
        nameless.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

        async Task<IEnumerable<(Guid, long, long, long)>> HandedOutAsync(HttpClient who)
        {
            var number = await house.ScalarAsync<string>("select his_number from pharmacy.prescriptions where id = $1", id);
            var found = await who.JsonAsync("/api/pharmacy/handed-out?number=" + Uri.EscapeDataString(number));
            return found
                .GetProperty("items")
                .EnumerateArray()
                .Where(p => p.GetProperty("prescriptionId").GetGuid() == id)
                .SelectMany(p => p.GetProperty("lines").EnumerateArray())
                .Select(l =>
                    (
                        l.GetProperty("lotId").GetGuid(),
                        l.GetProperty("handedOutMilligrams").GetInt64(),
                        l.GetProperty("backMilligrams").GetInt64(),
                        l.GetProperty("waitingMilligrams").GetInt64()
                    )
                );
        }

        Task<Answer> Back(long milligrams) =>
            keeper.SendAsync(
                $"/api/pharmacy/write-offs/{Guid.CreateVersion7()}",
                new
                {
                    kind = "goods-back",
                    lotId = lot,
                    milligrams,
                    cause = "other",
                    reason = "患者退回",
                    prescriptionId = id,
                    lineNumber = 1,
                },
                HttpMethod.Put
            );
    }

    [Fact]
    public async Task Lots_lie_where_they_may_and_positions_are_looked_after()
    {
        var (centre, piece, other) = (await house.CentreAsync(), house.Piece(), house.Piece());
        var toxic = Catalogue.Default.Herbs.First(h => h.Regulation == Regulation.ControlledToxic).Name;
        var (lot, strange, guarded) = (
            await house.StockAsync(centre, piece, 100, expiresInDays: 20),
            await house.StockAsync(centre, other, 100),
            await house.GoodsInAsync(centre, toxic, 100)
        );
        using var keeper = house.Dispenser(centre);
        (await SetAsync(keeper, "A-01", "drawer", piece)).Status.ShouldBe(HttpStatusCode.Created);
        await SetAsync(keeper, "B-01", "shelf", null);
        await SetAsync(keeper, "T-01", "locked", null);

        (await PlaceAsync(keeper, lot, "A-01")).Status.ShouldBe(HttpStatusCode.OK);
        (await PlaceAsync(keeper, strange, "A-01")).ShouldBeRefused("PHA-0702", HttpStatusCode.UnprocessableEntity, "position");
        (await PlaceAsync(keeper, guarded, "B-01")).ShouldBeRefused("PHA-0703", HttpStatusCode.UnprocessableEntity, "position");
        (await PlaceAsync(keeper, guarded, "T-01")).Status.ShouldBe(HttpStatusCode.OK);
        (await PlaceAsync(keeper, lot, "Z-99")).ShouldBeRefused("PHA-0701", HttpStatusCode.NotFound);
        (await SetAsync(keeper, "A-01", "drawer", piece, retired: true)).ShouldBeRefused("PHA-0705", HttpStatusCode.Conflict);
        (await SetAsync(keeper, "A-01", "drawer", other)).ShouldBeRefused("PHA-0702", HttpStatusCode.UnprocessableEntity);
        (await SetAsync(keeper, "T-01", "shelf", null)).ShouldBeRefused("PHA-0703", HttpStatusCode.UnprocessableEntity);
        (await SetAsync(keeper, "A..B", "shelf", null)).ShouldBeRefused("PHA-0706", HttpStatusCode.UnprocessableEntity, "code");

        var due = await keeper.JsonAsync("/api/pharmacy/positions?due=true");
        due.GetProperty("items").EnumerateArray().Select(p => p.GetProperty("code").GetString()).ShouldBe(["A-01", "T-01"]);
        var care = new
        {
            id = Guid.CreateVersion7(),
            kind = "inspection",
            celsius = 24.5,
            humidity = 81,
            finding = "偏潮",
            action = "开除湿机",
        };
        var cared = await keeper.SendAsync("/api/pharmacy/positions/A-01/care", care);
        cared.Json.GetProperty("inRange").GetBoolean().ShouldBeFalse(cared.Text);
        (await keeper.SendAsync("/api/pharmacy/positions/A-01/care", care)).Json.GetProperty("recorded").GetBoolean().ShouldBeFalse();
        var position = (await keeper.JsonAsync("/api/pharmacy/positions?search=A-01")).GetProperty("items")[0];
        (position.GetProperty("careDue").GetBoolean(), position.GetProperty("lastInRange").GetBoolean()).ShouldBe((false, false));
        position.GetProperty("onHandMilligrams").GetInt64().ShouldBe(100_000);

        var soon = await keeper.JsonAsync("/api/pharmacy/lots?expiringInDays=30");
        var warned = soon.GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
        (warned.GetProperty("lotId").GetGuid(), warned.GetProperty("daysLeft").GetInt32()).ShouldBe((lot, 20));
    }

    private async Task<string> BalanceAsync(Guid lot) =>
        await house.ScalarAsync<string>(
            """
            select received || ' ' || quarantine || ' ' || available || ' ' || in_transit || ' ' || lost || ' ' || transferred
            from pharmacy.lot_balances where lot_id = $1
            """,
            lot
        );

    private static Task<Answer> SendAsync(HttpClient sender, Guid id, string to, params (Guid Lot, long Milligrams)[] lines) =>
        sender.SendAsync(
            $"/api/pharmacy/transfers/{id}",
            new
            {
                toCentre = to,
                reason = "补货",
                lines = lines.Select(l => new { lotId = l.Lot, milligrams = l.Milligrams }),
            },
            HttpMethod.Put
        );

    private static Task<Answer> ArriveAsync(HttpClient receiver, Guid id, params (Guid Lot, long Milligrams, string Reason)[] lines) =>
        receiver.SendAsync(
            $"/api/pharmacy/transfers/{id}/arrival",
            new
            {
                lines = lines.Select(l => new
                {
                    lotId = l.Lot,
                    milligrams = l.Milligrams,
                    reason = l.Reason,
                }),
            }
        );

    private static Task<Answer> LoseAsync(HttpClient keeper, Guid id, Guid lot, long milligrams) =>
        keeper.SendAsync(
            $"/api/pharmacy/write-offs/{id}",
            new
            {
                kind = "loss",
                lotId = lot,
                milligrams,
                cause = "mould",
                reason = "霉变",
            },
            HttpMethod.Put
        );

    private static Task<Answer> SetAsync(HttpClient keeper, string code, string zone, string? piece, bool retired = false) =>
        keeper.SendAsync(
            $"/api/pharmacy/positions/{code}",
            new
            {
                zone,
                piece,
                minCelsius = 0,
                maxCelsius = 25.5,
                maxHumidity = 65,
                careDays = 30,
                retired,
            },
            HttpMethod.Put
        );

    private static Task<Answer> PlaceAsync(HttpClient keeper, Guid lot, string position) =>
        keeper.SendAsync($"/api/pharmacy/lots/{lot}/position", new { position }, HttpMethod.Put);
}
