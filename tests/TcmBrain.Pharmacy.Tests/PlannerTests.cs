using TcmBrain.CatalogueCopy;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Pharmacy.Centres;
using TcmBrain.Pharmacy.Dispensing;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Routing;

namespace TcmBrain.Pharmacy.Tests;

/// <summary>The decision alone, without servers.</summary>
public sealed class PlannerTests
{
    private static readonly Centre Near = new("A", "甲药房", "Pharmacy A", "330105", new Place(120.15, 30.31));
    private static readonly Centre SameCity = new("B", "乙药房", "Pharmacy B", "330109", new Place(120.264, 30.185));
    private static readonly Centre Far = new("C", "丙药房", "Pharmacy C", "110101", null);
    private static readonly Dictionary<string, Place> Counties = new() { ["330105"] = new Place(120.15, 30.314) };

    private static readonly DateTimeOffset Now = new(2026, 11, 23, 1, 0, 0, TimeSpan.Zero);

    private static Order Order(params (string Piece, long Milligrams)[] lines) =>
        new(
            Guid.CreateVersion7(),
            new Owner("I", "330106", "1", 1),
            0,
            null,
            [.. lines.Select((l, i) => new PrescriptionLine(i + 1, l.Piece, new Weight(l.Milligrams), ""))],
            1,
            "330105",
            false,
            Now,
            []
        );

    [Fact]
    public void The_county_of_delivery_goes_before_the_city_and_the_city_before_the_rest()
    {
        var ranked = new Map([Far, SameCity, Near], Counties).RankedFor("330105");

        ranked.Select(r => r.Centre.Code).ShouldBe(["A", "B", "C"]);
        ranked[1].Kilometres!.Value.ShouldBe(18.0, 0.5);
        ranked[2].Kilometres.ShouldBeNull();
    }

    [Fact]
    public void A_short_order_takes_nothing_and_names_what_lacks_where_least_lacks()
    {
        var shelves = new Shelves();
        shelves.Put("A", "茯苓", Guid.CreateVersion7(), "1", 100);
        shelves.Put("B", "茯苓", Guid.CreateVersion7(), "2", 100);
        shelves.Put("B", "白术", Guid.CreateVersion7(), "3", 100);

        var plan = Planner.Plan(
            Order(("茯苓", 50), ("白术", 50), ("甘草", 50)),
            RoutingBook.Of(new Map([Near, SameCity], Counties)),
            shelves,
            Now
        );

        plan.ShouldBeOfType<ReservationPlan.Short>().Missing.ShouldBe(["甘草"]);
        shelves.Available("A", "茯苓").ShouldBe(100);
        shelves.Available("B", "茯苓").ShouldBe(100);
    }

    [Fact]
    public void Without_any_centre_everything_is_missing() =>
        Planner
            .Plan(Order(("茯苓", 50)), RoutingBook.Of(new Map([], Counties)), new Shelves(), Now)
            .ShouldBeOfType<ReservationPlan.Short>()
            .Missing.ShouldBe(["茯苓"]);

    [Fact]
    public void Orders_of_one_batch_never_count_on_the_same_gram()
    {
        var shelves = new Shelves();
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        shelves.Put("A", "甘草", first, "1", 70);
        shelves.Put("A", "甘草", second, "2", 50);
        var book = RoutingBook.Of(new Map([Near], Counties));

        var plans = Enumerable.Range(0, 3).Select(_ => Planner.Plan(Order(("甘草", 30), ("甘草", 20)), book, shelves, Now)).ToArray();

        plans.Select(p => p is ReservationPlan.Filled).ShouldBe([true, true, false]);
        var taken = plans
            .OfType<ReservationPlan.Filled>()
            .SelectMany(p => p.Allocations)
            .GroupBy(a => a.LotId)
            .ToDictionary(g => g.Key, g => g.Sum(a => a.Quantity.Milligrams));
        taken[first].ShouldBe(70);
        taken[second].ShouldBe(30);
    }

    [Theory]
    [InlineData(100, 95, true)]
    [InlineData(100, 105, true)]
    [InlineData(100, 94, false)]
    [InlineData(100, 106, false)]
    [InlineData(19, 19, true)]
    [InlineData(19, 20, false)]
    [InlineData(long.MaxValue, long.MaxValue, true)]
    [InlineData(1, long.MaxValue, false)]
    public void Five_percent_is_exact(long prescribed, long weighed, bool allowed) =>
        new PieceRules(new CurrentCatalogue()).Of("茯苓").Allows(prescribed, weighed).ShouldBe(allowed);
}
