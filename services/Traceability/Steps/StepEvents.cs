using System.Globalization;
using System.Text.Json.Nodes;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Identifiers;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Steps;

/// <summary>One finished step of a decoction.</summary>
public readonly record struct DecoctionStep(string Step, DateTimeOffset StartedAt, DateTimeOffset FinishedAt);

/// <summary>
/// The platform's physical steps as EPCIS 2.0 events of the trace profile. Pure: the same step gives the same event, and so the same
/// hash. No person is named: who did it is in the pharmacy's and the decoction room's own records, which can forget.
/// </summary>
/// <param name="traceParent">W3C trace of the step, which the capture goes on with.</param>
public sealed partial class StepEvents(ProfileOptions options, Numbering numbers, string? traceParent = null)
{
    /// <summary>药房验收: seen at goods-in, in quarantine.</summary>
    public TraceDraft Accepted(LotAccepted e) =>
        Lot(
            e,
            e.CentreCode,
            "receiving",
            "in_progress",
            new JsonObject
            {
                ["quantityList"] = new JsonArray(Quantity(Of(e), e.Quantity, "KGM")),
                ["readPoint"] = Id(numbers.Point(e.CentreCode, "recv")),
                ["bizLocation"] = Id(numbers.Point(e.CentreCode, "quarantine")),
                ["bizTransactionList"] = Transactions("recadv", Numbering.Uuid("acceptance", e.AggregateId)),
                ["destinationList"] = Party("destination", "owning_party", numbers.Party(e.CentreCode)),
                ["tcm:piece"] = e.Piece,
                ["tcm:lotNumber"] = e.LotNumber,
                ["tcm:supplier"] = e.Supplier,
                ["tcm:origin"] = e.Origin,
                ["tcm:producedOn"] = Day(e.ProducedOn),
                ["tcm:expiresOn"] = Day(e.ExpiresOn),
            }
        );

    /// <summary>
    /// 来源衔接: the maker's lot, or another centre's, became this one. Null when nothing was scanned, or nothing that GS1 knows.
    /// </summary>
    public TraceDraft? Joined(LotAccepted e)
    {
        var source = e.SourceLotId is { } lot ? numbers.Lot(e.Piece, lot, e.LotNumber) : DigitalLink.Canonical(e.SourceItem ?? "");
        if (source is null || source == Of(e))
        {
            return null;
        }

        var joined = Base("TransformationEvent", e.OccurredAt, "accepting", "in_progress");
        if (source.StartsWith(DigitalLink.Sscc(""), StringComparison.Ordinal))
        {
            joined["inputEPCList"] = new JsonArray(source);
        }
        else
        {
            joined["inputQuantityList"] = new JsonArray(Quantity(source, e.Quantity, "KGM"));
        }

        joined["outputQuantityList"] = new JsonArray(Quantity(Of(e), e.Quantity, "KGM"));
        joined["transformationID"] = Numbering.Uuid("joined", e.AggregateId);
        joined["readPoint"] = Id(numbers.Point(e.CentreCode, "recv"));
        joined["bizLocation"] = Id(numbers.Site(e.CentreCode));
        return Draft(joined, new EventScope(null, null, e.CentreCode, null));
    }

    /// <summary>检验合格, 放行.</summary>
    public TraceDraft Released(LotReleased e) =>
        Lot(
            e,
            e.CentreCode,
            "inspecting",
            "conformant",
            new JsonObject
            {
                ["quantityList"] = new JsonArray(Class(numbers.Lot(e.Piece, e.AggregateId, e.LotNumber))),
                ["persistentDisposition"] = new JsonObject { ["set"] = new JsonArray("conformant") },
                ["readPoint"] = Id(numbers.Point(e.CentreCode, "lab")),
                ["bizLocation"] = Id(numbers.Point(e.CentreCode, "store")),
                ["bizTransactionList"] = Transactions("testres", Numbering.Uuid("release", e.AggregateId)),
            }
        );

