using FsCheck;
using FsCheck.Fluent;

namespace TcmBrain.Contracts.Tests;

internal static class Generators
{
    public static Gen<char> OneOf(string characters) => Gen.Elements(characters.ToCharArray());

    public static Gen<string> Text(string alphabet, int length) =>
        Gen.ArrayOf(OneOf(alphabet), length).Select(characters => new string(characters));

    public static Gen<long> Between(long least, long most) =>
        Gen.Choose(0, int.MaxValue)
            .SelectMany(
                _ => Gen.Choose(0, int.MaxValue),
                (high, low) => least + (long)(((UInt128)(((ulong)high << 31) | (uint)low)) * (ulong)(most - least) >> 62)
            );

    /// <summary>Instants of this and the neighbouring centuries, to the tick.</summary>
    public static Gen<DateTimeOffset> Instants { get; } =
        Between(new DateTime(1900, 1, 2).Ticks, new DateTime(2200, 1, 1).Ticks).Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

    public static Gen<DateOnly> Days { get; } = Instants.Select(instant => DateOnly.FromDateTime(instant.UtcDateTime));

    /// <summary>The text with one character put in the place of another, everywhere and with every character given.</summary>
    public static IEnumerable<string> WithOneCharacterChanged(string text, string characters) =>
        from i in Enumerable.Range(0, text.Length)
        from c in characters
        where c != text[i]
        select string.Concat(text.AsSpan(0, i), [c], text.AsSpan(i + 1));
}
