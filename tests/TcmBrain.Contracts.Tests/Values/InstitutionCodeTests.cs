using FsCheck;
using FsCheck.Fluent;

namespace TcmBrain.Contracts.Tests.Values;

/// <summary>GB 32100-2015.</summary>
public sealed class InstitutionCodeTests
{
    // Printed in the standard as its worked example of the check character.
    private const string Known = "91350100M000100Y43";
    private const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    private const string Everything = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcxyz -０Ａ";

    private static readonly Gen<string> Codes = Generators
        .Text(Alphabet, 17)
        .Select(first17 => first17 + InstitutionCode.CheckCharacter(first17));

    [Fact]
    public void The_known_code_is_valid() => InstitutionCode.IsValid(Known).ShouldBeTrue();

    [Fact]
    public void Every_single_changed_character_is_noticed() =>
        Generators.WithOneCharacterChanged(Known, Everything).Where(InstitutionCode.IsValid).ShouldBeEmpty();

    [Fact]
    public void A_computed_check_character_is_right_and_any_single_change_of_it_all_is_noticed() =>
        Prop.ForAll(
                Codes.ToArbitrary(),
                code => InstitutionCode.IsValid(code) && !Generators.WithOneCharacterChanged(code, Alphabet).Any(InstitutionCode.IsValid)
            )
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("91350100M000100Y4")]
    [InlineData("91350100M000100Y433")]
    [InlineData(" 91350100M000100Y43")]
    [InlineData("91350100m000100y43")]
    public void Another_form_is_not_a_code(string? text) => InstitutionCode.IsValid(text).ShouldBeFalse();

    [Theory]
    [InlineData("91350100M000100Y")]
    [InlineData("91350100I000100Y4")]
    public void What_is_no_beginning_of_a_code_has_no_check_character(string text) => InstitutionCode.CheckCharacter(text).ShouldBeNull();

    [Fact]
    public void Every_demo_institution_has_a_valid_code() =>
        Demo.DemoRegion.Institutions.Select(institution => institution.Code).Where(code => !InstitutionCode.IsValid(code)).ShouldBeEmpty();
}