    /// <summary>检验不合格.</summary>
    public TraceDraft Rejected(LotRejected e) =>
        Lot(
            e,
            e.CentreCode,
            "inspecting",
            "non_conformant",
            new JsonObject
            {
                ["quantityList"] = new JsonArray(Class(numbers.Lot(e.Piece, e.AggregateId, e.LotNumber))),
                ["persistentDisposition"] = new JsonObject { ["set"] = new JsonArray("non_conformant") },
                ["readPoint"] = Id(numbers.Point(e.CentreCode, "lab")),
                ["bizLocation"] = Id(numbers.Point(e.CentreCode, "quarantine")),
                ["bizTransactionList"] = Transactions("testres", Numbering.Uuid("rejection", e.AggregateId)),
                ["tcm:reason"] = e.Reason,
            }
        );

    /// <summary>召回: held where it is.</summary>
    public TraceDraft Recalled(RecallIssued e) =>
        Lot(
            e,
            e.CentreCode,
            "holding",
            "recalled",
            new JsonObject
            {
                ["quantityList"] = new JsonArray(Class(numbers.Lot(e.Piece, e.AggregateId, e.LotNumber))),
                ["persistentDisposition"] = new JsonObject { ["set"] = new JsonArray("recalled"), ["unset"] = new JsonArray("conformant") },
                ["readPoint"] = Id(numbers.Point(e.CentreCode, "store")),
                ["bizTransactionList"] = Transactions(options.Vocabulary + "btt-recall", Numbering.Uuid("recall", e.AggregateId)),
                ["tcm:recallReason"] = e.Reason,
            }
        );

    /// <summary>调剂, told when it was checked: so many grams of each lot became one prescription's pack.</summary>
    public TraceDraft Dispensed(PrescriptionChecked e) =>
        Draft(
            Transformation(
                e,
                new JsonObject
                {
                    // One lot may fill several lines (先煎 and not); the lot's whole weight is one input.
                    ["inputQuantityList"] = new JsonArray([
                        .. e
                            .Portions.GroupBy(p => (p.Piece, p.LotId, p.LotNumber))
                            .Select(g =>
                                (
                                    Lot: numbers.Lot(g.Key.Piece, g.Key.LotId, g.Key.LotNumber),
                                    Weight: new Weight(g.Sum(p => p.Weighed.Milligrams))
                                )
                            )
                            .OrderBy(l => l.Lot, StringComparer.Ordinal)
                            .Select(l => Quantity(l.Lot, l.Weight, "GRM")),
                    ]),
                    ["outputEPCList"] = new JsonArray(numbers.PrescriptionPack(e.AggregateId)),
                    ["transformationID"] = Numbering.Uuid("dispensing", e.AggregateId),
                    ["readPoint"] = Id(numbers.Point(e.CentreCode, "window")),
                    ["bizLocation"] = Id(numbers.Site(e.CentreCode)),
                    ["bizTransactionList"] = Rx(e),
                    ["tcm:doses"] = e.Doses,
                }
            ),
            ScopeOf(e, e.CentreCode)
        );

    /// <summary>煎煮: the pack became so many bags. Told once all steps are known.</summary>
    public TraceDraft Decocted(DecoctionCompleted e, IReadOnlyList<DecoctionStep> steps) =>
        Draft(
            Transformation(
                e,
                new JsonObject
                {
                    ["inputEPCList"] = new JsonArray(numbers.PrescriptionPack(e.AggregateId)),
                    ["outputEPCList"] = Bags(e.BagSerials),
                    ["transformationID"] = Numbering.Uuid("decoction", e.AggregateId),
                    ["readPoint"] = Id(numbers.Point(e.CentreCode, e.Vessel)),
                    ["bizLocation"] = Id(numbers.Site(e.CentreCode)),
                    ["bizTransactionList"] = Rx(e),
                    ["tcm:vessel"] = e.Vessel,
                    ["tcm:volumeMl"] = e.MillilitresPerBag,
                    ["tcm:stepList"] = new JsonArray([
                        .. steps
                            .OrderBy(s => s.StartedAt)
                            .ThenBy(s => s.Step, StringComparer.Ordinal)
                            .Select(s => new JsonObject
                            {
                                ["tcm:name"] = s.Step,
                                ["tcm:startedAt"] = Time(s.StartedAt),
                                ["tcm:finishedAt"] = Time(s.FinishedAt),
                                ["tcm:minutes"] = Number((decimal)(s.FinishedAt - s.StartedAt).Ticks / TimeSpan.TicksPerMinute, "0.##"),
                            }),
                    ]),
                }
            ),
            ScopeOf(e, e.CentreCode)
        );

