using System.Net;
using System.Net.Http.Json;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Pharmacy.Tests;

/// <summary>Centres, their catalogues, and what becomes of prescriptions when they change.</summary>
public sealed class CentreTests(House house)
{
    private static Dictionary<string, object?> Profile(int dispensing = 500) =>
        new()
        {
            ["dispensingPerDay"] = dispensing,
            ["decoctionPerDay"] = 400,
            ["opens"] = "00:00:00",
            ["closes"] = "23:59:00",
            ["closedWeekdays"] = Array.Empty<int>(),
            ["closedDays"] = Array.Empty<string>(),
            ["serviceRegions"] = Array.Empty<string>(),
            ["consortium"] = "prefer",
            ["dispensingFen"] = 200,
            ["decoctionFenPerDose"] = 300,
            ["deliveryFen"] = 500,
        };

    private HttpClient Head(string centre) =>
        house.Service.Client(TestTokens.Of("head-1", centre, House.County, "pharmacist", "dispenser"));

    private static async Task<Answer> SaveAsync(HttpClient head, string centre, object profile, string? match)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/pharmacy/centres/{centre}")
        {
            Content = JsonContent.Create(profile),
        };
        if (match is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", match);
        }

        using var response = await head.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static Task<Answer> CloseAsync(HttpClient head, string centre, DateTimeOffset? at = null) =>
        head.SendAsync($"/api/pharmacy/centres/{centre}/close", new { at, reason = "停电检修" });

    [Fact]
    public async Task A_profile_is_changed_by_its_own_people_at_the_version_they_read()
    {
        var centre = await house.CentreAsync();
        using var head = Head(centre);
        using var other = Head(await house.CentreAsync());

        (await SaveAsync(head, centre, Profile(), null)).ShouldBeRefused("PHA-0802", (HttpStatusCode)428);
        (await SaveAsync(head, centre, Profile(), "\"0\"")).Json.GetProperty("version").GetInt32().ShouldBe(1);
        (await SaveAsync(head, centre, Profile(), "\"0\"")).ShouldBeRefused("PHA-0803", HttpStatusCode.PreconditionFailed);
        (await SaveAsync(other, centre, Profile(), "\"1\"")).ShouldBeRefused("PHA-0801", HttpStatusCode.NotFound);

        using var read = await head.GetAsync($"/api/pharmacy/centres/{centre}");
        read.Headers.ETag!.Tag.ShouldBe("\"1\"");
    }

    [Fact]
    public async Task Every_fault_of_a_profile_is_named()
    {
        var centre = await house.CentreAsync();
        using var head = Head(centre);
        var profile = Profile(0);
        profile["opens"] = "20:00:00";
        profile["closes"] = "08:00:00";
        profile["serviceRegions"] = new[] { "33", "330105" };
        profile["consortium"] = "sometimes";
        profile["deliveryFen"] = -1;

        var answer = await SaveAsync(head, centre, profile, "\"0\"");

        answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Codes.ShouldBe(["PHA-0804", "PHA-0805", "PHA-0806", "PHA-0807", "PHA-0804"]);
    }

    [Fact]
    public async Task A_price_counts_from_its_day_and_what_it_was_stays_readable()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        using var head = Head(centre);
        string Path(string rest) => $"/api/pharmacy/centres/{centre}/{rest}";
        Task<Answer> Enter(DateOnly? from, long? fen) =>
            head.SendAsync(
                Path("catalogue"),
                new { fromDay = from?.ToString("yyyy-MM-dd"), items = new[] { new { piece, fenPerKilogram = fen } } },
                HttpMethod.Put
            );

        (await Enter(null, 8_000)).Json.GetProperty("entries").GetInt32().ShouldBe(1);
        (await Enter(null, 8_000)).Json.GetProperty("entries").GetInt32().ShouldBe(0);
        (await Enter(House.Today.AddDays(3), 9_000)).Json.GetProperty("entries").GetInt32().ShouldBe(1);
        (await Enter(House.Today.AddDays(-1), 1)).ShouldBeRefused("PHA-0808", HttpStatusCode.UnprocessableEntity);
        (await Enter(null, 0)).ShouldBeRefused("PHA-0804", HttpStatusCode.UnprocessableEntity, "items[0].fenPerKilogram");

