namespace TcmBrain.Quality.Process;

/// <summary>
/// What the moving range of two (n = 2) says of the spread. The exact values of the normal distribution: d2 = 2/√π, d3 = √(2 − 4/π), D4 = 1 + 3·d3/d2;
/// D3 is negative and so 0. Textbooks print them rounded (Montgomery, Introduction to Statistical Quality Control, appendix VI; NIST/SEMATECH
/// e-Handbook 6.3.2.2: 1.128 and 3.267).
/// </summary>
/// <param name="D2">Mean of the range of two in standard deviations.</param>
/// <param name="D4">Upper limit of the range in mean ranges.</param>
public readonly record struct ControlConstants(double D2, double D4)
{
    public static readonly ControlConstants Exact = new(
        2 / Math.Sqrt(Math.PI),
        1 + (3 * Math.Sqrt(2 - (4 / Math.PI)) / (2 / Math.Sqrt(Math.PI)))
    );

    /// <summary>As printed in the books.</summary>
    public static readonly ControlConstants Printed = new(1.128, 3.267);
}
