using System.Globalization;
using System.Net;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Pharmacy.Tests;

/// <summary>Orders, delivery notes and acceptance.</summary>
public sealed class PurchasingTests(House house)
{
    private static readonly string[] Points =
    [
        "name",
        "spec",
        "origin",
        "grade",
        "batch",
        "production",
        "certificate",
        "testReport",
        "packaging",
    ];

    [Fact]
    public async Task An_order_goes_from_draft_over_partly_received_to_closed()
    {
        var (centre, supplier, piece) = (await house.CentreAsync(), await house.SupplierAsync(House.Today.AddDays(400)), house.Piece());
        using var keeper = house.Dispenser(centre);
        using var head = house.Checker(centre);
        var order = Guid.CreateVersion7();

        var drafted = await keeper.SendAsync($"/api/pharmacy/orders/{order}", Order(supplier, piece, 100), HttpMethod.Put);
        var changed = await keeper.SendAsync($"/api/pharmacy/orders/{order}", Order(supplier, piece, 150), HttpMethod.Put);
        (drafted.Status, changed.Status).ShouldBe((HttpStatusCode.Created, HttpStatusCode.OK));
        changed.Json.GetProperty("version").GetInt32().ShouldBe(2);
        var binding = await keeper.SendAsync($"/api/pharmacy/orders/{order}/send", new { });
        binding.Status.ShouldBe(HttpStatusCode.Forbidden);
        (await head.SendAsync($"/api/pharmacy/orders/{order}/send", new { })).Json.GetProperty("recorded").GetBoolean().ShouldBeTrue();
        (await head.SendAsync($"/api/pharmacy/orders/{order}/send", new { })).Json.GetProperty("recorded").GetBoolean().ShouldBeFalse();
        (await keeper.SendAsync($"/api/pharmacy/orders/{order}", Order(supplier, piece, 200), HttpMethod.Put)).ShouldBeRefused(
            "PHA-0606",
            HttpStatusCode.Conflict
        );

        var first = await DeliverAsync(keeper, Note(supplier, order, Line(piece, 60, orderLine: 1)));
        (await AcceptAsync(keeper, first, 1)).Json.GetProperty("state").GetString().ShouldBe("accepted");
        (await StateAsync(keeper, order)).ShouldBe(("partly-received", 60_000));
        var second = await DeliverAsync(keeper, Note(supplier, order, Line(piece, 90, orderLine: 1)));
        var accepted = await AcceptAsync(keeper, second, 1);
        (await StateAsync(keeper, order)).ShouldBe(("closed", 150_000));

        var lot = accepted.Json.GetProperty("lotId").GetGuid();
        (await house.LotAsync(lot)).ShouldBe((90, 0, 0, 0));
        (await house.ToldAsync<LotAccepted>(lot)).ShouldHaveSingleItem().Quantity.Milligrams.ShouldBe(90_000);
        var card = await keeper.JsonAsync($"/api/pharmacy/lots/{lot}");
        card.GetProperty("grade").GetString().ShouldBe("一等");
        card.GetProperty("deliveryId").GetGuid().ShouldBe(second);
        card.GetProperty("supplierCode").GetString().ShouldBe(supplier);
    }

    [Fact]
    public async Task The_makers_code_goes_from_the_note_or_the_scan_at_the_acceptance_into_what_the_trace_is_told()
    {
        const string Noted = "https://id.gs1.org/01/06905678000047/10/Y2026-1";
        const string Scanned = "urn:epc:class:lgtin:6905678.000004.Y2026-2";
        var (centre, supplier, piece) = (await house.CentreAsync(), await house.SupplierAsync(House.Today.AddDays(400)), house.Piece());
        using var keeper = house.Dispenser(centre);
        var noted = Line(piece, 60);
        noted["sourceItem"] = Noted;
        var other = Line(piece, 70);
        other["sourceItem"] = Noted;
        var delivery = await DeliverAsync(keeper, Note(supplier, null, noted, other, Line(piece, 80)));

        var first = await AcceptAsync(keeper, delivery, 1);
        var second = await AcceptScannedAsync(keeper, delivery, 2, Scanned);
        var third = await AcceptAsync(keeper, delivery, 3);
        var tooLong = await AcceptScannedAsync(keeper, delivery, 3, new string('x', 201));

        (await SourceAsync(first)).ShouldBe(Noted);
        (await SourceAsync(second)).ShouldBe(Scanned);
        (await SourceAsync(third)).ShouldBeNull();
        tooLong.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var lines = (await keeper.JsonAsync($"/api/pharmacy/deliveries/{delivery}")).GetProperty("lines");
        lines.EnumerateArray().Select(l => l.GetProperty("sourceItem").GetString()).ShouldBe([Noted, Scanned, ""]);

        async Task<string?> SourceAsync(Answer accepted) =>
            (await house.ToldAsync<LotAccepted>(accepted.Json.GetProperty("lotId").GetGuid())).ShouldHaveSingleItem().SourceItem;
    }

