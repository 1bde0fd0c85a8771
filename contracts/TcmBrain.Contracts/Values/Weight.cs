using System.Text.Json;
using System.Text.Json.Serialization;

namespace TcmBrain.Contracts;

/// <summary>A mass in whole milligrams. There is no fraction and no floating point, so that ledgers balance exactly.</summary>
[JsonConverter(typeof(WeightJsonConverter))]
public readonly record struct Weight(long Milligrams) : IComparable<Weight>
{
    public static readonly Weight Zero = new(0);

    public static Weight FromGrams(decimal grams) => new(checked((long)(grams * 1000m)));

    public decimal Grams => Milligrams / 1000m;

    public int CompareTo(Weight other) => Milligrams.CompareTo(other.Milligrams);

    public static Weight operator +(Weight a, Weight b) => new(checked(a.Milligrams + b.Milligrams));

    public static Weight operator -(Weight a, Weight b) => new(checked(a.Milligrams - b.Milligrams));

    public static Weight operator *(Weight a, int factor) => new(checked(a.Milligrams * factor));

    public static bool operator <(Weight a, Weight b) => a.Milligrams < b.Milligrams;

    public static bool operator >(Weight a, Weight b) => a.Milligrams > b.Milligrams;

    public static bool operator <=(Weight a, Weight b) => a.Milligrams <= b.Milligrams;

    public static bool operator >=(Weight a, Weight b) => a.Milligrams >= b.Milligrams;

    public override string ToString() => FormattableString.Invariant($"{Grams:0.###} g");
}

/// <summary>On the wire a weight is the bare number of milligrams.</summary>
public sealed class WeightJsonConverter : JsonConverter<Weight>
{
    public override Weight Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, Weight value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.Milligrams);
}
