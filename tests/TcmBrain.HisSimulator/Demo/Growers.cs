using System.Globalization;
using System.Text.Json;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>
/// The way of a herb before the pharmacy, as its maker's system captures it: sown, fed, harvested, dried, made into pieces, boxed, tested, sent.
/// Plausible by the trace profile: a season is one transformation over several events, masses shrink as they do, tests pass. Through the public
/// EPCIS capture interface only.
/// </summary>
internal sealed class Growers(Gateway gateway)
{
    private const string Root = "https://id.gs1.org/";
    private const string Prefix = "6905678";

    /// <summary>Fresh herb for a kilogram of dried, and dried for a kilogram of pieces.</summary>
    private const decimal Drying = 3.6m;
    private const decimal Cutting = 1.11m;

    /// <returns>The Digital Link of the lot of pieces, as its box says it.</returns>
    public async Task<string> GrowAsync(
        int maker,
        string piece,
        string origin,
        string batch,
        decimal kilograms,
        CancellationToken cancellationToken
    )
    {
        var actor = new Actor(gateway, $"maker-{maker}");
        var (document, lot) = Chain(maker, piece, origin, batch, kilograms, DateTimeOffset.UtcNow);
        await actor.PostAsync("/epcis/capture", document, cancellationToken);
        return lot;
    }

    /// <summary>The chain as a document; the same arguments give the same events.</summary>
    public static (object Document, string Lot) Chain(
        int maker,
        string piece,
        string origin,
        string batch,
        decimal kilograms,
        DateTimeOffset now
    )
    {
        var product = 100 + (StableNumber(piece) % 800) * 10;
        string Lot(int form, string name) => $"{Root}01/{Gtin(product + form)}/10/{name}";
        string Place(int gln, string point) => $"{Root}414/{Gln(gln + maker)}/254/{point}";
        var plot = 1 + StableNumber(batch) % 40;
        var (seed, fresh) = (Lot(1, $"S{batch}"), Lot(2, $"H{batch}"));
        var (dried, pieces) = (Lot(3, $"D{batch}"), Lot(4, $"Y{batch}"));
        var (kgDried, kgFresh) = (decimal.Round(kilograms * Cutting, 3), decimal.Round(kilograms * Cutting * Drying, 3));
        var season = $"{Root}253/{Gln(900 + maker)}SEASON-{batch}";
        var box = $"{Root}00/{Sscc(StableNumber(batch + piece))}";
        var days = new[] { 250, 180, 70, 66, 40, 39, 37, 36, 35 };
        DateTimeOffset At(int step) => now.AddDays(-days[step]);
        object[] events =
        [
            Event(
                "TransformationEvent",
                At(0),
                "tcm:bizStep-planting",
                new()
                {
                    ["inputQuantityList"] = Quantity(seed, decimal.Round(kgFresh / 400, 3)),
                    ["transformationID"] = season,
                    ["readPoint"] = Id(Place(100, $"plot{plot:00}")),
                    ["tcm:species"] = piece,
                    ["tcm:originArea"] = origin,
                }
            ),
            Event(
                "TransformationEvent",
                At(1),
                "tcm:bizStep-applying_input",
                new()
                {
                    ["inputQuantityList"] = Quantity(Lot(5, "ORGANIC-" + batch), decimal.Round(kgFresh / 20, 3)),
                    ["transformationID"] = season,
                    ["readPoint"] = Id(Place(100, $"plot{plot:00}")),
                    ["tcm:dose"] = "有机肥 600 kg/亩",
                }
            ),
            Event(
                "TransformationEvent",
                At(2),
                "creating_class_instance",
                new()
                {
                    ["outputQuantityList"] = Quantity(fresh, kgFresh),
                    ["transformationID"] = season,
                    ["readPoint"] = Id(Place(100, $"plot{plot:00}")),
                    ["disposition"] = "active",
                    ["ilmd"] = new Dictionary<string, object>
                    {
                        ["tcm:originArea"] = origin,
                        ["tcm:harvestDate"] = At(2).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                        ["tcm:growYears"] = 1 + StableNumber(piece) % 3,
                    },
                }
            ),
            Event(
                "TransformationEvent",
                At(3),
                "creating_class_instance",
                new()
                {
                    ["inputQuantityList"] = Quantity(fresh, kgFresh),
                    ["outputQuantityList"] = Quantity(dried, kgDried),
                    ["transformationID"] = $"{Root}253/{Gln(901 + maker)}DRY-{batch}",
                    ["readPoint"] = Id(Place(200, "dryer1")),
                    ["tcm:method"] = "产地趁鲜切制, 低温烘干",
                    ["sensorElementList"] = Sensor("gs1:Temperature", 52 + plot % 5, "CEL"),
                }
            ),
            Event(
                "TransformationEvent",
                At(4),
                "creating_class_instance",
                new()
                {
                    ["inputQuantityList"] = Quantity(dried, kgDried),
                    ["outputQuantityList"] = Quantity(pieces, kilograms),
                    ["transformationID"] = $"{Root}253/{Gln(902 + maker)}PO-{batch}",
                    ["readPoint"] = Id(Place(300, "line1")),
                    ["tcm:method"] = "净制、切制",
                    ["tcm:standard"] = "《中国药典》2025年版 一部",
                }
            ),
            Event(
                "AggregationEvent",
                At(5),
                "packing",
                new()
                {
                    ["action"] = "ADD",
                    ["parentID"] = box,
                    ["childQuantityList"] = Quantity(pieces, kilograms),
                    ["readPoint"] = Id(Place(300, "pack1")),
                }
            ),
            Event(
                "ObjectEvent",
                At(6),
                "sampling",
                new()
                {
                    ["action"] = "DELETE",
                    ["quantityList"] = Quantity(pieces, 0.5m),
                    ["readPoint"] = Id(Place(300, "lab")),
                    ["disposition"] = "destroyed",
                }
            ),
            Event(
                "ObjectEvent",
                At(7),
                "inspecting",
                new()
                {
                    ["action"] = "OBSERVE",
                    ["quantityList"] = new object[] { new { epcClass = pieces } },
                    ["readPoint"] = Id(Place(300, "lab")),
                    ["disposition"] = "conformant",
                    ["persistentDisposition"] = new { set = new[] { "conformant" } },
                }
            ),
            Event(
                "ObjectEvent",
                At(8),
                "shipping",
                new()
                {
                    ["action"] = "OBSERVE",
                    ["epcList"] = new[] { box },
                    ["readPoint"] = Id(Place(300, "dock1")),
                    ["disposition"] = "in_transit",
                }
            ),
        ];
        var document = new Dictionary<string, object>
        {
            ["@context"] = new object[]
            {
                "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
                new { tcm = "https://tcmbrain.example/voc/" },
            },
            ["type"] = "EPCISDocument",
            ["schemaVersion"] = "2.0",
            ["creationDate"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["epcisBody"] = new { eventList = events },
        };
        return (JsonSerializer.SerializeToElement(document), pieces);
    }

    private static Dictionary<string, object> Event(string type, DateTimeOffset at, string bizStep, Dictionary<string, object> more) =>
        new(more)
        {
            ["type"] = type,
            ["eventTime"] = at.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture),
            ["eventTimeZoneOffset"] = "+08:00",
            ["bizStep"] = bizStep.Replace("tcm:", "https://tcmbrain.example/voc/", StringComparison.Ordinal),
            ["disposition"] = more.GetValueOrDefault("disposition", "in_progress"),
        };