    [Fact]
    public async Task What_does_not_pass_is_refused_with_what_is_wrong_and_moves_no_gram()
    {
        var (centre, supplier, piece) = (await house.CentreAsync(), await house.SupplierAsync(House.Today.AddDays(400)), house.Piece());
        using var keeper = house.Dispenser(centre);
        var delivery = await DeliverAsync(keeper, Note(supplier, null, Line(piece, 60), Line(piece, 70)));

        var silent = await AcceptAsync(keeper, delivery, 1, ("packaging", false, ""));
        var refused = await AcceptAsync(keeper, delivery, 1, ("packaging", false, "内袋破损受潮"));
        var again = await AcceptAsync(keeper, delivery, 1, ("packaging", false, "内袋破损受潮"));
        var otherwise = await AcceptAsync(keeper, delivery, 1);

        silent.ShouldBeRefused("PHA-0614", HttpStatusCode.UnprocessableEntity, "packaging");
        refused.Json.GetProperty("state").GetString().ShouldBe("refused");
        again.Json.GetProperty("recorded").GetBoolean().ShouldBeFalse();
        otherwise.ShouldBeRefused("PHA-0612", HttpStatusCode.Conflict);
        (await house.ScalarAsync<long>("select count(*) from pharmacy.lots where centre_code = $1", centre)).ShouldBe(0);
        var view = await keeper.JsonAsync($"/api/pharmacy/deliveries/{delivery}");
        view.GetProperty("lines")[0].GetProperty("refusedReason").GetString().ShouldBe("包装:内袋破损受潮");
        view.GetProperty("note").GetProperty("waiting").GetInt64().ShouldBe(1);
    }

    [Theory]
    [InlineData("certificate", "", "PHA-0108")]
    [InlineData("testReport", "", "PHA-0616")]
    [InlineData("expiresOn", "yesterday", "PHA-0107")]
    public async Task Somebody_who_ticks_everything_still_cannot_pass_what_the_papers_lack(string field, string value, string code)
    {
        var (centre, supplier, piece) = (await house.CentreAsync(), await house.SupplierAsync(House.Today.AddDays(400)), house.Piece());
        using var keeper = house.Dispenser(centre);
        var line = Line(piece, 60);
        line[field] = value == "yesterday" ? Day(House.Today.AddDays(-1)) : value;
        var delivery = await DeliverAsync(keeper, Note(supplier, null, line));

        (await AcceptAsync(keeper, delivery, 1)).ShouldBeRefused(code, HttpStatusCode.UnprocessableEntity, field);

        (await house.ScalarAsync<long>("select count(*) from pharmacy.lots where centre_code = $1", centre)).ShouldBe(0);
    }

    [Fact]
    public async Task A_point_that_nobody_looked_at_is_named()
    {
        var (centre, supplier, piece) = (await house.CentreAsync(), await house.SupplierAsync(House.Today.AddDays(400)), house.Piece());
        using var keeper = house.Dispenser(centre);
        var delivery = await DeliverAsync(keeper, Note(supplier, null, Line(piece, 60)));

        var answer = await keeper.SendAsync(
            $"/api/pharmacy/deliveries/{delivery}/lines/1/acceptance",
            new { findings = new { name = new { ok = true } } }
        );

        answer.Codes.Count(c => c == "PHA-0613").ShouldBe(8);
        answer.ShouldBeRefused("PHA-0613", HttpStatusCode.UnprocessableEntity, "testReport");
    }

