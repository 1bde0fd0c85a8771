using FsCheck;
using FsCheck.Fluent;

namespace TcmBrain.Contracts.Tests.Values;

/// <summary>GB 11643-1999.</summary>
public sealed class ResidentIdentityTests
{
    // Printed in the standard as its worked example of the check character.
    private const string Known = "11010519491231002X";
    private const string Everything = "0123456789Xx -０";

    private static readonly Gen<(string Number, DateOnly Birth, int Order)> Numbers =
        from region in Generators.Text("123456789", 6)
        from birth in Generators.Days
        from order in Gen.Choose(0, 999)
        let first17 = $"{region}{birth:yyyyMMdd}{order:000}"
        select (first17 + ResidentIdentity.CheckCharacter(first17), birth, order);

    [Fact]
    public void The_known_number_is_valid()
    {
        ResidentIdentity.IsValid(Known).ShouldBeTrue();
        ResidentIdentity.IsMale(Known).ShouldBeFalse();
        ResidentIdentity.TryGetBirthDate(Known, out var birth).ShouldBeTrue();
        birth.ShouldBe(new DateOnly(1949, 12, 31));
    }

    [Fact]
    public void Every_single_changed_character_is_noticed() =>
        Generators.WithOneCharacterChanged(Known, Everything).Where(ResidentIdentity.IsValid).ShouldBeEmpty();

    [Fact]
    public void A_number_tells_birth_date_and_sex_and_any_single_change_of_it_is_noticed() =>
        Prop.ForAll(
                Numbers.ToArbitrary(),
                one =>
                    ResidentIdentity.IsValid(one.Number)
                    && ResidentIdentity.TryGetBirthDate(one.Number, out var birth)
                    && birth == one.Birth
                    && ResidentIdentity.IsMale(one.Number) == (one.Order % 2 == 1)
                    && !Generators.WithOneCharacterChanged(one.Number, "0123456789X").Any(ResidentIdentity.IsValid)
            )
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("11010519490229002")]
    [InlineData("11010519491301002")]
    [InlineData("11010500000000002")]
    public void A_day_that_never_was_is_refused_whatever_the_check_character(string first17) =>
        ResidentIdentity.IsValid(first17 + ResidentIdentity.CheckCharacter(first17)).ShouldBeFalse();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("110105491231002")]
    [InlineData("11010519491231002")]
    [InlineData("11010519491231002x")]
    [InlineData("1101051949123100２X")]
    public void Another_form_is_not_a_number(string? text) => ResidentIdentity.IsValid(text).ShouldBeFalse();
}