        var today = (await head.JsonAsync(Path("catalogue"))).GetProperty("items")[0];
        (today.GetProperty("fenPerKilogram").GetInt64(), today.GetProperty("nextFenPerKilogram").GetInt64()).ShouldBe((8_000, 9_000));
        var later = await head.JsonAsync(Path($"catalogue?day={House.Today.AddDays(5):yyyy-MM-dd}"));
        later.GetProperty("items")[0].GetProperty("fenPerKilogram").GetInt64().ShouldBe(9_000);
        var history = await head.JsonAsync(Path("prices?piece=" + Uri.EscapeDataString(piece)));
        history.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("fenPerKilogram").GetInt64()).ShouldBe([9_000, 8_000]);
    }

    [Fact]
    public async Task The_fee_by_the_day_s_catalogue_travels_with_the_prescription()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        using var head = Head(centre);
        await SaveAsync(head, centre, Profile(), "\"0\"");
        await head.SendAsync(
            $"/api/pharmacy/centres/{centre}/catalogue",
            new { items = new[] { new { piece, fenPerKilogram = 10_000 } } },
            HttpMethod.Put
        );
        await house.StockAsync(centre, piece, 1000);

        var id = await house.ReservedAsync(house.Approved((piece, 10)));

        // 70 g × 100 yuan/kg, 7 doses decocted at 3 yuan, 2 yuan for dispensing, 5 for the way.
        var routed = (await house.ToldAsync<PrescriptionRouted>(id)).ShouldHaveSingleItem();
        routed.Fee!.TotalFen.ShouldBe(700 + 2_100 + 200 + 500);
        var card = await head.JsonAsync($"/api/pharmacy/prescriptions/{id}");
        card.GetProperty("fee").GetProperty("totalFen").GetInt64().ShouldBe(3_500);
        card.GetProperty("promisedAt").GetDateTimeOffset().ShouldBe(routed.PromisedAt!.Value);
    }

    [Fact]
    public async Task The_choice_is_kept_with_every_candidate_and_read_by_those_who_may_see_the_prescription()
    {
        var piece = house.Piece();
        var (near, far) = (await house.CentreAsync(), await house.CentreAsync("330782", 120.075, 29.306));
        await house.StockAsync(near, piece, 1000);
        await house.StockAsync(far, piece, 1000);
        var id = await house.ReservedAsync(house.Approved((piece, 5)));
        using var head = Head(near);
        using var stranger = Head(far);

        var choice = (await head.JsonAsync($"/api/pharmacy/prescriptions/{id}/routings")).GetProperty("items")[0];

        choice.GetProperty("cause").GetString().ShouldBe("approved");
        choice.GetProperty("centreCode").GetString().ShouldBe(near);
        var candidates = choice.GetProperty("candidates").EnumerateArray().ToArray();
        var chosen = candidates.Single(c => c.GetProperty("centreCode").GetString() == near);
        chosen
            .GetProperty("parts")
            .EnumerateObject()
            .Select(p => p.Name)
            .ShouldBe(["distance", "lateness", "load", "cost", "consortium", "total"]);
        candidates
            .Single(c => c.GetProperty("centreCode").GetString() == far)
            .GetProperty("kilometres")
            .GetDouble()
            .ShouldBeGreaterThan(50);
        (await stranger.JsonAsync($"/api/pharmacy/prescriptions/{id}/routings")).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await head.JsonAsync($"/api/pharmacy/routings?limit=5&centre={near}"))
            .GetProperty("items")
            .EnumerateArray()
            .Select(i => i.GetProperty("prescriptionId").GetGuid())
            .ShouldContain(id);
    }

    [Fact]
    public async Task A_centre_that_closes_gives_up_what_it_has_not_dispensed_and_another_takes_it()
    {
        var piece = house.Piece();
        var (first, second) = (await house.CentreAsync("330127", 119.042, 29.609), await house.CentreAsync("330122", 119.691, 29.793));
        var lot = await house.StockAsync(first, piece, 1000, lotNumber: "C-1");
        await house.StockAsync(second, piece, 1000);
        var (waiting, weighed) = (
            house.Approved((piece, 5)) with
            {
                DeliveryRegionCode = "330127",
            },
            house.Approved((piece, 5)) with
            {
                DeliveryRegionCode = "330127",
            }
        );
        await house.ReservedAsync(waiting);
        var id = await house.ReservedAsync(weighed);
        using var head = Head(first);
        await head.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { });
        await head.SendAsync(
            $"/api/pharmacy/dispensings/{id}/weights",
            new
            {
                portions = new[]
                {
                    new
                    {
                        lineNumber = 1,
                        lotNumber = "C-1",
                        milligrams = 35_000,
                    },
                },
            },
            HttpMethod.Put
        );

        (await CloseAsync(head, first)).Json.GetProperty("state").GetString().ShouldBe("closed");

        foreach (var e in new[] { waiting, weighed })
        {
            await Eventually.Be(
                async () => (await house.ToldAsync<StockReserved>(e.AggregateId)).LastOrDefault()?.CentreCode == second,
                "the other centre takes it"
            );
        }

        (await house.LotAsync(lot)).ShouldBe((0, 1000, 0, 0));
        var broken = (await house.ToldAsync<ReservationBroken>(id)).ShouldHaveSingleItem();
        (broken.Cause, broken.WeighingBegun).ShouldBe(("centre-closed", true));
        var again = (await house.ToldAsync<PrescriptionRouted>(id))[^1];
        (again.CentreCode, again.Reroutes).ShouldBe((second, 1));
        again.ReasonZh.ShouldContain("停业");
        using var there = Head(second);
        var causes = (await there.JsonAsync($"/api/pharmacy/prescriptions/{id}/routings"))
            .GetProperty("items")
            .EnumerateArray()
            .Select(i => i.GetProperty("cause").GetString());
        causes.ShouldBe(["approved", "centre-closed"]);
        (await house.ScalarAsync<long>("select milligrams from pharmacy.trays where prescription_id = $1", id)).ShouldBe(35_000);
        // Its dispenser has nothing more to do with it.
        (await head.SendAsync($"/api/pharmacy/dispensings/{id}/finish", new { })).ShouldBeRefused("PHA-0114", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_is_short_because_its_centre_closed_is_taken_when_it_opens_again()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        await house.StockAsync(centre, piece, 1000);
        using var head = Head(centre);
        await CloseAsync(head, centre);

        var id = await house.ArriveAsync(house.Approved((piece, 5)));
        (await house.StateAsync(id)).ShouldBe("short");
        var told = (await house.ToldAsync<StockShort>(id)).ShouldHaveSingleItem();
        told.Centres!.Single(c => c.CentreCode == centre).Obstacle.ShouldBe("closed");

        (await head.SendAsync($"/api/pharmacy/centres/{centre}/reopen", new { })).Status.ShouldBe(HttpStatusCode.OK);

        await Eventually.Be(async () => await house.StateAsync(id) == "reserved", "it is tried again");
    }

    [Fact]
    public async Task A_closing_is_planned_with_a_reason_and_never_in_the_past()
    {
        var centre = await house.CentreAsync();
        using var head = Head(centre);
        using var dispenser = house.Dispenser(centre);

        (await head.SendAsync($"/api/pharmacy/centres/{centre}/close", new { reason = "" })).ShouldBeRefused(
            "PHA-0813",
            HttpStatusCode.UnprocessableEntity
        );
        (await CloseAsync(head, centre, DateTimeOffset.UtcNow.AddHours(-1))).ShouldBeRefused(
            "PHA-0811",
            HttpStatusCode.UnprocessableEntity
        );
        (await CloseAsync(dispenser, centre)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await CloseAsync(head, centre, DateTimeOffset.UtcNow.AddDays(2))).Json.GetProperty("state").GetString().ShouldBe("closing");
    }

    [Fact]
    public async Task Alternatives_say_which_lines_are_missing_where_and_what_would_be_there()
    {
        var (piece, other) = (house.Piece(), house.Piece());
        var centre = await house.CentreAsync();
        await house.StockAsync(centre, piece, 1000);
        await house.StockAsync(centre, other, 30);
        await house.GoodsInAsync(centre, other, 500);
        var approved = house.Approved((piece, 5), (other, 10));
        approved = approved with { Lines = [approved.Lines[0] with { Grade = "特等" }, approved.Lines[1]] };

        var id = await house.ArriveAsync(approved);

        (await house.StateAsync(id)).ShouldBe("short");
        using var his = house.Service.Client(TestTokens.Of("his-1", approved.InstitutionCode, "330106", "prescriber"));
        var view = await his.JsonAsync($"/api/pharmacy/prescriptions/{id}/alternatives");
        var there = view.GetProperty("centres").EnumerateArray().Single(c => c.GetProperty("centreCode").GetString() == centre);
        var missing = there.GetProperty("missing").EnumerateArray().ToArray();
        missing[0].GetProperty("others")[0].GetProperty("availableMilligrams").GetInt64().ShouldBe(1_000_000);
        missing[1].GetProperty("wantedMilligrams").GetInt64().ShouldBe(70_000);
        missing[1].GetProperty("availableMilligrams").GetInt64().ShouldBe(30_000);
        missing[1].GetProperty("quarantineMilligrams").GetInt64().ShouldBe(500_000);
        using var stranger = house.Service.Client(TestTokens.Of("his-2", house.Organisation(), "330106", "prescriber"));
        (await stranger.ReadAsync($"/api/pharmacy/prescriptions/{id}/alternatives")).ShouldBeRefused("PHA-0114", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_promise_is_kept_when_the_patient_has_it_in_time()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        await house.StockAsync(centre, piece, 1000);
        var (early, late) = (house.Approved((piece, 5)), house.Approved((piece, 5)));
        await house.ReservedAsync(early);
        await house.ReservedAsync(late);

        foreach (var (e, at) in new[] { (early, DateTimeOffset.UtcNow), (late, DateTimeOffset.UtcNow.AddDays(9)) })
        {
            await Told.TakenInAsync(house.Database, await house.Decoction.TellAsync(House.Delivered(e, at)));
        }

        using var head = Head(centre);
        var view = await head.JsonAsync($"/api/pharmacy/centres/{centre}");
        (view.GetProperty("delivered").GetInt64(), view.GetProperty("promisesKept").GetInt64()).ShouldBe((2, 1));
    }

    [Fact]
    public async Task A_prescription_of_the_same_consortium_goes_to_its_centre()
    {
        var piece = house.Piece();
        var (near, allied) = (await house.CentreAsync("330122", 119.691, 29.793), await house.CentreAsync("330182", 119.6, 29.65));
        await house.StockAsync(near, piece, 1000);
        await house.StockAsync(allied, piece, 1000);
        var approved = house.Approved((piece, 5)) with { InstitutionCode = house.Organisation(), DeliveryRegionCode = "330122" };
        await Told.TakenInAsync(
            house.Database,
            await house.Institutions.TellAsync(
                new ConsortiumChanged
                {
                    AggregateId = Guid.CreateVersion7(),
                    Version = 1,
                    OccurredAt = DateTimeOffset.UtcNow,
                    Code = "K1",
                    NameZh = "示范医共体",
                    Kind = "county-community",
                    RegionCode = "330109",
                    LeaderCode = approved.InstitutionCode,
                    MemberCodes = [allied],
                    Dissolved = false,
                }
            )
        );

        var id = await house.ReservedAsync(approved);

        var routed = (await house.ToldAsync<PrescriptionRouted>(id)).Single();
        routed.CentreCode.ShouldBe(allied);
        routed.ReasonZh.ShouldContain("医共体");
    }

    [Fact]
    public async Task Deliveries_told_twice_and_out_of_order_count_the_first()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        await house.StockAsync(centre, piece, 1000);
        var approved = house.Approved((piece, 5));
        await house.ReservedAsync(approved);
        var first = DateTimeOffset.UtcNow;

        foreach (var at in new[] { first, first.AddDays(9), first.AddDays(-1) })
        {
            await Told.TakenInAsync(house.Database, await house.Decoction.TellAsync(House.Delivered(approved, at)));
        }

        (await house.ScalarAsync<DateTime>("select delivered_at from pharmacy.prescriptions where id = $1", approved.AggregateId)).ShouldBe(
            first.UtcDateTime,
            TimeSpan.FromMilliseconds(1)
        );
    }
}