    private static object[] Quantity(string epcClass, decimal kilograms) =>
        [
            new
            {
                epcClass,
                quantity = kilograms,
                uom = "KGM",
            },
        ];

    private static object Id(string id) => new { id };

    private static object[] Sensor(string type, int value, string uom) =>
        [
            new
            {
                sensorReport = new[]
                {
                    new
                    {
                        type,
                        value,
                        uom,
                    },
                },
            },
        ];

    private static string Gtin(int number) => WithCheckDigit("0" + Prefix + number.ToString("00000", CultureInfo.InvariantCulture));

    private static string Gln(int number) => WithCheckDigit(Prefix + number.ToString("00000", CultureInfo.InvariantCulture));

    private static string Sscc(int number) => WithCheckDigit("3" + Prefix + number.ToString("000000000", CultureInfo.InvariantCulture));

    /// <summary>GS1 General Specifications, section 7.9.</summary>
    private static string WithCheckDigit(string digits)
    {
        var sum = digits.Reverse().Select((c, i) => (c - '0') * (i % 2 == 0 ? 3 : 1)).Sum();
        return digits + ((10 - (sum % 10)) % 10).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The same for the same text on every run, unlike a string's own hash.</summary>
    private static int StableNumber(string text) => (int)(text.Aggregate(2166136261u, (hash, c) => (hash ^ c) * 16777619u) % 999_999_999u);
}
