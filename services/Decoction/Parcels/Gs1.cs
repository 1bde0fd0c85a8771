using System.Globalization;

namespace TcmBrain.Decoction.Parcels;

/// <summary>GS1 numbers with their check digit (GS1 General Specifications 7.9: from the right ×3, ×1, …, up to the next ten).</summary>
public static class Gs1
{
    private const long BagNumbers = 1_000_000_000_000;
    private const long ParcelNumbers = 1_000_000_000;

    /// <summary>SSCC: extension digit 0, company prefix of 7, serial reference of 9, check digit.</summary>
    public static string Sscc(string companyPrefix, long number)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(companyPrefix.Length, 7);
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, ParcelNumbers);
        return WithCheckDigit("0" + companyPrefix + number.ToString("D9", CultureInfo.InvariantCulture));
    }

    /// <summary>GTIN-14 of a bag of decoction (汤剂袋), item reference 2 of the operator's prefix, as the trace names it.</summary>
    public static string BagGtin(string companyPrefix)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(companyPrefix.Length, 7);
        return WithCheckDigit("0" + companyPrefix + "00002");
    }

    /// <summary>Serial of a bag for an SGTIN: twelve digits and their check digit, so that a mistyped one is noticed.</summary>
    public static string BagSerial(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, BagNumbers);
        return WithCheckDigit(number.ToString("D12", CultureInfo.InvariantCulture));
    }

    private static string WithCheckDigit(string digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var fromRight = digits.Length - 1 - i;
            sum += (digits[i] - '0') * (fromRight % 2 == 0 ? 3 : 1);
        }

        return digits + (char)('0' + (10 - sum % 10) % 10);
    }
}
