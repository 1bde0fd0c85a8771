using System.Collections.Frozen;
using System.Text.Json;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Capture.Rules;

/// <summary>What a value must be; finds every fault in it.</summary>
internal delegate void Rule(ShapeCheck check, JsonElement value);

/// <summary>
/// The EPCIS 2.0 JSON schema, field by field. Written as rules and not interpreted from the schema, which would cost more than all the rest
/// of a capture; a test holds both against each other.
/// </summary>
internal static class Shapes
{
    public static readonly Rule Text = (check, value) => check.Kind(value, JsonValueKind.String, "文本", "a text");

    public static readonly Rule Number = (check, value) => check.Kind(value, JsonValueKind.Number, "数", "a number");

    public static readonly Rule Uri = (check, value) =>
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            check.Fault(TraceabilityFaults.NullValue);
        }
        else if (value.ValueKind != JsonValueKind.String || !Syntax.IsUri(value.GetString()!))
        {
            check.Fault(TraceabilityFaults.NotAUri);
        }
        else if (value.GetString()!.Length > Syntax.LongestUri)
        {
            check.Fault(TraceabilityFaults.TooLong, Syntax.LongestUri);
        }
    };

    public static readonly Rule Time = (check, value) =>
    {
        if (check.Kind(value, JsonValueKind.String, "文本", "a text") && !Syntax.IsTime(value))
        {
            check.Fault(TraceabilityFaults.BadTime);
        }
    };

    /// <summary>JSON-LD: a URI, an object, or a list of those.</summary>
    public static readonly Rule Context = (check, value) =>
    {
        var parts = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToList() : [value];
        var good = parts.All(p =>
            p.ValueKind == JsonValueKind.Object || p.ValueKind == JsonValueKind.String && Syntax.IsUri(p.GetString()!)
        );
        if (!good || value.ValueKind == JsonValueKind.Array && parts.DistinctBy(CanonicalJson.Of).Count() != parts.Count)
        {
            check.Fault(TraceabilityFaults.WrongShape, "URI、对象或其不重复的数组", "a URI, an object, or an array of distinct ones");
        }
    };

    private static readonly Rule Boolean = (check, value) =>
    {
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            check.Fault(TraceabilityFaults.WrongShape, "true 或 false", "true or false");
        }
    };

    private static readonly Rule HexBinary = Pattern(Syntax.IsHex, "十六进制数字", "hexadecimal digits");

    private static readonly Rule Unit = Pattern(
        Syntax.IsUnit,
        "两到三位大写字母或数字的单位代码",
        "a unit code of two or three capitals or digits"
    );

    private static readonly Rule Offset = (check, value) =>
    {
        if (check.Kind(value, JsonValueKind.String, "文本", "a text") && !Syntax.IsOffset(value.GetString()!))
        {
            check.Fault(TraceabilityFaults.BadOffset);
        }
    };

    private static readonly Rule Action = (check, value) =>
    {
        if (check.Kind(value, JsonValueKind.String, "文本", "a text") && value.GetString() is not ("ADD" or "OBSERVE" or "DELETE"))
        {
            check.Fault(TraceabilityFaults.BadAction);
        }
    };

    private static readonly Rule BizStep = Word(CbvWords.BizSteps, Syntax.IsCbv);

    private static readonly Rule Disposition = Word(CbvWords.Dispositions, Syntax.IsCbv);

    private static readonly Rule Place = new Shape("id!", Uri) { Open = true, AnyNames = true }.Check;

    private static readonly Rule Quantity = new Shape("epcClass!", Uri, "quantity", (Rule)Quantities, "uom", Unit).Check;

    private static readonly Rule Epcs = List(Uri, unique: true);

    private static readonly Rule ErrorDeclaration = new Shape(
        "declarationTime!",
        Time,
        "reason",
        Word(CbvWords.ErrorReasons, Syntax.IsCbv),
        "correctiveEventIDs",
        List(Uri)
    )
    {
        Open = true,
    }.Check;

    private static readonly Rule PersistentDisposition = (check, value) =>
    {
        new Shape("set", List(Disposition, least: 1, unique: true), "unset", List(Disposition, least: 1, unique: true)).Check(check, value);
        if (value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any())
        {
            check.Missing("set");
        }
    };

    private static readonly Rule SensorMetadata = new Shape(
        "time startTime endTime",
        Time,
        "deviceID deviceMetadata rawData dataProcessingMethod bizRules",
        Uri
    )
    {
        Open = true,
    }.Check;

    private static readonly Rule SensorReport = new Shape(
        "type!",
        Word(CbvWords.Measurements, Syntax.IsGs1Voc),
        "exception",
        Word(CbvWords.SensorAlerts, Syntax.IsGs1Voc),
        "component",
        Word(CbvWords.Components, Syntax.IsCbv),
        "deviceID deviceMetadata rawData dataProcessingMethod bizRules microorganism chemicalSubstance coordinateReferenceSystem uriValue",
        Uri,
        "time",
        Time,
        "value minValue maxValue meanValue sDev percRank percValue",
        Number,
        "stringValue uom",
        Text,
        "booleanValue",
        Boolean,
        "hexBinaryValue",
        HexBinary
    )
    {
        Open = true,
    }.Check;

    private static readonly Rule SensorElement = new Shape("sensorMetadata", SensorMetadata, "sensorReport!", List(SensorReport, least: 1))
    {
        Open = true,
    }.Check;

    private static readonly Rule Certification = (check, value) =>
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            List(Uri)(check, value);
        }
        else
        {
            Uri(check, value);
        }
    };

    private static readonly object[] Common =
    [
        "type!",
        Text,
        "@context",
        Context,
        "eventTime!",
        Time,
        "recordTime",
        Time,
        "eventTimeZoneOffset!",
        Offset,
        "eventID",
        Uri,
        "certificationInfo",
        Certification,
        "errorDeclaration",
        ErrorDeclaration,
    ];

    private static readonly object[] Business =
    [
        "bizStep",
        BizStep,
        "disposition",
        Disposition,
        "readPoint bizLocation",
        Place,
        "sourceList",
        List(new Shape("type!", Word(CbvWords.SourceDestinationTypes, Syntax.IsCbv), "source!", Uri).Check),
        "destinationList",
        List(new Shape("type!", Word(CbvWords.SourceDestinationTypes, Syntax.IsCbv), "destination!", Uri).Check),
        "sensorElementList",
        List(SensorElement),
    ];

    private static readonly Rule Transactions = List(
        new Shape("type", Word(CbvWords.BizTransactionTypes, Syntax.IsCbv), "bizTransaction!", Uri).Check
    );

    private static readonly Rule Ilmd = new Shape { Open = true }.Check;

    private static readonly object[] Object =
    [
        "action!",
        Action,
        "epcList",
        Epcs,
        "quantityList",
        List(Quantity),
        "persistentDisposition",
        PersistentDisposition,
        "bizTransactionList",
        Transactions,
        "ilmd",
        Ilmd,
    ];

    private static readonly object[] Children =
    [
        "action!",
        Action,
        "childEPCs",
        List(Uri),
        "childQuantityList",
        List(Quantity),
        "bizTransactionList",
        Transactions,
    ];

    private static readonly object[] Transformation =
    [
        "inputEPCList outputEPCList",
        Epcs,
        "inputQuantityList outputQuantityList",
        List(Quantity),
        "transformationID",
        Uri,
        "persistentDisposition",
        PersistentDisposition,
        "bizTransactionList",
        Transactions,
        "ilmd",
        Ilmd,
    ];

    private static readonly object[] Transaction =
    [
        "action!",
        Action,
        "bizTransactionList!",
        List(new Shape("type", Word(CbvWords.BizTransactionTypes, Syntax.IsCbv), "bizTransaction!", Uri).Check, least: 1),
        "parentID",
        Uri,
        "epcList",
        List(Uri),
        "quantityList",
        List(Quantity),
    ];

    private static readonly FrozenDictionary<string, Shape> Events = new Dictionary<string, Shape>
    {
        ["ObjectEvent"] = new([.. Common, .. Business, .. Object]) { Open = true },
        ["AggregationEvent"] = new([.. Common, .. Business, "parentID", Uri, .. Children]) { Open = true },
        ["AssociationEvent"] = new([.. Common, .. Business, "parentID!", Uri, .. Children]) { Open = true },
        ["TransactionEvent"] = new([.. Common, .. Business, .. Transaction]) { Open = true },
        ["TransformationEvent"] = new([.. Common, .. Business, .. Transformation]) { Open = true },
    }.ToFrozenDictionary();

    /// <summary>An event type of one's own is a URI; what its other fields are, its owner knows.</summary>
    private static readonly Shape Extended = new(Common) { Open = true, AnyNames = true };

    public static void Event(ShapeCheck check, JsonElement e)
    {
        if (e.ValueKind != JsonValueKind.Object)
        {
            check.Kind(e, JsonValueKind.Object, "对象", "an object");
            return;
        }

        var type = e.TryGetProperty("type", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString()! : null;
        if (type is not null && Events.TryGetValue(type, out var shape))
        {
            shape.Check(check, e);
            Contents.Check(check, e, type);
            return;
        }

        Extended.Check(check, e);
        if (type is not null && !Syntax.IsUri(type))
        {
            check.At("type", () => check.Fault(TraceabilityFaults.UnknownType));
        }
    }

    private static void Quantities(ShapeCheck check, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            check.Fault(TraceabilityFaults.BadQuantity);
        }
    }

    private static Rule Pattern(Func<string, bool> holds, string zh, string en) =>
        (check, value) =>
        {
            if (value.ValueKind != JsonValueKind.String || !holds(value.GetString()!))
            {
                check.Fault(TraceabilityFaults.WrongShape, zh, en);
            }
        };

    /// <summary>A word of the list, or a URI of another vocabulary than the one whose words are written bare.</summary>
    private static Rule Word(FrozenSet<string> words, Func<string, bool> isOfVocabulary) =>
        (check, value) =>
        {
            if (!check.Kind(value, JsonValueKind.String, "文本", "a text"))
            {
                return;
            }

            var text = value.GetString()!;
            if (!words.Contains(text) && (!Syntax.IsUri(text) || isOfVocabulary(text)))
            {
                check.Fault(TraceabilityFaults.UnknownWord);
            }
        };

    internal static Rule List(Rule item, int least = 0, bool unique = false) =>
        (check, value) =>
        {
            if (!check.Kind(value, JsonValueKind.Array, "数组", "an array"))
            {
                return;
            }

            var length = value.GetArrayLength();
            if (length < least)
            {
                check.Fault(TraceabilityFaults.WrongShape, "非空数组", "an array that is not empty");
            }

            var i = 0;
            foreach (var element in value.EnumerateArray())
            {
                check.Enter(i++);
                item(check, element);
                check.Leave();
            }

            if (unique && length > 1 && value.EnumerateArray().Select(CanonicalJson.Of).ToHashSet(StringComparer.Ordinal).Count < length)
            {
                check.Fault(TraceabilityFaults.WrongShape, "不重复的数组", "an array of distinct values");
            }
        };
}
