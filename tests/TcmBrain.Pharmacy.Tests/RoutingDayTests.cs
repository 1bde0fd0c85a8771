using TcmBrain.Pharmacy.Routing;

namespace TcmBrain.Pharmacy.Tests;

/// <summary>The choice beside the simplest one: always to the nearest centre that has all of it.</summary>
public sealed class RoutingDayTests
{
    [Theory]
    [InlineData(1_200)]
    [InlineData(2_000)]
    [InlineData(2_600)]
    public void Is_never_worse_than_the_nearest_with_stock_on_the_demo_region(int prescriptions)
    {
        var rules = new RoutingRules();
        for (var seed = 1; seed <= 6; seed++)
        {
            var day = new RoutingDay(seed, prescriptions);
            var (ours, nearest) = (day.Run(nearest: false), day.Run(nearest: true));

            ours.Unfilled.ShouldBe(nearest.Unfilled, $"seed {seed}");
            ours.Cost(rules).ShouldBeLessThanOrEqualTo(nearest.Cost(rules) + 1e-6, $"seed {seed}: {ours} beside {nearest}");
            ours.LateHours.ShouldBeLessThanOrEqualTo(nearest.LateHours + 1e-6, $"seed {seed}: {ours} beside {nearest}");
            ours.Busiest.ShouldBeLessThanOrEqualTo(nearest.Busiest + 1e-6, $"seed {seed}: {ours} beside {nearest}");
        }
    }
}
