using System.Net;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Pharmacy.Tests;

/// <summary>Counting what lies there while work goes on.</summary>
public sealed class StocktakeTests(House house)
{
    [Fact]
    public async Task Differences_are_booked_when_a_second_person_signs()
    {
        var (centre, piece) = (await house.CentreAsync(), house.Piece());
        var (less, more, same) = (
            await house.StockAsync(centre, piece, 100, 30),
            await house.StockAsync(centre, piece, 100, 60),
            await house.GoodsInAsync(centre, piece, 100, 90)
        );
        using var counter = house.Dispenser(centre);
        using var second = house.Checker(centre);
        var id = await OpenAsync(counter, piece);

        (await CountAsync(counter, id, (less, 93_500), (more, 100_250))).Status.ShouldBe(HttpStatusCode.OK);
        (await SignAsync(second, id)).ShouldBeRefused("PHA-0714", HttpStatusCode.Conflict);
        (await CountAsync(counter, id, (same, 100_000))).Status.ShouldBe(HttpStatusCode.OK);
        (await SignAsync(counter, id)).ShouldBeRefused("PHA-0715", HttpStatusCode.Conflict);
        var signed = await SignAsync(second, id);

        signed.Json.GetProperty("differences").GetInt32().ShouldBe(2);
        (await SignAsync(second, id)).Json.GetProperty("recorded").GetBoolean().ShouldBeFalse();
        (await BalanceAsync(less)).ShouldBe("100000 0 93500 0 6500");
        (await BalanceAsync(more)).ShouldBe("100000 250 100250 0 0");
        (await BalanceAsync(same)).ShouldBe("100000 0 0 0 0");
        var card = await counter.JsonAsync($"/api/pharmacy/lots/{less}");
        var booked = card.GetProperty("history").EnumerateArray().Last();
        (booked.GetProperty("kind").GetString(), booked.GetProperty("documentId").GetGuid()).ShouldBe(("stocktake", id));
    }

    [Fact]
    public async Task What_moves_while_it_is_counted_is_no_difference()
    {
        var (centre, piece) = (await house.CentreAsync(), house.Piece());
        var lot = await house.StockAsync(centre, piece, 1000, lotNumber: "MOVE-1");
        var id = await house.ReservedAsync(house.Approved((piece, 10)));
        using var counter = house.Dispenser(centre);
        using var second = house.Checker(centre);
        await counter.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { });
        var stocktake = await OpenAsync(counter, piece);
        var portions = new[]
        {
            new
            {
                lineNumber = 1,
                lotNumber = "MOVE-1",
                milligrams = 70_000,
            },
        };
        // 70 g lie on the tray and are not booked yet: 930 g are in the drawer.
        await counter.SendAsync($"/api/pharmacy/dispensings/{id}/weights", new { portions }, HttpMethod.Put);

        (await CountAsync(counter, stocktake, (lot, 930_000))).Status.ShouldBe(HttpStatusCode.OK);
        await counter.SendAsync($"/api/pharmacy/dispensings/{id}/finish", new { });
        var other = await house.ReservedAsync(house.Approved((piece, 10)));
        var signed = await SignAsync(second, stocktake);

