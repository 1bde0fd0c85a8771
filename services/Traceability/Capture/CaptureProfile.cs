using System.Text.Json;
using TcmBrain.Traceability.Steps;

namespace TcmBrain.Traceability.Capture;

/// <summary>Which rules an event is held to.</summary>
public enum CaptureProfile
{
    /// <summary>EPCIS 2.0 as its JSON schema has it.</summary>
    Epcis,

    /// <summary>The trace profile for Chinese medicine on top of it.</summary>
    Tcm,
}

/// <summary>
/// Who is held to the trace profile: a party that configuration names (<c>Capture:Profiles:{统一社会信用代码 or client:id}</c> = tcm or epcis),
/// a request that declares the profile's vocabulary in <c>GS1-Extensions</c>, and every event in whose context that vocabulary is declared.
/// All else is plain EPCIS 2.0. The party's entry goes before the others.
/// </summary>
public sealed class CaptureProfiles(IConfiguration configuration, ProfileOptions options)
{
    /// <summary>The party's own entry; null when it has none.</summary>
    /// <exception cref="InvalidOperationException">The entry is neither of the two words.</exception>
    public CaptureProfile? OfParty(string party) =>
        configuration[$"Capture:Profiles:{party}"] switch
        {
            null => null,
            "tcm" => CaptureProfile.Tcm,
            "epcis" => CaptureProfile.Epcis,
            _ => throw new InvalidOperationException($"Capture:Profiles:{party} is tcm or epcis."),
        };

    /// <param name="extensions">Header <c>GS1-Extensions</c>: <c>prefix=uri, …</c></param>
    public bool IsDeclared(string? extensions) => extensions?.Contains(options.Vocabulary, StringComparison.Ordinal) == true;

    /// <param name="owner">A document or an event.</param>
    public bool IsDeclared(JsonElement owner) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty("@context", out var context) && Declares(context);

    private bool Declares(JsonElement context) =>
        context.ValueKind switch
        {
            JsonValueKind.Array => context.EnumerateArray().Any(Declares),
            JsonValueKind.Object => context
                .EnumerateObject()
                .Any(p => p.Value.ValueKind == JsonValueKind.String && p.Value.ValueEquals(options.Vocabulary)),
            _ => false,
        };
}