    [Fact]
    public async Task A_licence_holds_through_its_last_day_and_not_on_the_next()
    {
        var (centre, piece) = (await house.CentreAsync(), house.Piece());
        using var keeper = house.Dispenser(centre);
        using var head = house.Checker(centre);
        var (last, over) = (await house.SupplierAsync(House.Today), await house.SupplierAsync(House.Today.AddDays(-1)));
        var (unknown, other) = (await house.SupplierAsync(null), house.Organisation());

        (await Draft(last)).Status.ShouldBe(HttpStatusCode.Created);
        (await Draft(over)).ShouldBeRefused("PHA-0602", HttpStatusCode.UnprocessableEntity, "supplierCode");
        (await Draft(unknown)).ShouldBeRefused("PHA-0603", HttpStatusCode.UnprocessableEntity, "supplierCode");
        (await Draft(other)).ShouldBeRefused("PHA-0601", HttpStatusCode.UnprocessableEntity, "supplierCode");
        var delivery = house.Delivery(piece, 5);
        delivery["supplier"] = over;
        (await keeper.SendAsync("/api/pharmacy/goods-in", delivery)).ShouldBeRefused(
            "PHA-0602",
            HttpStatusCode.UnprocessableEntity,
            "supplier"
        );

        // It ran out between the draft and the sending, and between the delivery and the acceptance.
        var order = Guid.CreateVersion7();
        await keeper.SendAsync($"/api/pharmacy/orders/{order}", Order(last, piece, 5), HttpMethod.Put);
        var note = await DeliverAsync(keeper, Note(last, null, Line(piece, 5)));
        await house.RegisterAsync(last, "manufacturer", House.County, 120, 30, "到期厂", 2, House.Today.AddDays(-1));
        (await head.SendAsync($"/api/pharmacy/orders/{order}/send", new { })).ShouldBeRefused(
            "PHA-0602",
            HttpStatusCode.UnprocessableEntity
        );
        (await AcceptAsync(keeper, note, 1)).ShouldBeRefused("PHA-0602", HttpStatusCode.UnprocessableEntity);

        var listed = await keeper.JsonAsync("/api/pharmacy/suppliers?search=" + over);
        listed.GetProperty("items")[0].GetProperty("licence").GetString().ShouldBe("expired");

        Task<Answer> Draft(string supplier) =>
            keeper.SendAsync($"/api/pharmacy/orders/{Guid.CreateVersion7()}", Order(supplier, piece, 5), HttpMethod.Put);
    }

    [Fact]
    public async Task A_delivery_told_twice_is_one_and_one_of_another_order_is_refused()
    {
        var (centre, supplier, piece) = (await house.CentreAsync(), await house.SupplierAsync(House.Today.AddDays(400)), house.Piece());
        using var keeper = house.Dispenser(centre);
        using var elsewhere = house.Dispenser(await house.CentreAsync());
        var (id, note) = (Guid.CreateVersion7(), Note(supplier, null, Line(piece, 60)));

        (await Put(note)).Status.ShouldBe(HttpStatusCode.Created);
        (await Put(note)).Status.ShouldBe(HttpStatusCode.OK);
        (await Put(Note(supplier, null, Line(piece, 61)))).ShouldBeRefused("PHA-0611", HttpStatusCode.Conflict);
        (await elsewhere.ReadAsync($"/api/pharmacy/deliveries/{id}")).ShouldBeRefused("PHA-0610", HttpStatusCode.NotFound);
        (await AcceptAsync(elsewhere, id, 1)).ShouldBeRefused("PHA-0610", HttpStatusCode.NotFound);
        (await AcceptAsync(keeper, id, 9)).ShouldBeRefused("PHA-0617", HttpStatusCode.NotFound);

        var order = Guid.CreateVersion7();
        await keeper.SendAsync($"/api/pharmacy/orders/{order}", Order(supplier, piece, 5), HttpMethod.Put);
        (
            await keeper.SendAsync(
                $"/api/pharmacy/deliveries/{Guid.CreateVersion7()}",
                Note(supplier, order, Line(piece, 5, orderLine: 1)),
                HttpMethod.Put
            )
        ).ShouldBeRefused("PHA-0618", HttpStatusCode.UnprocessableEntity, "orderId");

        Task<Answer> Put(object body) => keeper.SendAsync($"/api/pharmacy/deliveries/{id}", body, HttpMethod.Put);
    }

    [Fact]
    public async Task An_order_is_refused_with_every_fault_at_its_line()
    {
        var (centre, supplier) = (await house.CentreAsync(), await house.SupplierAsync(House.Today.AddDays(400)));
        using var keeper = house.Dispenser(centre);

        var answer = await keeper.SendAsync(
            $"/api/pharmacy/orders/{Guid.CreateVersion7()}",
            new
            {
                supplierCode = supplier,
                lines = new object[]
                {
                    new
                    {
                        piece = "仙丹",
                        quantityMilligrams = 5,
                        priceFenPerKilogram = 1,
                    },
                    new
                    {
                        piece = "甘草",
                        quantityMilligrams = -5,
                        priceFenPerKilogram = -1,
                    },
                    new
                    {
                        piece = "甘草",
                        quantityMilligrams = long.MaxValue,
                        priceFenPerKilogram = 1,
                    },
                },
            },
            HttpMethod.Put
        );

        answer.ShouldBeRefused("PHA-0101", HttpStatusCode.UnprocessableEntity, "lines[0].piece");
        answer.Codes.ShouldBe(["PHA-0101", "PHA-0104", "PHA-0608", "PHA-0104"]);
    }

