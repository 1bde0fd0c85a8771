using System.Net;
using TcmBrain.Decoction.Recipes;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Decoction.Tests.Recipes;

public sealed class RecipeOverrideTests(Room room)
{
    private Recipe Derived => RecipeRule.Derive(room.Checked("c"), _ => null, 40);

    [Theory]
    [InlineData(29, null, null)]
    [InlineData(721, null, null)]
    [InlineData(null, 14, null)]
    [InlineData(null, 61, null)]
    [InlineData(null, null, 9)]
    [InlineData(null, 30, 30)] // the second is shorter than the first
    public void Nobody_goes_beyond_the_regulation(int? soak, int? first, int? second) =>
        Codes(new RecipeOrder(soak, first, second, "病情需要")).ShouldContain("DEC-0515");

    [Fact]
    public void An_order_needs_a_reason_and_something_ordered_and_every_fault_is_named() =>
        Codes(new RecipeOrder(null, null, null, " ")).ShouldBe(["DEC-0513", "DEC-0514"]);

    [Fact]
    public void What_is_boiled_first_keeps_its_time_under_any_order()
    {
        var recipe = RecipeRule.Derive(room.Checked("c") with { Portions = [Room.Portion(1, "附子", 15, "先煎")] }, _ => null);
        Should
            .Throw<FaultException>(() => RecipeOverride.Apply(recipe, new RecipeOrder(null, 44, null, "x"), "章"))
            .Faults.Single()
            .Zh.ShouldContain("45–120");
        RecipeOverride.Apply(recipe, new RecipeOrder(null, 45, null, "x"), "章").FirstBoil.Target.ShouldBe(45);
    }

    [Fact]
    public void The_order_says_who_and_why_and_the_water_follows_the_minutes()
    {
        var after = RecipeOverride.Apply(Derived, new RecipeOrder(60, 40, 25, "久病体虚"), "章子衡");
        after.Soak.Minimum.ShouldBe(60);
        (after.FirstBoil.Minimum, after.FirstBoil.Target, after.FirstBoil.Maximum).ShouldBe((37, 40, 43));
        after.FirstBoil.Source.Clause.ShouldBe("药师 章子衡 调整: 久病体虚");
        after.Water!.FirstMillilitres.ShouldBe(Derived.Water!.FirstMillilitres + (15 * WaterRule.EvaporationPerMinute));
    }

    [Fact]
    public async Task A_pharmacist_of_the_centre_orders_it_once_and_only_before_the_boil()
    {
        var centre = room.Organisation();
        var rx = (await room.ArriveAsync(centre)).AggregateId;
        using var pharmacist = room.Pharmacist(centre);
        using var worker = room.Worker(centre);
        using var stranger = room.Pharmacist(room.Organisation());
        var path = $"/api/decoction/jobs/{rx}/recipe";
        var order = new { firstBoilMinutes = 35, reason = "质地坚实" };
        (await worker.SendAsync(path, order)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await stranger.SendAsync(path, order)).ShouldBeRefused("DEC-0106", HttpStatusCode.NotFound);
        for (var time = 0; time < 2; time++)
        {
            (await pharmacist.SendAsync(path, order))
                .Json.GetProperty("recipe")
                .GetProperty("firstBoil")
                .GetProperty("target")
                .GetInt32()
                .ShouldBe(35);
        }

        (await room.ScalarAsync<long>("select count(*) from decoction.recipe_override where prescription_id = $1", rx)).ShouldBe(1);
        await Should.ThrowAsync<Npgsql.PostgresException>(() =>
            room.ScalarAsync<object>("update decoction.recipe_override set reason = 'x' where prescription_id = $1 returning 1", rx)
        );
        await worker.ReportAsync(rx, "soaking", Times(0, 30));
        await worker.ReportAsync(rx, "first-boil/start", new { startedAt = room.Morning.AddMinutes(30) });
        (await pharmacist.SendAsync(path, new { firstBoilMinutes = 40, reason = "再长" })).ShouldBeRefused(
            "DEC-0516",
            HttpStatusCode.Conflict
        );
    }

    private object Times(int from, int until) =>
        new
        {
            vessel = "V01",
            startedAt = room.Morning.AddMinutes(from),
            finishedAt = room.Morning.AddMinutes(until),
        };

    private string[] Codes(RecipeOrder order) =>
        [.. Should.Throw<FaultException>(() => RecipeOverride.Apply(Derived, order, "章")).Faults.Select(f => f.Code).Distinct()];
}
