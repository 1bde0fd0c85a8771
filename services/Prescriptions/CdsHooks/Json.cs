using System.Text.Json;

namespace TcmBrain.Prescriptions.CdsHooks;

/// <summary>Walking through JSON whose shape a stranger decides: what is not there, or of another kind, is undefined and never an exception.</summary>
internal static class Json
{
    public static JsonElement At(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    public static JsonElement First(this JsonElement element) => element.Items().FirstOrDefault();

    public static IEnumerable<JsonElement> Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    public static string? Text(this JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString() : null;

    public static decimal? Number(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDecimal(out var number) ? number : null;

    public static int? Count(this JsonElement element) =>
        element.Number() is { } number && number == decimal.Truncate(number) && number is >= 0 and <= 100_000 ? (int)number : null;

    /// <summary>Whether one of the codings of a CodeableConcept has this code, in whatever system.</summary>
    public static bool HasCode(this JsonElement concept, params ReadOnlySpan<string> codes)
    {
        foreach (var coding in concept.At("coding").Items())
        {
            if (coding.At("code").Text() is { } code && codes.Contains(code))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Text of a CodeableConcept, else what its first coding shows.</summary>
    public static string? Shown(this JsonElement concept) =>
        concept.At("text").Text() ?? concept.At("coding").Items().Select(x => x.At("display").Text()).FirstOrDefault(x => x is not null);
}