    [Fact]
    public async Task Of_an_order_nothing_came_of_it_is_cancelled()
    {
        var (centre, supplier, piece) = (await house.CentreAsync(), await house.SupplierAsync(House.Today.AddDays(400)), house.Piece());
        using var keeper = house.Dispenser(centre);
        using var head = house.Checker(centre);
        var order = Guid.CreateVersion7();
        await keeper.SendAsync($"/api/pharmacy/orders/{order}", Order(supplier, piece, 5), HttpMethod.Put);

        (await head.SendAsync($"/api/pharmacy/orders/{order}/end", new { reason = "" })).ShouldBeRefused(
            "PHA-0103",
            HttpStatusCode.UnprocessableEntity,
            "reason"
        );
        (await head.SendAsync($"/api/pharmacy/orders/{order}/end", new { reason = "涨价" }))
            .Json.GetProperty("state")
            .GetString()
            .ShouldBe("cancelled");
        (await head.SendAsync($"/api/pharmacy/orders/{order}/send", new { })).ShouldBeRefused("PHA-0606", HttpStatusCode.Conflict);
        var list = await keeper.JsonAsync("/api/pharmacy/orders?state=cancelled");
        list.GetProperty("items")[0].GetProperty("orderId").GetGuid().ShouldBe(order);
    }

    private static object Order(string supplier, string piece, long grams) =>
        new
        {
            supplierCode = supplier,
            expectedOn = Day(House.Today.AddDays(7)),
            note = "",
            lines = new[]
            {
                new
                {
                    piece,
                    spec = "片",
                    grade = "一等",
                    origin = "浙江",
                    quantityMilligrams = grams * 1000,
                    priceFenPerKilogram = 4_500,
                },
            },
        };

    private static object Note(string supplier, Guid? order, params Dictionary<string, object?>[] lines) =>
        new
        {
            supplierCode = supplier,
            noteNumber = "SH-" + Guid.NewGuid().ToString("N")[..8],
            orderId = order,
            lines,
        };

    private static Dictionary<string, object?> Line(string piece, long grams, int? orderLine = null) =>
        new()
        {
            ["orderLine"] = orderLine,
            ["piece"] = piece,
            ["spec"] = "片",
            ["grade"] = "一等",
            ["origin"] = "浙江磐安",
            ["lotNumber"] = "B-" + Guid.NewGuid().ToString("N")[..8],
            ["quantityMilligrams"] = grams * 1000,
            ["producedOn"] = Day(House.Today.AddDays(-90)),
            ["expiresOn"] = Day(House.Today.AddDays(600)),
            ["certificate"] = "HG-1",
            ["testReport"] = "JY-1",
        };

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static async Task<Guid> DeliverAsync(HttpClient keeper, object note)
    {
        var id = Guid.CreateVersion7();
        var answer = await keeper.SendAsync($"/api/pharmacy/deliveries/{id}", note, HttpMethod.Put);
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Text);
        return id;
    }

    private static Task<Answer> AcceptScannedAsync(HttpClient keeper, Guid delivery, int line, string sourceItem) =>
        keeper.SendAsync(
            $"/api/pharmacy/deliveries/{delivery}/lines/{line}/acceptance",
            new { findings = Points.ToDictionary(p => p, _ => new { ok = true }), sourceItem }
        );

    private static Task<Answer> AcceptAsync(HttpClient keeper, Guid delivery, int line, params (string Point, bool Ok, string Note)[] but)
    {
        var findings = Points.ToDictionary(p => p, _ => (object)new { ok = true, note = "" });
        foreach (var (point, ok, note) in but)
        {
            findings[point] = new { ok, note };
        }

        return keeper.SendAsync($"/api/pharmacy/deliveries/{delivery}/lines/{line}/acceptance", new { findings });
    }

    private static async Task<(string?, long)> StateAsync(HttpClient keeper, Guid order)
    {
        var view = await keeper.JsonAsync($"/api/pharmacy/orders/{order}");
        return (view.GetProperty("state").GetString(), view.GetProperty("lines")[0].GetProperty("acceptedMilligrams").GetInt64());
    }
}
