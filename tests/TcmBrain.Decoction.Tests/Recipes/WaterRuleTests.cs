using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.Recipes;

namespace TcmBrain.Decoction.Tests.Recipes;

public sealed class WaterRuleTests(Room room)
{
    [Fact]
    public void Water_is_what_the_pieces_keep_what_boils_away_and_what_is_to_come_out()
    {
        // 茯苓 15 g + 陈皮 9 g + 当归 10 g weighed for the whole prescription.
        var water = WaterRule.Derive(room.Checked("c"), firstMinutes: 25, secondMinutes: 20, ageYears: 40);
        water.HerbMilligrams.ShouldBe(34_000);
        water.AbsorbedMillilitres.ShouldBe(40);
        water.YieldMillilitres.ShouldBe(7 * 2 * 200);
        water.FirstMillilitres.ShouldBe(40 + 250 + 1_540);
        water.SecondMillilitres.ShouldBe(200 + 1_260);
        water.VesselMillilitres.ShouldBe((1_830 + 34) * 100 / 85 / 10 * 10 + 10);
        water.AdviceZh.ShouldBeNull();
        water.Sources.Select(s => s.RuleId).ShouldContain("yield.adult");
    }

    [Fact]
    public void Stone_keeps_little_and_flowers_keep_much()
    {
        Absorbed(Room.Portion(1, "石膏", 100, "先煎")).ShouldBe(20);
        Absorbed(Room.Portion(1, "金银花", 100)).ShouldBe(200);
        Absorbed(Room.Portion(1, "茯苓", 100)).ShouldBe(120);
    }

    [Theory]
    [InlineData("烊化")]
    [InlineData("冲服")]
    [InlineData("另煎")]
    public void What_is_not_boiled_with_the_rest_takes_no_water(string handling) =>
        Absorbed(Room.Portion(1, "茯苓", 100), Room.Portion(2, "阿胶", 100, handling)).ShouldBe(120);

    [Fact]
    public void Four_hundred_millilitres_a_dose_are_too_much_for_a_child()
    {
        var water = WaterRule.Derive(room.Checked("c"), 25, 20, ageYears: 5);
        water.AdviceZh.ShouldBe("每剂 400 毫升,超出 100–300 毫升");
        water.Sources.Select(s => s.RuleId).ShouldContain("yield.child");
        WaterRule.Derive(room.Checked("c"), 25, 20, ageYears: WaterRule.ChildBelowYears).AdviceZh.ShouldBeNull();
    }

    [Fact]
    public void Every_number_of_a_recipe_has_its_source()
    {
        var recipe = RecipeRule.Derive(room.Checked("c"), _ => null, 40);
        RuleSource[] sources =
        [
            recipe.Soak.Source,
            recipe.FirstBoil.Source,
            recipe.SecondBoil.Source,
            .. recipe.Special.Where(s => s.Limit is not null).Select(s => s.Limit!.Source),
            .. recipe.Water!.Sources,
        ];
        sources.ShouldAllBe(s => s.RuleId.Length > 0 && s.Clause.Length > 0 && s.Mark.Length > 0);
    }

    [Fact]
    public void The_moments_stand_at_their_minutes()
    {
        var recipe = RecipeRule.Derive(
            room.Checked("c") with
            {
                Portions = [Room.Portion(1, "石膏", 30, "先煎"), Room.Portion(2, "薄荷", 6, "后下"), Room.Portion(3, "阿胶", 9, "烊化")],
            },
            _ => null
        );
        // 15 minutes ahead, then 25: what is added late goes in five minutes before the end.
        recipe
            .Moments.Select(m => (m.Handling, m.Anchor, m.Minute, m.MustConfirm))
            .ShouldBe([
                ("先煎", MomentAnchor.AfterBoiling, 0, false),
                (Timeline.TheRest, MomentAnchor.AfterBoiling, 15, false),
                ("后下", MomentAnchor.BeforeEnd, recipe.FirstBoil.Target - 5, true),
                ("烊化", MomentAnchor.AfterStraining, null, true),
            ]);
    }

    private int Absorbed(params WeighedPortion[] portions) =>
        WaterRule.Derive(room.Checked("c") with { Portions = portions }, 25, 20, 40).AbsorbedMillilitres;
}
