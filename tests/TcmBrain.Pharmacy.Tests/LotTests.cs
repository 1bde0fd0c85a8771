using System.Net;
using TcmBrain.Contracts.Events;
using TcmBrain.Pharmacy.Stock;
using TcmBrain.Testing;

namespace TcmBrain.Pharmacy.Tests;

public sealed class LotTests(House house)
{
    [Fact]
    public async Task A_delivered_lot_waits_in_quarantine_and_the_same_delivery_again_is_the_same_lot()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        using var keeper = house.Dispenser(centre);
        var delivery = house.Delivery(piece, 500);

        var first = await keeper.SendAsync("/api/pharmacy/goods-in", delivery);
        var again = await keeper.SendAsync("/api/pharmacy/goods-in", delivery);

        first.Status.ShouldBe(HttpStatusCode.Created);
        again.Status.ShouldBe(HttpStatusCode.OK);
        var lot = first.Json.GetProperty("lotId").GetGuid();
        again.Json.GetProperty("lotId").GetGuid().ShouldBe(lot);
        (await house.LotAsync(lot)).ShouldBe((500, 0, 0, 0));
        var told = (await house.ToldAsync<LotAccepted>(lot)).ShouldHaveSingleItem();
        (told.CentreCode, told.Piece, told.Quantity.Milligrams).ShouldBe((centre, piece, 500_000));

