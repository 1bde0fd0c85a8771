using TcmBrain.Institutions.SignIn;

namespace TcmBrain.Institutions.Tests.SignIn;

public sealed class LockOutRuleTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static Failures After(int failures, TimeSpan apart)
    {
        var state = Failures.None;
        for (var i = 0; i < failures; i++)
        {
            state = LockOutRule.AfterFailure(state, Start + i * apart, LockOutRule.Threshold);
        }

        return state;
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(5, 1)]
    [InlineData(6, 2)]
    [InlineData(7, 4)]
    [InlineData(8, 8)]
    [InlineData(9, 15)]
    [InlineData(500, 15)]
    public void The_lock_doubles_up_to_a_quarter_of_an_hour(int failures, int minutes)
    {
        var state = After(failures, TimeSpan.FromSeconds(1));
        (LockOutRule.Wait(state, state.LastAt) ?? TimeSpan.Zero).ShouldBe(TimeSpan.FromMinutes(minutes));
    }

    [Fact]
    public void A_quarter_of_an_hour_of_quiet_forgets() => After(400, TimeSpan.FromMinutes(15.1)).Count.ShouldBe(1);

    [Fact]
    public void A_lock_ends() => LockOutRule.Wait(After(5, TimeSpan.Zero), Start + TimeSpan.FromMinutes(1)).ShouldBeNull();
}
