using System.Buffers.Binary;
using System.Numerics;

namespace System.IO.Hashing;

/// <summary>The hash XXH64 (the xxHash specification, version 0.1.1). For distribution, not for security.</summary>
public static class XxHash64
{
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;
    private const int StripeLength = 32;
    private const int LaneLength = 8;

    /// <summary>The hash with seed 0: eight bytes, the most significant first.</summary>
    public static byte[] Hash(byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Hash(source.AsSpan());
    }

    /// <summary>The hash as eight bytes, the most significant first.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> source, long seed = 0)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, HashToUInt64(source, seed));
        return bytes;
    }

    /// <summary>The hash as a number.</summary>
    public static ulong HashToUInt64(ReadOnlySpan<byte> source, long seed = 0)
    {
        var rest = source;
        var hash = source.Length < StripeLength ? (ulong)seed + Prime5 : Stripes(ref rest, (ulong)seed);
        hash += (ulong)source.Length;

        for (; rest.Length >= LaneLength; rest = rest[LaneLength..])
        {
            hash ^= Round(0, BinaryPrimitives.ReadUInt64LittleEndian(rest));
            hash = BitOperations.RotateLeft(hash, 27) * Prime1 + Prime4;
        }

        if (rest.Length >= sizeof(uint))
        {
            hash ^= BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime1;
            hash = BitOperations.RotateLeft(hash, 23) * Prime2 + Prime3;
            rest = rest[sizeof(uint)..];
        }

        foreach (var single in rest)
        {
            hash ^= single * Prime5;
            hash = BitOperations.RotateLeft(hash, 11) * Prime1;
        }

        return Avalanche(hash);
    }

    private static ulong Stripes(ref ReadOnlySpan<byte> rest, ulong seed)
    {
        var first = seed + Prime1 + Prime2;
        var second = seed + Prime2;
        var third = seed;
        var fourth = seed - Prime1;
        for (; rest.Length >= StripeLength; rest = rest[StripeLength..])
        {
            first = Round(first, BinaryPrimitives.ReadUInt64LittleEndian(rest));
            second = Round(second, BinaryPrimitives.ReadUInt64LittleEndian(rest[LaneLength..]));
            third = Round(third, BinaryPrimitives.ReadUInt64LittleEndian(rest[(2 * LaneLength)..]));
            fourth = Round(fourth, BinaryPrimitives.ReadUInt64LittleEndian(rest[(3 * LaneLength)..]));
        }

        var hash =
            BitOperations.RotateLeft(first, 1)
            + BitOperations.RotateLeft(second, 7)
            + BitOperations.RotateLeft(third, 12)
            + BitOperations.RotateLeft(fourth, 18);
        return Merge(Merge(Merge(Merge(hash, first), second), third), fourth);
    }

    private static ulong Round(ulong accumulator, ulong lane) => BitOperations.RotateLeft(accumulator + lane * Prime2, 31) * Prime1;

    private static ulong Merge(ulong hash, ulong accumulator) => (hash ^ Round(0, accumulator)) * Prime1 + Prime4;

    private static ulong Avalanche(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * Prime2;
        hash = (hash ^ (hash >> 29)) * Prime3;
        return hash ^ (hash >> 32);
    }
}
