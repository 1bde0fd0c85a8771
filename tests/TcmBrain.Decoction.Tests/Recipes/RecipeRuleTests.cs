using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.Recipes;
using TcmBrain.Knowledge;

namespace TcmBrain.Decoction.Tests.Recipes;

public sealed class RecipeRuleTests
{
    [Fact]
    public void Exterior_releasing_pieces_are_boiled_15_to_20_minutes() =>
        Minutes(Derive("", ("麻黄", 9, ""), ("桂枝", 6, ""), ("苦杏仁", 6, ""), ("炙甘草", 3, "")).FirstBoil).ShouldBe((15, 20));

    [Fact]
    public void Tonic_pieces_are_boiled_40_to_60_minutes() =>
        Minutes(Derive("", ("人参", 9, ""), ("白术", 9, ""), ("茯苓", 9, ""), ("炙甘草", 6, "")).FirstBoil).ShouldBe((40, 60));

    [Fact]
    public void Anything_else_is_boiled_20_to_30_minutes() =>
        Minutes(Derive("肝郁气滞证", ("柴胡", 6, ""), ("香附", 9, ""), ("川芎", 9, ""), ("陈皮", 9, "")).FirstBoil).ShouldBe((20, 30));

    [Theory]
    [InlineData("风寒束表证", DecoctionClass.Light)]
    [InlineData("卫气同病证", DecoctionClass.Light)]
    [InlineData("湿热下注证", DecoctionClass.Light)]
    [InlineData("气血两虚证", DecoctionClass.Tonic)]
    [InlineData("阴虚火旺证", DecoctionClass.Tonic)]
    [InlineData("寒热错杂证", DecoctionClass.Ordinary)]
    [InlineData("气滞血瘀证", DecoctionClass.Ordinary)]
    public void Where_the_pieces_are_mixed_the_syndrome_decides(string syndrome, DecoctionClass expected) =>
        Derive(syndrome, ("丹参", 10, ""), ("陈皮", 10, "")).Class.ShouldBe(expected);

    [Fact]
    public void The_pieces_go_before_the_syndrome() =>
        Derive("气虚证", ("金银花", 15, ""), ("连翘", 15, "")).Class.ShouldBe(DecoctionClass.Light);

    [Fact]
    public void Soaking_takes_at_least_30_minutes_and_has_no_upper_end()
    {
        RecipeRule.Soak.Allows(TimeSpan.FromMinutes(30)).ShouldBeTrue();
        RecipeRule.Soak.Allows(TimeSpan.FromMinutes(30) - TimeSpan.FromSeconds(1)).ShouldBeFalse();
        RecipeRule.Soak.Allows(TimeSpan.FromHours(5)).ShouldBeTrue();
    }

    [Fact]
    public void What_is_boiled_first_makes_the_first_boil_longer() =>
        Minutes(Derive("", ("石膏", 30, "先煎"), ("知母", 9, "")).FirstBoil).ShouldBe((15 + 10, 20 + 15));

    [Fact]
    public void Aconite_is_boiled_first_for_half_an_hour_to_an_hour()
    {
        var recipe = Derive("", ("附子", 15, "先煎"), ("牡蛎", 30, "先煎"), ("人参", 30, ""), ("炙甘草", 30, ""));
        recipe.Class.ShouldBe(DecoctionClass.Tonic);
        Minutes(recipe.FirstBoil).ShouldBe((40 + 30, 60 + 60));
        recipe.Special.Single().Pieces.ShouldBe(["附子", "牡蛎"]);
    }

    [Fact]
    public void Buffalo_horn_has_three_hours_at_least_and_no_upper_end() =>
        Minutes(Derive("", ("水牛角", 30, "先煎"), ("生地黄", 30, "")).FirstBoil).Maximum.ShouldBeNull();

    [Fact]
    public void Late_additions_and_the_rest_are_listed_for_the_room()
    {
        var recipe = Derive("", ("薄荷", 6, "后下"), ("车前子", 9, "包煎"), ("阿胶", 9, "烊化"), ("人参", 9, "另煎"), ("陈皮", 9, ""));
        recipe.Special.Select(s => s.Handling).ShouldBe(["后下", "另煎", "包煎", "烊化"]);
        recipe.Special[0].Limit!.Minimum.ShouldBe(5);
        recipe.Special[0].Limit!.Maximum.ShouldBe(10);
    }

    [Fact]
    public void Every_number_names_its_source()
    {
        var recipe = Derive("", ("附子", 15, "先煎"), ("薄荷", 6, "后下"), ("人参", 9, "另煎"));
        IEnumerable<MinuteLimit> limits = [recipe.Soak, recipe.FirstBoil, recipe.SecondBoil, .. recipe.Special.Select(s => s.Limit!)];
        limits.ShouldAllBe(l =>
            l.Source.Clause.Length > 10 && l.Source.RuleId.Length > 0 && (l.Source.Mark == "M" || l.Source.Mark == "C*")
        );
    }

    [Fact]
    public void Aiming_at_the_targets_keeps_every_limit_for_every_classic_formula()
    {
        foreach (var formula in Catalogue.Default.Formulas)
        {
            var pieces = formula
                .Composition.Select(i => (Catalogue.Default[i.Herb].Name, (int)(i.Milligrams / 1000) + 1, HandlingText.Format(i.Handling)))
                .ToArray();
            var recipe = Derive(formula.SyndromeName, pieces);
            recipe.FirstBoil.Allows(TimeSpan.FromMinutes(recipe.FirstBoil.Target)).ShouldBeTrue(formula.Name);
            recipe.SecondBoil.Allows(TimeSpan.FromMinutes(recipe.SecondBoil.Target)).ShouldBeTrue(formula.Name);
            recipe.SecondBoil.Target.ShouldBeLessThan(recipe.FirstBoil.Target, formula.Name);
        }
    }

    private static (int Minimum, int? Maximum) Minutes(MinuteLimit limit) => (limit.Minimum, limit.Maximum);

    private static Recipe Derive(string syndrome, params (string Piece, int Grams, string Handling)[] pieces)
    {
        var prescription = Prescription(syndrome, [.. pieces.Select((p, i) => Room.Portion(i + 1, p.Piece, p.Grams, p.Handling))]);
        var recipe = RecipeRule.Derive(prescription, name => Catalogue.Default.Find(name)?.Category);
        recipe.Bags.ShouldBe(14);
        return recipe;
    }

    private static PrescriptionChecked Prescription(string syndrome, WeighedPortion[] portions) =>
        new()
        {
            AggregateId = Guid.CreateVersion7(),
            Version = 1,
            OccurredAt = DateTimeOffset.UnixEpoch,
            InstitutionCode = "",
            RegionCode = "",
            HisNumber = "",
            Revision = 1,
            CentreCode = "",
            Checker = "",
            Dispenser = "",
            Portions = portions,
            Doses = 7,
            DosesPerDay = 1,
            PacksPerDose = 2,
            MillilitresPerPack = 200,
            External = false,
            Decoct = true,
            Urgent = false,
            DeliveryRegionCode = "",
            SyndromeName = syndrome,
        };
}
