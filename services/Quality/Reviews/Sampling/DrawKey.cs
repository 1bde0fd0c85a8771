using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TcmBrain.Quality.Reviews.Sampling;

/// <summary>
/// The lot that falls to a prescription (签号): the first 16 bytes of SHA-256 over the seed's 32 bytes and the id's 16 (RFC 9562 order), as a
/// number. The smallest of a stratum are drawn. Nobody can steer it who has not chosen the seed, and anybody with sha256sum can repeat it.
/// </summary>
public static class DrawKey
{
    public const int SeedBytes = 32;

    public static UInt128 Of(ReadOnlySpan<byte> seed, Guid prescriptionId)
    {
        Span<byte> text = stackalloc byte[SeedBytes + 16];
        seed.CopyTo(text);
        prescriptionId.TryWriteBytes(text[SeedBytes..], bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}

/// <summary>What a population was (总体摘要), so that nobody can say later that it was another.</summary>
public static class PopulationDigest
{
    /// <summary>SHA-256 over the ids' 16 bytes each (RFC 9562 order), sorted as bytes.</summary>
    public static byte[] Of(IEnumerable<Guid> prescriptions)
    {
        var ids = prescriptions.ToArray();
        // A Guid compares as its RFC 9562 bytes do.
        Array.Sort(ids);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[16];
        foreach (var id in ids)
        {
            id.TryWriteBytes(bytes, bigEndian: true, out _);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>SHA-256 over the lines "CODE COUNT HEXDIGEST\n" of all institutions, sorted by code.</summary>
    public static byte[] Over(IEnumerable<(string InstitutionCode, int Population, byte[] Digest)> parts) =>
        SHA256.HashData(
            System.Text.Encoding.ASCII.GetBytes(
                string.Concat(
                    parts
                        .OrderBy(p => p.InstitutionCode, StringComparer.Ordinal)
                        .Select(p =>
                            string.Create(
                                System.Globalization.CultureInfo.InvariantCulture,
                                $"{p.InstitutionCode} {p.Population} {Convert.ToHexStringLower(p.Digest)}\n"
                            )
                        )
                )
            )
        );
}