        delivery["quantityMilligrams"] = 500_001;
        (await keeper.SendAsync("/api/pharmacy/goods-in", delivery)).ShouldBeRefused(
            "PHA-0109",
            HttpStatusCode.Conflict,
            "quantityMilligrams"
        );
    }

    [Fact]
    public async Task The_same_delivery_twenty_times_at_once_is_one_lot()
    {
        var centre = await house.CentreAsync();
        using var keeper = house.Dispenser(centre);
        var delivery = house.Delivery(house.Piece(), 500);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => keeper.SendAsync("/api/pharmacy/goods-in", delivery)));

        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.Select(a => a.Json.GetProperty("lotId").GetGuid()).Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("piece", "仙丹", "PHA-0101")]
    [InlineData("piece", "", "PHA-0101")]
    [InlineData("lotNumber", " ", "PHA-0103")]
    [InlineData("supplier", "", "PHA-0103")]
    [InlineData("origin", "a\u0007b", "PHA-0103")]
    [InlineData("quantityMilligrams", 0L, "PHA-0104")]
    [InlineData("quantityMilligrams", -5L, "PHA-0104")]
    [InlineData("quantityMilligrams", long.MaxValue, "PHA-0104")]
    [InlineData("producedOn", "2999-01-01", "PHA-0105")]
    [InlineData("expiresOn", "2020-01-01", "PHA-0106")]
    [InlineData("certificate", "", "PHA-0108")]
    [InlineData("certificate", null, "PHA-0108")]
    public async Task A_faulty_delivery_is_refused_where_it_is_faulty(string field, object? value, string code)
    {
        var centre = await house.CentreAsync();
        using var keeper = house.Dispenser(centre);
        var delivery = house.Delivery("甘草", 500);
        delivery[field] = value;

        var answer = await keeper.SendAsync("/api/pharmacy/goods-in", delivery);

        answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity, answer.Text);
        answer.ShouldBeRefused(answer.Codes.First()!, HttpStatusCode.UnprocessableEntity, field);
        answer.Codes.ShouldContain(code);
        (await house.ScalarAsync<long>("select count(*) from pharmacy.lots where centre_code = $1", centre)).ShouldBe(0);
    }

    [Fact]
    public async Task An_alias_is_refused_with_the_standard_name()
    {
        using var keeper = house.Dispenser(await house.CentreAsync());

        var answer = await keeper.SendAsync("/api/pharmacy/goods-in", house.Delivery("国老", 5));

        answer.ShouldBeRefused("PHA-0102", HttpStatusCode.UnprocessableEntity, "piece");
        answer.Text.ShouldContain("甘草");
    }

    [Fact]
    public async Task Only_a_centre_takes_goods_in_and_only_its_stock_keepers()
    {
        using var hospital = house.Dispenser(house.Organisation());
        using var his = house.Service.Client(TestTokens.Of("his-1", await house.CentreAsync(), House.County, "his"));
        using var nobody = house.Service.Client();

        (await hospital.SendAsync("/api/pharmacy/goods-in", house.Delivery("甘草", 5))).ShouldBeRefused(
            "PHA-0110",
            HttpStatusCode.Conflict
        );
        (await his.SendAsync("/api/pharmacy/goods-in", house.Delivery("甘草", 5))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await nobody.SendAsync("/api/pharmacy/goods-in", house.Delivery("甘草", 5))).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_release_that_comes_after_the_recall_it_precedes_releases_nothing()
    {
        var piece = house.Piece();
        var lot = await house.GoodsInAsync(await house.CentreAsync(), piece, 100);

        await house.SayAsync(house.Recalled(lot, version: 2));
        await house.SayAsync(house.Released(lot, version: 1));

        (await house.LotAsync(lot)).ShouldBe((100, 0, 0, 0));
        (await house.ScalarAsync<string>("select status from pharmacy.lots where id = $1", lot)).ShouldBe("frozen");
    }

    [Fact]
    public async Task A_rejected_lot_is_never_released()
    {
        var piece = house.Piece();
        var lot = await house.GoodsInAsync(await house.CentreAsync(), piece, 100);

        await house.SayAsync(house.Rejected(lot, version: 1));
        await house.SayAsync(house.Released(lot, version: 2));

        (await house.LotAsync(lot)).ShouldBe((100, 0, 0, 0));
    }

    [Fact]
    public async Task A_verdict_on_a_lot_that_is_not_here_is_kept_and_harms_nothing()
    {
        var lot = Guid.CreateVersion7();

        await house.SayAsync(house.Released(lot));

        (await house.ScalarAsync<long>("select count(*) from pharmacy.lot_verdicts where lot_id = $1", lot)).ShouldBe(1);
    }

    [Fact]
    public async Task What_was_reserved_of_a_recalled_lot_is_reserved_anew_from_another()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        var bad = await house.StockAsync(centre, piece, 100, expiresInDays: 30);
        var good = await house.StockAsync(centre, piece, 100, expiresInDays: 90);
        var id = await house.ReservedAsync(house.Approved((piece, 10)));

        await house.SayAsync(house.Recalled(bad));

        await Eventually.Be(async () => (await house.LotAsync(good)).Reserved == 70, "the good lot takes over");
        (await house.LotAsync(bad)).ShouldBe((100, 0, 0, 0));
        var reserved = await house.ToldAsync<StockReserved>(id);
        reserved.Select(r => (r.Version, r.Allocations.Single().LotId)).ShouldBe([(2, bad), (5, good)]);
    }

    [Fact]
    public async Task What_cannot_be_reserved_anew_is_short()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        var bad = await house.StockAsync(centre, piece, 100);
        var id = await house.ReservedAsync(house.Approved((piece, 10)));

        await house.SayAsync(house.Recalled(bad));

        await Eventually.Be(async () => (await house.ToldAsync<StockShort>(id)).Count == 1, "it is told to be short");
        (await house.LotAsync(bad)).ShouldBe((100, 0, 0, 0));
        using var dispenser = house.Dispenser(centre);
        (await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { })).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData(Verdict.Released, 1, Verdict.Recalled, 2, "frozen")]
    [InlineData(Verdict.Recalled, 2, Verdict.Released, 3, "available")]
    [InlineData(Verdict.Released, 1, Verdict.Rejected, 2, "rejected")]
    [InlineData(Verdict.Rejected, 3, Verdict.Released, 4, "rejected")]
    public void Two_verdicts_end_the_same_in_either_order(Verdict a, int versionA, Verdict b, int versionB, string status)
    {
        var lot = new LotStanding(LotStanding.Quarantine, 0);

        lot.After(a, versionA).After(b, versionB).Status.ShouldBe(status);
        lot.After(b, versionB).After(a, versionA).Status.ShouldBe(status);
    }

    [Fact]
    public async Task A_lots_card_tells_where_every_gram_went()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        var lot = await house.StockAsync(centre, piece, 1000);
        var id = await house.ReservedAsync(house.Approved((piece, 10)));
        using var keeper = house.Dispenser(centre);

        var card = await keeper.JsonAsync($"/api/pharmacy/lots/{lot}");

        card.GetProperty("status").GetString().ShouldBe("available");
        card.GetProperty("origin").GetString().ShouldBe("浙江磐安");
        card.GetProperty("accounts").GetProperty("reservedMilligrams").GetInt64().ShouldBe(70_000);
        card.GetProperty("verdicts")[0].GetProperty("verdict").GetString().ShouldBe("released");
        var history = card.GetProperty("history").EnumerateArray().ToArray();
        history.Select(h => h.GetProperty("kind").GetString()).ShouldBe(["receipt", "release", "reservation"]);
        history[2].GetProperty("prescriptionId").GetGuid().ShouldBe(id);
    }

    [Fact]
    public async Task Stock_and_cards_are_seen_by_the_centre_and_the_regions_regulator_alone()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        var lot = await house.StockAsync(centre, piece, 1000);
        using var own = house.Dispenser(centre);
        using var other = house.Dispenser(await house.CentreAsync());
        using var city = house.Service.Client(TestTokens.Of("regulator-1", house.Organisation(), "330100", "regulator"));
        using var elsewhere = house.Service.Client(TestTokens.Of("regulator-2", house.Organisation(), "330700", "regulator"));
        using var his = house.Service.Client(TestTokens.Of("his-1", house.Organisation(), "330106", "his"));

        foreach (var (client, sees) in new[] { (own, true), (other, false), (city, true), (elsewhere, false) })
        {
            var stock = await client.JsonAsync($"/api/pharmacy/stock?piece={Uri.EscapeDataString(piece)}");
            stock.GetProperty("items").GetArrayLength().ShouldBe(sees ? 1 : 0);
            (await client.ReadAsync($"/api/pharmacy/lots/{lot}")).Status.ShouldBe(sees ? HttpStatusCode.OK : HttpStatusCode.NotFound);
        }

        (await own.JsonAsync($"/api/pharmacy/stock?piece={Uri.EscapeDataString(piece)}"))
            .GetProperty("items")[0]
            .GetProperty("usableMilligrams")
            .GetInt64()
            .ShouldBe(1_000_000);
        (await his.ReadAsync("/api/pharmacy/stock")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }
}