    private TraceDraft Lot(Event e, string centreCode, string bizStep, string disposition, JsonObject more)
    {
        var observed = Base("ObjectEvent", e.OccurredAt, bizStep, disposition);
        observed["action"] = "OBSERVE";
        Move(more, observed);
        return Draft(observed, new EventScope(null, null, centreCode, null));
    }

    private JsonObject Transformation(PrescriptionEvent e, JsonObject more)
    {
        var transformation = Base("TransformationEvent", e.OccurredAt, "commissioning", "in_progress");
        Move(more, transformation);
        return transformation;
    }

    private JsonObject Observed(PrescriptionEvent e, string sscc, string bizStep)
    {
        var observed = Base("ObjectEvent", e.OccurredAt, bizStep, "in_transit");
        observed["epcList"] = new JsonArray(DigitalLink.Sscc(sscc));
        observed["action"] = "OBSERVE";
        observed["bizTransactionList"] = Rx(e);
        return observed;
    }

    private JsonObject Base(string type, DateTimeOffset at, string bizStep, string disposition) =>
        new()
        {
            ["@context"] = new JsonArray(JsonLdContext.Epcis, new JsonObject { ["tcm"] = options.Vocabulary }),
            ["type"] = type,
            ["eventTime"] = Time(at),
            ["eventTimeZoneOffset"] = "+08:00",
            ["bizStep"] = bizStep,
            ["disposition"] = disposition,
        };

    private string Of(LotAccepted e) => numbers.Lot(e.Piece, e.AggregateId, e.LotNumber);

    private JsonArray Content(Guid prescriptionId, string[] bagSerials) =>
        bagSerials.Length > 0 ? Bags(bagSerials) : new JsonArray(numbers.PrescriptionPack(prescriptionId));

    private JsonArray Bags(string[] serials) => new([.. serials.Select(s => JsonValue.Create(numbers.DecoctionBag(s)))]);

    private JsonArray Rx(PrescriptionEvent e) => Transactions(options.Vocabulary + "btt-rx", Numbering.Prescription(e.AggregateId));

    private static JsonArray Transactions(string type, string id) => new(new JsonObject { ["type"] = type, ["bizTransaction"] = id });

    private static JsonArray Party(string end, string type, string id) => new(new JsonObject { ["type"] = type, [end] = id });

    private static JsonObject Id(string id) => new() { ["id"] = id };

    private static JsonObject Class(string epcClass) => new() { ["epcClass"] = epcClass };

    /// <summary>Milligrams as kilograms or grams, exactly: at most six decimals.</summary>
    private static JsonObject Quantity(string epcClass, Weight weight, string unit)
    {
        var amount = unit == "KGM" ? weight.Milligrams / 1_000_000m : weight.Grams;
        return new JsonObject
        {
            ["epcClass"] = epcClass,
            ["quantity"] = Number(amount, "0.######"),
            ["uom"] = unit,
        };
    }

    private static JsonNode? Number(decimal number, string format) => JsonNode.Parse(number.ToString(format, CultureInfo.InvariantCulture));

    private static void Move(JsonObject from, JsonObject to)
    {
        foreach (var (name, value) in from.ToList())
        {
            from.Remove(name);
            to[name] = value;
        }
    }

    private TraceDraft Draft(JsonObject e, EventScope scope) => new(e, scope, TraceDraft.Platform) { TraceParent = traceParent };

    private static EventScope ScopeOf(PrescriptionEvent e, string centreCode) =>
        new(e.AggregateId, e.InstitutionCode, centreCode, e.RegionCode);

    private static string Time(DateTimeOffset instant) =>
        instant.ToOffset(RegionTime.Offset).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
