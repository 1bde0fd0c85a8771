using System.Text.RegularExpressions;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Queries.Simple;

/// <summary>Makes a condition of each parameter, in the standard's spelling of it.</summary>
internal sealed partial class QueryCompiler(JsonLdContext declared, MasterData masterData, ReadScope scope)
{
    /// <summary>Null for a parameter that is no condition (ordering, limits, or one that asks for nothing).</summary>
    /// <exception cref="FaultException">The standard has no such parameter, or no such value for it.</exception>
    public async Task<Criterion?> CompileAsync(QueryParameter p, CancellationToken cancellationToken)
    {
        switch (p.Name)
        {
            case "orderBy" or "orderDirection" or "eventCountLimit" or "maxEventCount":
                return null;
            case "WD_readPoint":
                return Criteria.Place(
                    "readPoint",
                    TermKind.ReadPoint,
                    "read_point",
                    await masterData.WithDescendantsAsync(p.All(), scope, cancellationToken)
                );
            case "WD_bizLocation":
                return Criteria.Place(
                    "bizLocation",
                    TermKind.BizLocation,
                    "biz_location",
                    await masterData.WithDescendantsAsync(p.All(), scope, cancellationToken)
                );
        }

        if (p.Name.StartsWith("HASATTR_", StringComparison.Ordinal))
        {
            return FieldIn(p.Name["HASATTR_".Length..], await masterData.HavingAsync(p.All(), scope, cancellationToken));
        }

        foreach (var start in (string[])["EQATTR_", "EQ_ATTR_"])
        {
            if (p.Name.StartsWith(start, StringComparison.Ordinal))
            {
                var (field, attribute) = Divide(p.Name[start.Length..]) ?? throw Unknown(p);
                return FieldIn(field, await masterData.HavingAsync(attribute, p.All(), scope, cancellationToken));
            }
        }

        return Plain(p) ?? Measured(p) ?? Extension(p) ?? throw Unknown(p);
    }

    private Criterion? Plain(QueryParameter p)
    {
        switch (p.Name)
        {
            case "eventType":
                return Criteria.Word("type", TermKind.EventType, "event_type", p.All(), declared);
            case "GE_eventTime":
                var from = p.Time();
                return new Criterion(v => v.Time("eventTime") >= from, sql => sql.From("e.event_time", from));
            case "LT_eventTime":
                var until = p.Time();
                return new Criterion(v => v.Time("eventTime") < until, sql => sql.Before("e.event_time", until));
            case "GE_recordTime":
                var recordedFrom = p.Time();
                return new Criterion(v => v.Time("recordTime") >= recordedFrom, sql => sql.From("e.recorded_at", recordedFrom));
            case "LT_recordTime":
                var recordedUntil = p.Time();
                return new Criterion(v => v.Time("recordTime") < recordedUntil, sql => sql.Before("e.recorded_at", recordedUntil));
            case "EQ_action":
                var actions = p.All();
                return actions.All(a => a is "ADD" or "OBSERVE" or "DELETE")
                    ? new Criterion(v => v.Text("action") is { } action && actions.Contains(action))
                    : throw p.Bad("ADD、OBSERVE 或 DELETE", "ADD, OBSERVE or DELETE");
            case "EQ_bizStep":
                return Criteria.Word("bizStep", TermKind.BizStep, "biz_step", p.All(), declared);
            case "EQ_disposition":
                return Criteria.Word("disposition", TermKind.Disposition, "disposition", p.All(), declared);
            case "EQ_persistentDisposition_set" or "EQ_persistentDisposition_unset":
                return Criteria.Persistent(p.Name[(p.Name.LastIndexOf('_') + 1)..], p.All(), declared);
            case "EQ_readPoint":
                return Criteria.Place("readPoint", TermKind.ReadPoint, "read_point", p.All());
            case "EQ_bizLocation":
                return Criteria.Place("bizLocation", TermKind.BizLocation, "biz_location", p.All());
            case "EQ_transformationID":
                var transformations = Links(p.All());
                return new Criterion(v => v.Text("transformationID") is { } id && transformations.Contains(Link(id)));
            case "EQ_eventID":
                var ids = p.All();
                return new Criterion(v => v.Text("eventID") is { } id && ids.Contains(id), sql => sql.Ids(ids));
            case "EXISTS_errorDeclaration":
                return p.Flag() ? Criteria.Declared((_, _) => true) : Criteria.Nothing;
            case "GE_errorDeclarationTime" or "GE_errorDeclaration_Time":
                var declaredFrom = p.Time();
                return Criteria.Declared((d, _) => QueryValue.Time(Criteria.Text(d, "declarationTime") ?? "") >= declaredFrom);
            case "LT_errorDeclarationTime" or "LT_errorDeclaration_Time":
                var declaredUntil = p.Time();
                return Criteria.Declared((d, _) => QueryValue.Time(Criteria.Text(d, "declarationTime") ?? "") < declaredUntil);
            case "EQ_errorReason":
                var reasons = p.All().Select(r => Terms.Canonical(TermKind.ErrorReason, r, declared)).ToHashSet(StringComparer.Ordinal);
                return Criteria.Declared(
                    (d, v) => Criteria.Text(d, "reason") is { } r && reasons.Contains(Terms.Canonical(TermKind.ErrorReason, r, v.Context))
                );
            case "EQ_correctiveEventID":
                var corrective = p.All();
                return Criteria.Declared(
                    (d, _) =>
                        d.TryGetProperty("correctiveEventIDs", out var list)
                        && list.EnumerateArray().Any(i => corrective.Contains(i.GetString()!))
                );
            case "EXISTS_sensorElementList":
                return p.Flag() ? new Criterion(v => v.SensorElements.Any()) : Criteria.Nothing;
        }

        return Criteria.Matches.ContainsKey(p.Name) ? Criteria.Match(p.Name, p.All()) : Pair(p) ?? Sensor(p);
    }

