using System.Text.Json;
using System.Text.Json.Serialization;

namespace TcmBrain.Decoction.Json;

/// <summary>Written as <c>first-boil</c>, whoever serialises it; numbers are not accepted.</summary>
[AttributeUsage(AttributeTargets.Enum | AttributeTargets.Property)]
public sealed class KebabCaseEnumAttribute : JsonConverterAttribute
{
    public override JsonConverter CreateConverter(Type typeToConvert) =>
        new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);
}
