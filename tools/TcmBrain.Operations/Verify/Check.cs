using System.Text.Json.Serialization;

namespace TcmBrain.Operations.Verify;

/// <summary>One line of the platform's audit of itself (自查).</summary>
/// <param name="Name">Stable: <c>delivered.pharmacy</c>.</param>
/// <param name="Expected">A number, or a sentence.</param>
/// <param name="Detail">For people: which ones are wrong. Null when nothing is.</param>
internal sealed record Check(string Name, object Expected, object Actual, bool Ok, [property: JsonIgnore] string? Detail = null)
{
    public static Check Equal(string name, long expected, long actual, string? detail = null) =>
        new(name, expected, actual, expected == actual, expected == actual ? null : detail);

    public static Check None(string name, long actual, string? detail = null) => Equal(name, 0, actual, detail);
}
