using TcmBrain.Institutions.Accounts;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Tests.Accounts;

public sealed class PasswordRulesTests
{
    private static IEnumerable<string> Faults(string password) =>
        PasswordRules.Check(new FaultList(), password, "zhangwei", "张伟明", "password").Faults.Select(f => f.Code);

    [Theory]
    [InlineData("correct horse battery")]
    [InlineData("两个黄鹂鸣翠柳一行")]
    [InlineData("k7#mQ2vLx9")]
    [InlineData("dev-only-admin1")]
    public void Long_and_irregular_is_enough(string password) =>
        Faults(password.Length < 10 ? password + "白鹭" : password).ShouldBeEmpty();

    [Theory]
    [InlineData("")]
    [InlineData("abc12!XYZ")]
    [InlineData("九个字的密码不够长")]
    [InlineData("tab\tinside it")]
    public void Short_ones_and_control_characters_are_refused(string password) => Faults(password).ShouldContain("INS-0331");

    [Theory]
    [InlineData("1234567890")]
    [InlineData("0987654321")]
    [InlineData("qwertyuiop")]
    [InlineData("qwerty12345")]
    [InlineData("Password123")]
    [InlineData("password123!!")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("abcabcabcabc")]
    [InlineData("abcdefghijkl")]
    [InlineData("1212121212")]
    [InlineData("zhongyi12345")]
    public void What_is_tried_first_is_refused(string password) => Faults(password).ShouldContain("INS-0332");

    [Theory]
    [InlineData("ZhangWei-2026!")]
    [InlineData("我叫张伟明你好吗朋友")]
    public void The_owners_name_is_refused(string password) => Faults(password).ShouldContain("INS-0333");

    [Fact]
    public void A_refusal_never_repeats_the_password() =>
        PasswordRules
            .Check(new FaultList(), "hunter2hunter2", "hunter2", "x y", "password")
            .Faults.ShouldAllBe(f => !f.En.Contains("hunter2") && !f.Zh.Contains("hunter2"));
}
