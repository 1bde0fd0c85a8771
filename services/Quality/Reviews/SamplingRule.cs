using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TcmBrain.Quality.Reviews;

/// <summary>
/// Which prescriptions are reviewed (抽样): at least 0.5 % of an institution's piece prescriptions and at least 100 a month, all if fewer
/// (国中医药医政发〔2015〕29号). Decided from the prescription's id alone beyond the first hundred, so that nobody can steer it, it can be
/// repeated by anyone, and no replica has to ask another.
/// </summary>
public static class SamplingRule
{
    public const string FirstOfMonth = "first-of-month";
    public const string Drawn = "drawn";

    /// <param name="before">How many of the institution's month are known before this one; only whether it is below the first hundred counts.</param>
    /// <returns>Why it is sampled, or null.</returns>
    public static string? Decide(Guid prescriptionId, int before, SamplingSettings settings) =>
        before < settings.FirstOfMonth ? FirstOfMonth
        : Draw(prescriptionId) < settings.Share ? Drawn
        : null;

    /// <summary>Evenly spread over [0, 1), the same for the same id everywhere and always: the first eight bytes of SHA-256 of its 16 (RFC 9562 order).</summary>
    public static double Draw(Guid prescriptionId)
    {
        Span<byte> id = stackalloc byte[16];
        prescriptionId.TryWriteBytes(id, bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(id, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash) / 18446744073709551616.0;
    }
}