    private Criterion? Pair(QueryParameter p) =>
        PairName().Match(p.Name) is { Success: true } m
            ? m.Groups[1].Value switch
            {
                "bizTransaction" => Criteria.Pair(
                    "bizTransactionList",
                    "bizTransaction",
                    TermKind.BizTransactionType,
                    m.Groups[2].Value,
                    p.All(),
                    declared
                ),
                var side => Criteria.Pair($"{side}List", side, TermKind.SourceDestinationType, m.Groups[2].Value, p.All(), declared),
            }
            : null;

    private Criterion? Sensor(QueryParameter p)
    {
        switch (p.Name)
        {
            case "GE_time" or "GE_startTime" or "GE_endTime":
                var from = p.Time();
                return Criteria.SensorTime(p.Name[3..], reports: p.Name == "GE_time", t => t >= from);
            case "LT_time" or "LT_startTime" or "LT_endTime":
                var until = p.Time();
                return Criteria.SensorTime(p.Name[3..], reports: p.Name == "LT_time", t => t < until);
            case "EQ_type":
                return Criteria.Sensor("type", metadata: false, reports: true, p.All(), TermKind.Measurement, declared);
            case "EQ_exception":
                return Criteria.Sensor("exception", metadata: false, reports: true, p.All(), TermKind.Measurement, declared);
            case "EQ_deviceID" or "EQ_deviceMetadata" or "EQ_rawData" or "EQ_dataProcessingMethod" or "EQ_bizRules":
                return Criteria.Sensor(p.Name[3..], metadata: true, reports: true, p.All(), TermKind.Other, declared);
            case "EQ_microorganism" or "EQ_chemicalSubstance" or "EQ_coordinateReferenceSystem" or "EQ_stringValue" or "EQ_uriValue":
                return Criteria.Sensor(p.Name[3..], metadata: false, reports: true, p.All(), TermKind.Other, declared);
            case "EQ_component":
                return Criteria.Sensor("component", metadata: false, reports: true, p.All(), TermKind.Component, declared);
            case "EQ_hexBinaryValue":
                var hex = p.All();
                return new Criterion(v =>
                    v.SensorReports.Any(r =>
                        Criteria.Text(r, "hexBinaryValue") is { } value && hex.Contains(value, StringComparer.OrdinalIgnoreCase)
                    )
                );
            case "EQ_booleanValue":
                var wanted = p.One() is "true" or "false" ? p.One() : throw p.Bad("true 或 false", "true or false");
                return Criteria.Sensor("booleanValue", metadata: false, reports: true, [wanted], TermKind.Other, declared);
            default:
                return null;
        }
    }

    /// <summary>EQ_, GT_, GE_, LT_ and LE_ of quantities and of a sensor's numbers, with the unit in the name.</summary>
    private static Criterion? Measured(QueryParameter p)
    {
        if (MeasuredName().Match(p.Name) is not { Success: true } m)
        {
            return null;
        }

        var (attribute, unit) = (m.Groups[2].Value, m.Groups[3].Success ? m.Groups[3].Value : null);
        if (unit is null && attribute is not ("quantity" or "percRank"))
        {
            return null;
        }

        Func<decimal, bool> holds;
        if (m.Groups[1].Value == "EQ")
        {
            var equal = p.Numbers();
            holds = equal.Contains;
        }
        else
        {
            var bound = p.Number();
            holds = m.Groups[1].Value switch
            {
                "GT" => x => x > bound,
                "GE" => x => x >= bound,
                "LT" => x => x < bound,
                _ => x => x <= bound,
            };
        }

        return attribute == "quantity" ? Criteria.Quantity(unit, holds) : Criteria.Measured(attribute, unit, holds);
    }

