using System.Text.Json;
using System.Text.RegularExpressions;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.ServiceDefaults.Faults;
using Route = TcmBrain.Prescriptions.Audit.Route;

namespace TcmBrain.Prescriptions.CdsHooks;

/// <summary>
/// The draft orders of a hook as one prescription: each FHIR R4 MedicationRequest is a line. docs/audit.md has the mapping; what is not
/// in it is refused with its place, never guessed.
/// </summary>
/// <param name="Ids">By line: <c>MedicationRequest/ID</c>.</param>
internal sealed partial record FhirOrders(
    AuditLine[] Lines,
    string[] Ids,
    int Doses,
    int DosesPerDay,
    int Days,
    Route Route,
    string Disease,
    string Syndrome
)
{
    private const int MostLines = 100;
    private const int MostText = 64;

    /// <exception cref="FaultException">With every fault located in the request.</exception>
    public static FhirOrders Of(JsonElement bundle)
    {
        var faults = new FaultList();
        if (bundle.At("resourceType").Text() != "Bundle")
        {
            throw PrescriptionsFaults.NotFhir.Exception("context.draftOrders", "应为 Bundle", "a Bundle");
        }

        var entries = bundle
            .At("entry")
            .Items()
            .Select((x, i) => (Order: x.At("resource"), Place: $"context.draftOrders.entry[{i}].resource"))
            .ToList();
        var orders = entries.Where(x => x.Order.At("resourceType").Text() == "MedicationRequest").ToList();
        faults.Require(orders.Count is >= 1 and <= MostLines, PrescriptionsFaults.Lines, "context.draftOrders.entry", MostLines);
        faults.ThrowIfAny();

        var lines = orders.ConvertAll(x => LineOf(x.Order, x.Place, faults));
        faults.ThrowIfAny();
        var doses = orders.Max(x => x.Order.At("dispenseRequest").At("quantity").At("value").Count() ?? 0);
        var perDay = orders.Max(x => PerDay(x.Order));
        var days = orders.Max(x => x.Order.At("dispenseRequest").At("expectedSupplyDuration").At("value").Count() ?? 0);
        perDay = Math.Clamp(perDay, 1, 9);
        doses = doses > 0 ? doses : Math.Max(1, days * perDay);
        var external = orders.Any(x => IsExternal(x.Order.At("dosageInstruction").First().At("route")));
        var codes = orders
            .SelectMany(x => x.Order.At("reasonCode").Items())
            .SelectMany(x => x.At("coding").Items())
            .Select(x => x.At("code").Text() ?? "")
            .Where(x => TermCode().IsMatch(x))
            .ToList();
        return new(
            [.. lines],
            [.. orders.Select(x => "MedicationRequest/" + (x.Order.At("id").Text() ?? ""))],
            doses,
            perDay,
            days > 0 ? days : (doses + perDay - 1) / perDay,
            external ? Route.External : Route.Oral,
            codes.Find(x => x[0] == 'A') ?? "",
            codes.Find(x => x[0] == 'B') ?? ""
        );
    }

    private static AuditLine LineOf(JsonElement order, string place, FaultList faults)
    {
        var name = order.At("medicationCodeableConcept").Shown()?.Trim() ?? "";
        faults.Require(name.Length > 0, PrescriptionsFaults.NoName, place + ".medicationCodeableConcept");
        faults.Require(name.Length <= MostText, PrescriptionsFaults.TooLong, place + ".medicationCodeableConcept", MostText);
        var instruction = order.At("dosageInstruction").First();
        var quantity = instruction.At("doseAndRate").First().At("doseQuantity");
        var milligrams = (quantity.At("code").Text() ?? quantity.At("unit").Text()) switch
        {
            "g" => quantity.At("value").Number() * 1000,
            "mg" => quantity.At("value").Number(),
            _ => null,
        };
        faults.Require(
            milligrams is > 0 and <= 10_000_000 && milligrams == decimal.Truncate(milligrams.Value),
            PrescriptionsFaults.NoWeight,
            place + ".dosageInstruction[0].doseAndRate[0].doseQuantity"
        );
        var notes = instruction.At("additionalInstruction").Items().Select(x => x.Shown()).OfType<string>().ToList();
        var handling = string.Join('、', notes.Where(x => x != "各"));
        faults.Require(
            handling.Length <= MostText,
            PrescriptionsFaults.TooLong,
            place + ".dosageInstruction[0].additionalInstruction",
            MostText
        );
        return new(name, (long)(milligrams ?? 0), handling.Length == 0 ? null : handling, notes.Contains("各"));
    }

    /// <summary>Doses (剂) a day: frequency in a period of one day.</summary>
    private static int PerDay(JsonElement order)
    {
        var repeat = order.At("dosageInstruction").First().At("timing").At("repeat");
        return repeat.At("periodUnit").Text() == "d" && repeat.At("period").Number() == 1 ? repeat.At("frequency").Count() ?? 1 : 1;
    }

    // SNOMED CT 6064005: topical route.
    private static bool IsExternal(JsonElement route) => route.HasCode("6064005") || route.At("text").Text() is "外用" or "外洗" or "外敷";

    [GeneratedRegex(@"^[AB]\d{2}(\.\d{2})*$")]
    private static partial Regex TermCode();
}
