namespace TcmBrain.Contracts;

/// <summary>行政区划代码: six digits, two each for province, city and county (GB/T 2260).</summary>
public static class RegionCode
{
    public static bool IsWellFormed(string? code) =>
        code is { Length: 6 } && code.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0 && !code.StartsWith("00", StringComparison.Ordinal);

    /// <summary>The code of the region above; null above a province.</summary>
    public static string? Parent(string code) =>
        code.EndsWith("0000", StringComparison.Ordinal) ? null
        : code.EndsWith("00", StringComparison.Ordinal) ? code[..2] + "0000"
        : code[..4] + "00";

    /// <summary>The digits that every region below this one starts with: 330100 covers all of 3301xx.</summary>
    /// <exception cref="ArgumentException">It is no region's code: an empty one would cover every region.</exception>
    public static string SubtreePrefix(string code) =>
        !IsWellFormed(code) ? throw new ArgumentException($"'{code}' is no region's code.", nameof(code))
        : code.EndsWith("0000", StringComparison.Ordinal) ? code[..2]
        : code.EndsWith("00", StringComparison.Ordinal) ? code[..4]
        : code;
}