    /// <summary>Fields of somebody's own, by where they stand.</summary>
    private Criterion? Extension(QueryParameter p)
    {
        if (ExtensionName().Match(p.Name) is not { Success: true } m)
        {
            return null;
        }

        var area = m.Groups[3].Value switch
        {
            "ILMD_" => FieldArea.Ilmd,
            "ERROR_DECLARATION_" => FieldArea.ErrorDeclaration,
            "SENSORELEMENT_" => FieldArea.SensorElement,
            "SENSORMETADATA_" => FieldArea.SensorMetadata,
            "SENSORREPORT_" => FieldArea.SensorReport,
            "readPoint_" => FieldArea.ReadPoint,
            "bizLocation_" => FieldArea.BizLocation,
            _ => FieldArea.Event,
        };
        var field = new ExtensionField(m.Groups[4].Value, area, m.Groups[2].Success, declared);
        switch (m.Groups[1].Value)
        {
            case "EXISTS":
                return p.Flag() ? new Criterion(v => field.ValuesIn(v).Any()) : Criteria.Nothing;
            case "EQ":
                var values = p.All();
                return new Criterion(v => field.ValuesIn(v).Any(f => values.Any(wanted => QueryValue.Same(f, wanted))));
            default:
                var bound = p.One();
                if (QueryValue.Number(bound) is null && QueryValue.Time(bound) is null)
                {
                    throw p.Bad("数或带时区的日期时间", "a number or a date and time with its offset");
                }

                Func<int, bool> holds = m.Groups[1].Value switch
                {
                    "GT" => c => c > 0,
                    "GE" => c => c >= 0,
                    "LT" => c => c < 0,
                    _ => c => c <= 0,
                };
                return new Criterion(v => field.ValuesIn(v).Any(f => QueryValue.Compare(f, bound) is { } c && holds(c)));
        }
    }

    /// <summary>The field is one of the elements of master data.</summary>
    private Criterion FieldIn(string field, IReadOnlySet<string> elements)
    {
        switch (field)
        {
            case "readPoint" or "bizLocation":
                return new Criterion(v => v.Place(field) is { } place && elements.Contains(place));
            case "bizStep":
                return new Criterion(v =>
                    v.Text(field) is { } t && (elements.Contains(t) || elements.Contains(v.Term(field, TermKind.BizStep)!))
                );
            case "disposition":
                return new Criterion(v =>
                    v.Text(field) is { } t && (elements.Contains(t) || elements.Contains(v.Term(field, TermKind.Disposition)!))
                );
            case "epcClass":
                return new Criterion(v =>
                    v.Items("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
                        .Any(i => Criteria.Text(i, "epcClass") is { } c && elements.Contains(Link(c)))
                );
            case "bizTransaction" or "source" or "destination":
                return new Criterion(v =>
                    v.Items($"{field}List").Any(i => Criteria.Text(i, field) is { } id && elements.Contains(Link(id)))
                );
            default:
                var extension = new ExtensionField(field, FieldArea.Event, inner: false, declared);
                return new Criterion(v => extension.ValuesIn(v).Any(f => QueryValue.Scalar(f) is { } t && elements.Contains(Link(t))));
        }
    }

    /// <summary>Field and attribute of EQATTR_field_attribute.</summary>
    private static (string Field, string Attribute)? Divide(string name)
    {
        foreach (
            var known in (string[])
                ["readPoint", "bizLocation", "bizStep", "disposition", "epcClass", "bizTransaction", "source", "destination"]
        )
        {
            if (name.StartsWith(known + "_", StringComparison.Ordinal))
            {
                return (known, name[(known.Length + 1)..]);
            }
        }

        var at = name.IndexOf('_', StringComparison.Ordinal);
        return at > 0 && name[..at].Contains(':', StringComparison.Ordinal) ? (name[..at], name[(at + 1)..]) : null;
    }

    private static HashSet<string> Links(IReadOnlyList<string> uris) => uris.Select(Link).ToHashSet(StringComparer.Ordinal);

    private static string Link(string uri) => Identifiers.DigitalLink.CanonicalOrSame(uri);

    private static FaultException Unknown(QueryParameter p) => TraceabilityFaults.UnknownParameter.Exception(p.Name, p.Name);

    [GeneratedRegex(@"\AEQ_(bizTransaction|source|destination)(?:_(.*))?\z")]
    private static partial Regex PairName();

    [GeneratedRegex(@"\A(EQ|GT|GE|LT|LE)_(quantity|value|minValue|maxValue|meanValue|sDev|percRank|percValue)(?:_([A-Z0-9]{2,4}))?\z")]
    private static partial Regex MeasuredName();

    [GeneratedRegex(
        @"\A(EQ|GT|GE|LT|LE|EXISTS)_(INNER_)?(ILMD_|ERROR_DECLARATION_|SENSORELEMENT_|SENSORMETADATA_|SENSORREPORT_|readPoint_|bizLocation_)?([^:]+:.+)\z"
    )]
    private static partial Regex ExtensionName();
}
