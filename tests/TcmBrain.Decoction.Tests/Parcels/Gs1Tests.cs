using TcmBrain.Decoction.Parcels;

namespace TcmBrain.Decoction.Tests.Parcels;

public sealed class Gs1Tests
{
    [Theory]
    [InlineData("6291041", 0)]
    [InlineData("6901234", 1)]
    [InlineData("6901234", 999_999_999)]
    public void An_sscc_has_18_digits_whose_weighted_sum_is_a_multiple_of_ten(string prefix, long number)
    {
        var sscc = Gs1.Sscc(prefix, number);
        sscc.Length.ShouldBe(18);
        sscc.ShouldStartWith("0" + prefix);
        WeightedSum(sscc).ShouldBe(0, sscc);
    }

    [Fact]
    public void The_check_used_here_agrees_with_the_worked_example_that_gs1_publishes() =>
        // 37610425002123456 has the check digit 9.
        WeightedSum("376104250021234569").ShouldBe(0);

    [Fact]
    public void A_bag_serial_notices_any_single_wrong_digit()
    {
        var serial = Gs1.BagSerial(4711);
        serial.ShouldBe("0000000047111");
        for (var at = 0; at < serial.Length; at++)
        {
            for (var digit = '0'; digit <= '9'; digit++)
            {
                var mistyped = serial[..at] + digit + serial[(at + 1)..];
                (WeightedSum(mistyped) == 0).ShouldBe(mistyped == serial);
            }
        }
    }

    [Fact]
    public void Numbers_that_do_not_fit_are_not_cut()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => Gs1.Sscc("6901234", 1_000_000_000));
        Should.Throw<ArgumentOutOfRangeException>(() => Gs1.Sscc("690123", 1));
        Should.Throw<ArgumentOutOfRangeException>(() => Gs1.BagSerial(1_000_000_000_000));
    }

    /// <summary>As a scanner checks it, from the left of the whole number; modulo ten.</summary>
    private static int WeightedSum(string digits)
    {
        var weight = digits.Length % 2 == 0 ? 3 : 1;
        var sum = 0;
        foreach (var digit in digits)
        {
            sum += weight * (digit - '0');
            weight = 4 - weight;
        }

        return sum % 10;
    }
}
