namespace TcmBrain.Cockpit.Folding;

/// <summary>
/// Counts of durations by logarithmic buckets, from which quantiles are told (分位数草图). Every answer is within <see cref="RelativeError"/> of a
/// duration that really was at that rank (Masson, Rim, Lee: DDSketch, VLDB 2019). Adding is exact and commutes, and so does taking away: two sketches
/// of the same durations are the same bytes, in whatever order and pieces they were made.
/// </summary>
public sealed class Sketch
{
    /// <summary>Of a quantile: 1 %.</summary>
    public const double RelativeError = 0.01;

    private const double Gamma = (1 + RelativeError) / (1 - RelativeError);
    private static readonly double LogGamma = Math.Log(Gamma);

    private readonly SortedDictionary<int, long> _buckets = [];

    public long Count { get; private set; }

    /// <summary>Of all durations, milliseconds, exact.</summary>
    public long Sum { get; private set; }

    public bool IsEmpty => Count == 0 && Sum == 0 && _buckets.Count == 0;

    /// <param name="milliseconds">less than 1 counts as 1</param>
    /// <param name="times">negative: taken away</param>
    public void Add(long milliseconds, long times = 1)
    {
        Count += times;
        Sum += milliseconds * times;
        AddTo(BucketOf(milliseconds), times);
    }

    public void Add(Sketch other)
    {
        Count += other.Count;
        Sum += other.Sum;
        foreach (var (bucket, count) in other._buckets)
        {
            AddTo(bucket, count);
        }
    }

    /// <summary>The duration below which the share <paramref name="q"/> (0…1) lies, milliseconds; null when there is none.</summary>
    public double? Quantile(double q)
    {
        if (Count <= 0)
        {
            return null;
        }

        var rank = Math.Max(1, (long)Math.Ceiling(q * Count));
        long seen = 0;
        foreach (var (bucket, count) in _buckets)
        {
            seen += count;
            if (seen >= rank)
            {
                return 2 * Math.Pow(Gamma, bucket) / (Gamma + 1);
            }
        }

        return null;
    }

    public static int BucketOf(long milliseconds) =>
        milliseconds <= 1 ? 0 : (int)Math.Ceiling(Math.Round(Math.Log(milliseconds) / LogGamma, 9));

    /// <summary>Buckets as pairs of variable-length integers: distance from the one before, count.</summary>
    public byte[] Encode()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        var last = 0;
        foreach (var (bucket, count) in _buckets)
        {
            writer.Write7BitEncodedInt(bucket - last);
            writer.Write7BitEncodedInt64(count);
            last = bucket;
        }

        return stream.ToArray();
    }

    public static Sketch Decode(long count, long sum, byte[] data)
    {
        var sketch = new Sketch { Count = count, Sum = sum };
        using var reader = new BinaryReader(new MemoryStream(data));
        var bucket = 0;
        while (reader.BaseStream.Position < data.Length)
        {
            bucket += reader.Read7BitEncodedInt();
            sketch._buckets[bucket] = reader.Read7BitEncodedInt64();
        }

        return sketch;
    }

    /// <summary>All of it in one value: count, sum, buckets.</summary>
    public static byte[] Pack(long count, long sum, byte[] data)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write7BitEncodedInt64(count);
        writer.Write7BitEncodedInt64(sum);
        writer.Write(data);
        return stream.ToArray();
    }

    /// <summary>What <see cref="Pack"/> made.</summary>
    public static Sketch Unpack(byte[] packed)
    {
        using var reader = new BinaryReader(new MemoryStream(packed));
        var (count, sum) = (reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
        return Decode(count, sum, packed[(int)reader.BaseStream.Position..]);
    }

    private void AddTo(int bucket, long times)
    {
        var now = _buckets.GetValueOrDefault(bucket) + times;
        if (now == 0)
        {
            _buckets.Remove(bucket);
        }
        else
        {
            _buckets[bucket] = now;
        }
    }
}
