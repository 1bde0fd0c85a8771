using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Pharmacy.Centres;
using TcmBrain.Pharmacy.Prices;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Routing;

namespace TcmBrain.Pharmacy.Tests;

/// <summary>What weighs in the choice of a centre, each alone.</summary>
public sealed class ScoringTests
{
    private const string Institution = "I";

    /// <summary>Monday, 10:00 in the region.</summary>
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);
    private static readonly Centre Near = new("A", "甲药房", "Pharmacy A", "330105", new Place(120.15, 30.31));
    private static readonly Centre Far = new("B", "乙药房", "Pharmacy B", "330109", new Place(120.264, 30.185));
    private static readonly Dictionary<string, Place> Counties = new() { ["330105"] = new Place(120.15, 30.314) };

    private static Order Order(bool urgent = false, bool decoct = true, string grade = "", string origin = "") =>
        new(
            Guid.CreateVersion7(),
            new Owner(Institution, "330106", "1", 1),
            0,
            null,
            [new PrescriptionLine(1, "茯苓", Weight.FromGrams(10), "", grade, origin)],
            7,
            "330105",
            urgent,
            Now,
            [],
            decoct
        );

    private static Shelves Full()
    {
        var shelves = new Shelves();
        shelves.Put("A", "茯苓", Guid.CreateVersion7(), "1", 100_000);
        shelves.Put("B", "茯苓", Guid.CreateVersion7(), "2", 100_000);
        return shelves;
    }

    private static ReservationPlan Plan(Order order, RoutingBook book, Shelves? shelves = null) =>
        Planner.Plan(order, book, shelves ?? Full(), Now);

    private static RoutingBook Book(Centre near, Centre far, Loads? loads = null, PriceList? prices = null, bool allied = false) =>
        new(
            new Map([near, far], Counties),
            prices ?? PriceList.Empty,
            allied
                ? new Dictionary<string, IReadOnlySet<string>>
                {
                    [Institution] = new HashSet<string> { "K" },
                    ["B"] = new HashSet<string> { "K" },
                }
                : new Dictionary<string, IReadOnlySet<string>>(),
            loads ?? new Loads([]),
            new RoutingRules()
        );

    private static string ChosenOf(ReservationPlan plan) => plan.ShouldBeOfType<ReservationPlan.Filled>().Centre.Code;

    private static Centre With(Centre centre, Func<CentreProfile, CentreProfile> change) =>
        centre with
        {
            Profile = change(centre.Profile),
        };

    [Fact]
    public void The_nearest_is_chosen_when_nothing_speaks_against_it()
    {
        var plan = Plan(Order(), Book(Near, Far)).ShouldBeOfType<ReservationPlan.Filled>();

        plan.Centre.Code.ShouldBe("A");
        plan.Candidates.Select(c => c.CentreCode).ShouldBe(["A", "B"]);
        plan.Candidates[1].Kilometres.ShouldBe(18.0, 0.5);
        plan.Candidates[0].Score.ShouldBeLessThan(plan.Candidates[1].Score);
        // 30 min at the bench, 150 min in the vessel, an hour's hand-over.
        plan.PromisedAt.ShouldBe(Now.AddHours(4), TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void A_queue_that_makes_it_late_is_worth_a_longer_way_and_the_reason_says_so()
    {
        var loads = new Loads([KeyValuePair.Create("A", new Load(900, 800, 0, 0))]);

        var plan = Plan(Order(), Book(Near, Far, loads)).ShouldBeOfType<ReservationPlan.Filled>();

        plan.Centre.Code.ShouldBe("B");
        plan.Candidates[0].Parts.Lateness.ShouldBeGreaterThan(0);
        plan.ReasonZh.ShouldContain("甲药房会更晚送达");
        plan.ReasonEn.ShouldContain("Pharmacy A would be later");
        // An urgent one does not wait behind the others.
        ChosenOf(Plan(Order(urgent: true), Book(Near, Far, loads))).ShouldBe("A");
    }

    [Fact]
    public void What_is_chosen_counts_as_load_for_the_next()
    {
        var book = Book(With(Near, p => p with { DispensingPerDay = 10, DecoctionPerDay = 10 }), Far);

        var chosen = Enumerable.Range(0, 12).Select(_ => ChosenOf(Plan(Order(), book))).ToArray();

        chosen[0].ShouldBe("A");
        chosen[^1].ShouldBe("B");
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("closing")]
    [InlineData("region")]
    [InlineData("consortium")]
    [InlineData("decoction")]
    public void A_centre_that_may_not_take_it_is_passed_over_whatever_it_has(string obstacle)
    {
        var near = With(
            Near,
            p =>
                obstacle switch
                {
                    "closed" => p with { ClosesAt = Now.AddMinutes(-1) },
                    // Before it would be ready.
                    "closing" => p with { ClosesAt = Now.AddHours(2) },
                    "region" => p with { ServiceRegions = ["330782"] },
                    "consortium" => p with { Consortium = ConsortiumRule.Only },
                    _ => p with { DecoctionPerDay = 0 },
                }
        );

        var plan = Plan(Order(), Book(near, Far)).ShouldBeOfType<ReservationPlan.Filled>();

        plan.Centre.Code.ShouldBe("B");
        plan.Candidates[0].Obstacle.ShouldBe(obstacle);
        plan.Candidates[0].PromisedAt.ShouldBeNull();
        if (obstacle == "decoction")
        {
            ChosenOf(Plan(Order(decoct: false), Book(near, Far))).ShouldBe("A");
        }
    }

    [Fact]
    public void Its_own_consortium_may_be_further_away()
    {
        ChosenOf(Plan(Order(), Book(Near, Far, allied: true))).ShouldBe("B");
        ChosenOf(Plan(Order(), Book(Near, With(Far, p => p with { Consortium = ConsortiumRule.None }), allied: true))).ShouldBe("A");
        ChosenOf(Plan(Order(), Book(Near, With(Far, p => p with { Consortium = ConsortiumRule.Only }), allied: true))).ShouldBe("B");
    }

    [Fact]
    public void A_much_cheaper_centre_may_be_further_away()
    {
        PriceList Prices(long near) => new([new Offer("A", "茯苓", "", "piece", near), new Offer("B", "茯苓", "", "piece", 10_000_00)]);

        // 70 g: 70 yuan at B.
        ChosenOf(Plan(Order(), Book(Near, Far, prices: Prices(11_000_00)))).ShouldBe("A");
        ChosenOf(Plan(Order(), Book(Near, Far, prices: Prices(60_000_00)))).ShouldBe("B");
    }

    [Fact]
    public void A_grade_or_origin_that_is_demanded_is_not_substituted()
    {
        var shelves = new Shelves();
        shelves.Put("A", "茯苓", Guid.CreateVersion7(), "1", 1_000_000, "统货", "安徽岳西", House.Today);
        shelves.Put("B", "茯苓", Guid.CreateVersion7(), "2", 1_000_000, "一等", "云南丽江", House.Today);

        ChosenOf(Plan(Order(grade: "一等"), Book(Near, Far), shelves)).ShouldBe("B");
        ChosenOf(Plan(Order(origin: "云南"), Book(Near, Far), shelves)).ShouldBe("B");
        Plan(Order(grade: "一等", origin: "安徽"), Book(Near, Far), shelves)
            .ShouldBeOfType<ReservationPlan.Short>()
            .Missing.ShouldBe(["茯苓"]);
        ChosenOf(Plan(Order(), Book(Near, Far), shelves)).ShouldBe("A");
    }

    [Fact]
    public void One_that_takes_any_grade_leaves_the_demanded_one_to_the_other_line()
    {
        var shelves = new Shelves();
        var (first, plain) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        shelves.Put("A", "茯苓", first, "1", 70_000, "一等", "", House.Today);
        shelves.Put("A", "茯苓", plain, "2", 70_000, "统货", "", House.Today.AddDays(9));
        var order = Order() with
        {
            Lines =
            [
                new PrescriptionLine(1, "茯苓", Weight.FromGrams(10), ""),
                new PrescriptionLine(2, "茯苓", Weight.FromGrams(10), "", "一等"),
            ],
        };

        var plan = Plan(order, Book(Near, Far), shelves).ShouldBeOfType<ReservationPlan.Filled>();

        plan.Allocations.Select(a => (a.LineNumber, a.LotId)).ShouldBe([(1, plain), (2, first)]);
    }

    [Fact]
    public void What_is_not_on_the_catalogue_is_not_filled_there()
    {
        var prices = new PriceList([new Offer("A", "白术", "", "piece", 10_000)]);

        var plan = Plan(Order(), Book(Near, Far, prices: prices)).ShouldBeOfType<ReservationPlan.Filled>();

        plan.Centre.Code.ShouldBe("B");
        plan.Candidates[0].Missing.ShouldBe(["茯苓"]);
    }

    [Fact]
    public void The_fee_follows_the_grade_that_was_set_aside()
    {
        var shelves = new Shelves();
        shelves.Put("A", "茯苓", Guid.CreateVersion7(), "1", 30_000, "一等", "", House.Today);
        shelves.Put("A", "茯苓", Guid.CreateVersion7(), "2", 100_000, "统货", "", House.Today.AddDays(9));
        var near = With(Near, p => p with { DispensingFen = 250, DecoctionFenPerDose = 300, DeliveryFen = 600 });
        var prices = new PriceList([new Offer("A", "茯苓", "", "piece", 8_005), new Offer("A", "茯苓", "一等", "piece", 12_345)]);

        var fee = Plan(Order(), Book(near, Far, prices: prices), shelves).ShouldBeOfType<ReservationPlan.Filled>().Fee!;

        // 30 g × 123.45 yuan/kg = 370.35 fen; 40 g × 80.05 = 320.2 fen.
        fee.Lines.Select(l => (l.Grade, l.Milligrams, l.Fen)).ShouldBe([("一等", 30_000, 370), ("统货", 40_000, 320)]);
        (fee.PiecesFen, fee.DecoctionFen, fee.TotalFen).ShouldBe((690, 2_100, 690 + 2_100 + 250 + 600));
    }

    [Fact]
    public void Work_rests_while_the_centre_is_closed()
    {
        var hours = new OpeningHours(new TimeOnly(8, 0), new TimeOnly(18, 0), [7], [new DateOnly(2026, 11, 24)]);
        DateTimeOffset At(int day, double hour) => RegionTime.StartOf(new DateOnly(2026, 11, day)).AddHours(hour);

        hours.After(At(23, 9), TimeSpan.FromHours(2)).ShouldBe(At(23, 11));
        hours.After(At(23, 5), TimeSpan.FromHours(2)).ShouldBe(At(23, 10));
        // The 24th is closed.
        hours.After(At(23, 17), TimeSpan.FromHours(2)).ShouldBe(At(25, 9));
        // The 29th is a Sunday.
        hours.After(At(28, 17.5), TimeSpan.FromHours(1)).ShouldBe(At(30, 8.5));
    }
}