        signed.Json.GetProperty("differences").GetInt32().ShouldBe(0, signed.Text);
        (await house.LotAsync(lot)).ShouldBe((0, 860, 70, 70));
        (await house.StateAsync(other)).ShouldBe("reserved");
    }

    [Fact]
    public async Task A_count_told_later_is_compared_with_the_books_of_its_moment()
    {
        var (centre, piece) = (await house.CentreAsync(), house.Piece());
        var lot = await house.StockAsync(centre, piece, 1000, lotNumber: "LATE-1");
        using var counter = house.Dispenser(centre);
        using var second = house.Checker(centre);
        var stocktake = await OpenAsync(counter, piece);
        var countedAt = DateTimeOffset.UtcNow;
        await counter.SendAsync(
            $"/api/pharmacy/write-offs/{Guid.CreateVersion7()}",
            new
            {
                kind = "loss",
                lotId = lot,
                milligrams = 4_000,
                cause = "insects",
                reason = "虫蛀",
            },
            HttpMethod.Put
        );

        await counter.SendAsync(
            $"/api/pharmacy/stocktakes/{stocktake}/counts",
            new
            {
                counts = new[]
                {
                    new
                    {
                        lotId = lot,
                        milligrams = 1_000_000,
                        countedAt,
                    },
                },
            }
        );

        (await SignAsync(second, stocktake)).Json.GetProperty("differences").GetInt32().ShouldBe(0);
        (await BalanceAsync(lot)).ShouldBe("1000000 0 996000 0 4000");
    }

    [Fact]
    public async Task When_more_is_missing_than_is_free_reservations_are_broken()
    {
        var (centre, piece) = (await house.CentreAsync(), house.Piece());
        var lot = await house.StockAsync(centre, piece, 100);
        var id = await house.ReservedAsync(house.Approved((piece, 10)));
        using var counter = house.Dispenser(centre);
        using var second = house.Checker(centre);
        var stocktake = await OpenAsync(counter, piece);
        await CountAsync(counter, stocktake, (lot, 50_000));

        var signed = await SignAsync(second, stocktake);

        signed.Status.ShouldBe(HttpStatusCode.OK, signed.Text);
        (await BalanceAsync(lot)).ShouldBe("100000 0 50000 0 50000");
        (await house.ToldAsync<ReservationBroken>(id)).ShouldHaveSingleItem().Cause.ShouldBe("missing");
        await Eventually.Be(async () => (await house.ToldAsync<StockShort>(id)).Count == 1, "it is short");
    }

    [Fact]
    public async Task Two_stocktakes_of_the_same_lots_at_once_are_refused()
    {
        var (centre, piece, other) = (await house.CentreAsync(), house.Piece(), house.Piece());
        var lot = await house.StockAsync(centre, piece, 100);
        await house.StockAsync(centre, other, 100);
        using var counter = house.Dispenser(centre);

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    counter.SendAsync($"/api/pharmacy/stocktakes/{Guid.CreateVersion7()}", new { pieces = new[] { piece } }, HttpMethod.Put)
                )
        );

        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        foreach (var refused in answers.Where(a => a.Status != HttpStatusCode.Created))
        {
            refused.ShouldBeRefused("PHA-0712", HttpStatusCode.Conflict);
        }

        // Another part of the store may be counted meanwhile; and this one again when the first is given up.
        await OpenAsync(counter, other);
        var first = answers.Single(a => a.Status == HttpStatusCode.Created).Json.GetProperty("stocktakeId").GetGuid();
        (await counter.SendAsync($"/api/pharmacy/stocktakes/{first}/cancel", new { reason = "重盘" })).Status.ShouldBe(HttpStatusCode.OK);
        await OpenAsync(counter, piece);
        (await CountAsync(counter, first, (lot, 1))).ShouldBeRefused("PHA-0713", HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(long.MaxValue)]
    public async Task Absurd_counts_are_refused(long milligrams)
    {
        var (centre, piece) = (await house.CentreAsync(), house.Piece());
        var lot = await house.StockAsync(centre, piece, 100);
        using var counter = house.Dispenser(centre);
        var id = await OpenAsync(counter, piece);

        (await CountAsync(counter, id, (lot, milligrams))).ShouldBeRefused(
            "PHA-0104",
            HttpStatusCode.UnprocessableEntity,
            "counts[0].milligrams"
        );
        (await CountAsync(counter, id, (Guid.CreateVersion7(), 5))).ShouldBeRefused("PHA-0717", HttpStatusCode.UnprocessableEntity);
        using var elsewhere = house.Dispenser(await house.CentreAsync());
        (await CountAsync(elsewhere, id, (lot, 5))).ShouldBeRefused("PHA-0711", HttpStatusCode.NotFound);
    }

    private async Task<string> BalanceAsync(Guid lot) =>
        await house.ScalarAsync<string>(
            "select received || ' ' || found || ' ' || available || ' ' || reserved || ' ' || lost from pharmacy.lot_balances where lot_id = $1",
            lot
        );

    private static async Task<Guid> OpenAsync(HttpClient counter, params string[] pieces)
    {
        var id = Guid.CreateVersion7();
        var answer = await counter.SendAsync($"/api/pharmacy/stocktakes/{id}", new { pieces }, HttpMethod.Put);
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Text);
        return id;
    }

    private static Task<Answer> CountAsync(HttpClient counter, Guid id, params (Guid Lot, long Milligrams)[] counts) =>
        counter.SendAsync(
            $"/api/pharmacy/stocktakes/{id}/counts",
            new { counts = counts.Select(c => new { lotId = c.Lot, milligrams = c.Milligrams }) }
        );

    private static Task<Answer> SignAsync(HttpClient signer, Guid id) => signer.SendAsync($"/api/pharmacy/stocktakes/{id}/sign", new { });
}
