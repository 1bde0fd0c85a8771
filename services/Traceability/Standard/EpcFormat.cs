using System.Text.Json;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Standard;

/// <summary>How identifiers are told (header GS1-EPC-Format).</summary>
public enum EpcFormat
{
    /// <summary>The default of the standard's OpenAPI.</summary>
    AlwaysDigitalLink,
    AlwaysUrn,
    AsCaptured,
}

/// <summary>Tells identifiers in the wanted form. What is no GS1 identifier, or has no such form, stays as it was captured.</summary>
public sealed class EpcFormatting(EpcUrn urns)
{
    public const string Header = "GS1-EPC-Format";

    public static readonly string[] Words = ["No_Preference", "Always_GS1_Digital_Link", "Always_EPC_URN", "Never_Translates"];

    /// <exception cref="FaultException">The header is none of the four words.</exception>
    public static EpcFormat Parse(string? word) =>
        word switch
        {
            null or "" or "Always_GS1_Digital_Link" => EpcFormat.AlwaysDigitalLink,
            "Always_EPC_URN" => EpcFormat.AlwaysUrn,
            "No_Preference" or "Never_Translates" => EpcFormat.AsCaptured,
            _ => throw TraceabilityFaults.BadHeader.Exception(Header, Header, string.Join(", ", Words)),
        };

    public static string Word(EpcFormat format) =>
        format switch
        {
            EpcFormat.AlwaysDigitalLink => "Always_GS1_Digital_Link",
            EpcFormat.AlwaysUrn => "Always_EPC_URN",
            _ => "Never_Translates",
        };

    public string Identifier(string uri, EpcFormat format) =>
        format switch
        {
            EpcFormat.AlwaysDigitalLink when uri.StartsWith("urn:epc:", StringComparison.Ordinal) => DigitalLink.CanonicalOrSame(uri),
            EpcFormat.AlwaysUrn => urns.Of(uri) ?? uri,
            _ => uri,
        };

    /// <summary>Writes an event's field with the identifiers in it in the wanted form.</summary>
    public void Write(JsonProperty field, EpcFormat format, Utf8JsonWriter writer)
    {
        writer.WritePropertyName(field.Name);
        if (format == EpcFormat.AsCaptured)
        {
            field.Value.WriteTo(writer);
            return;
        }

        switch (field.Name)
        {
            // An event type of somebody's own may mean something else by these names.
            case "epcList" or "childEPCs" or "inputEPCList" or "outputEPCList" when field.Value.ValueKind == JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var epc in field.Value.EnumerateArray())
                {
                    WriteIdentifier(epc, format, writer);
                }

                writer.WriteEndArray();
                break;
            case "parentID" or "transformationID":
                WriteIdentifier(field.Value, format, writer);
                break;
            case "quantityList" or "childQuantityList" or "inputQuantityList" or "outputQuantityList":
                WriteEach(field.Value, "epcClass", format, writer);
                break;
            case "readPoint" or "bizLocation":
                WriteObject(field.Value, "id", format, writer);
                break;
            case "bizTransactionList":
                WriteEach(field.Value, "bizTransaction", format, writer);
                break;
            case "sourceList":
                WriteEach(field.Value, "source", format, writer);
                break;
            case "destinationList":
                WriteEach(field.Value, "destination", format, writer);
                break;
            default:
                field.Value.WriteTo(writer);
                break;
        }
    }

    private void WriteIdentifier(JsonElement value, EpcFormat format, Utf8JsonWriter writer)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            writer.WriteStringValue(Identifier(value.GetString()!, format));
        }
        else
        {
            value.WriteTo(writer);
        }
    }

    private void WriteEach(JsonElement list, string name, EpcFormat format, Utf8JsonWriter writer)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            list.WriteTo(writer);
            return;
        }

        writer.WriteStartArray();
        foreach (var item in list.EnumerateArray())
        {
            WriteObject(item, name, format, writer);
        }

        writer.WriteEndArray();
    }

    private void WriteObject(JsonElement value, string name, EpcFormat format, Utf8JsonWriter writer)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            value.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        foreach (var field in value.EnumerateObject())
        {
            writer.WritePropertyName(field.Name);
            if (field.Name == name)
            {
                WriteIdentifier(field.Value, format, writer);
            }
            else
            {
                field.Value.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }
}
