using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Operations.Verify;

namespace TcmBrain.Operations.Tests;

/// <summary>What state fits to where pharmacy and decoction room have a prescription.</summary>
public sealed class LifecycleRuleTests
{
    private static readonly string?[] Pharmacy =
    [
        null,
        "short",
        "reserved",
        "short-again",
        "reserved-again",
        "dispensing",
        "dispensed",
        "checked",
        "withdrawn",
    ];
    private static readonly string?[] Rooms =
    [
        null,
        "waiting",
        "soaking",
        "decocting",
        "packing",
        "packed",
        "shipped",
        "delivered",
        "scrapped",
    ];

    [Theory]
    [InlineData(State.Received, null, null)]
    [InlineData(State.Intercepted, null, null)]
    [InlineData(State.Rejected, null, null)]
    [InlineData(State.Cancelled, null, null)]
    [InlineData(State.Approved, "short", null)]
    [InlineData(State.Reserved, "reserved", null)]
    [InlineData(State.Reserved, "short-again", null)]
    [InlineData(State.Dispensing, "short-again", null)]
    [InlineData(State.Dispensing, "reserved-again", null)]
    [InlineData(State.Dispensing, "dispensing", null)]
    [InlineData(State.Dispensing, "dispensed", null)]
    [InlineData(State.Cancelled, "withdrawn", null)]
    [InlineData(State.Checked, "checked", "waiting")]
    [InlineData(State.Soaking, "checked", "soaking")]
    [InlineData(State.Decocting, "checked", "decocting")]
    [InlineData(State.Decocting, "checked", "packing")]
    [InlineData(State.Packed, "checked", "packed")]
    [InlineData(State.Checked, "checked", "packed")]
    [InlineData(State.Shipped, "checked", "shipped")]
    [InlineData(State.Completed, "checked", "delivered")]
    [InlineData(State.Returned, "checked", "scrapped")]
    public void Fits(State state, string? pharmacy, string? room) => LifecycleRule.Allows(state, pharmacy, room).ShouldBeTrue();

    [Theory]
    [InlineData(State.Approved, null, null)] // Approved, but the pharmacy never heard.
    [InlineData(State.Checked, "dispensing", null)] // Checked before anybody checked.
    [InlineData(State.Dispensing, "checked", "waiting")] // The check was not heard.
    [InlineData(State.Checked, "checked", null)] // The room never heard of the check.
    [InlineData(State.Dispensing, "dispensing", "waiting")] // A job without a check.
    [InlineData(State.Reserved, "short", null)] // What it held was never taken back.
    [InlineData(State.Checked, "reserved-again", null)]
    [InlineData(State.Cancelled, "reserved", null)] // Grams held for what is cancelled.
    [InlineData(State.Cancelled, "checked", "waiting")]
    [InlineData(State.Delivered, "checked", "delivered")] // Delivery closes it in the same step.
    [InlineData(State.Shipped, "checked", "packed")]
    [InlineData(State.Reserved, "withdrawn", null)]
    public void Does_not_fit(State state, string? pharmacy, string? room) => LifecycleRule.Allows(state, pharmacy, room).ShouldBeFalse();

    [Fact]
    public void What_prescriptions_does_not_know_nobody_may_have()
    {
        foreach (var pharmacy in Pharmacy)
        {
            foreach (var room in Rooms)
            {
                LifecycleRule.Allows(null, pharmacy, room).ShouldBeFalse();
            }
        }
    }

    [Fact]
    public void Every_state_of_a_job_is_possible_and_every_state_of_a_prescription_is_possible_somewhere()
    {
        var states = Enum.GetValues<State>().Where(s => s != State.Unspecified).ToArray();
        foreach (var room in Rooms.OfType<string>())
        {
            states.ShouldContain(s => LifecycleRule.Allows(s, "checked", room), room);
        }

        // Delivered is only ever passed through.
        foreach (var state in states.Where(s => s != State.Delivered))
        {
            Pharmacy.ShouldContain(p => Rooms.Any(r => LifecycleRule.Allows(state, p, r)), state.ToString());
        }
    }
}
