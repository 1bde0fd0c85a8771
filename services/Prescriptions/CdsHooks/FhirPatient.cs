using System.Globalization;
using System.Text.Json;
using TcmBrain.Contracts;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.Prescriptions.Push;

namespace TcmBrain.Prescriptions.CdsHooks;

/// <summary>What the prefetched FHIR resources tell of the patient. Whatever is not told is unknown, never no.</summary>
internal sealed record FhirPatient(
    Sex Sex,
    Age? Age,
    Answer Pregnant,
    Answer Lactating,
    int? WeightGrams,
    string[] Allergies,
    PatientConditions Conditions
)
{
    private const int MostAllergies = 50;

    // LOINC answers and SNOMED CT findings of 82810-3, Pregnancy status.
    private static readonly string[] PregnantCodes = ["LA15173-0", "77386006"];
    private static readonly string[] NotPregnantCodes = ["LA26683-5", "60001007"];

    // LOINC Yes and No.
    private static readonly string[] Yes = ["LA33-6"];
    private static readonly string[] No = ["LA32-8"];

    public static FhirPatient Of(JsonElement prefetch, DateTimeOffset now)
    {
        var patient = prefetch.At("patient");
        var today = RegionTime.DayOf(now);
        return new(
            patient.At("gender").Text() switch
            {
                "male" => Sex.Male,
                "female" => Sex.Female,
                _ => Sex.Unknown,
            },
            DateOnly.TryParseExact(
                patient.At("birthDate").Text(),
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var born
            )
            && born <= today
                ? Audit.Age.On(born, today)
                : null,
            Said(Newest(prefetch, "pregnancy"), PregnantCodes, NotPregnantCodes),
            Said(Newest(prefetch, "lactation"), Yes, No),
            WeightOf(Newest(prefetch, "weight")),
            [
                .. Resources(prefetch.At("allergies"), "AllergyIntolerance")
                    .Select(x => x.At("code").Shown())
                    .OfType<string>()
                    .Where(x => x.Length <= 64)
                    .Take(MostAllergies),
            ],
            Resources(prefetch.At("conditions"), "Condition")
                .SelectMany(x => x.At("code").At("coding").Items())
                .Select(x => x.At("code").Text() ?? "")
                .Aggregate(PatientConditions.None, (sum, code) => sum | DiagnosedConditions.Of(code))
        );
    }

    /// <summary>The resources of a searchset, or the one resource that was sent in its place.</summary>
    public static IEnumerable<JsonElement> Resources(JsonElement prefetched, string type) =>
        prefetched.At("resourceType").Text() == "Bundle"
            ? prefetched.At("entry").Items().Select(x => x.At("resource")).Where(x => x.At("resourceType").Text() == type)
        : prefetched.At("resourceType").Text() == type ? [prefetched]
        : [];

    private static JsonElement Newest(JsonElement prefetch, string name) =>
        Resources(prefetch.At(name), "Observation")
            .OrderByDescending(x => x.At("effectiveDateTime").Text(), StringComparer.Ordinal)
            .FirstOrDefault();

    private static Answer Said(JsonElement observation, string[] yes, string[] no) =>
        observation.At("valueBoolean").ValueKind switch
        {
            JsonValueKind.True => Answer.Yes,
            JsonValueKind.False => Answer.No,
            _ when observation.At("valueCodeableConcept").HasCode(yes) => Answer.Yes,
            _ when observation.At("valueCodeableConcept").HasCode(no) => Answer.No,
            _ => Answer.Unknown,
        };

    private static int? WeightOf(JsonElement observation)
    {
        var quantity = observation.At("valueQuantity");
        var grams = (quantity.At("code").Text() ?? quantity.At("unit").Text()) switch
        {
            "kg" => quantity.At("value").Number() * 1000,
            "g" => quantity.At("value").Number(),
            _ => null,
        };
        return grams is >= 300 and <= 500_000 ? (int)grams : null;
    }
}
