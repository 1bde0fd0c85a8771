using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using TcmBrain.Contracts.Prescriptions;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;
using TcmBrain.Knowledge;
using TcmBrain.Prescriptions.Push;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests;

/// <summary>The canonical form is what docs/integration/canonical-form.md says, for every field there is.</summary>
public sealed class CanonicalFormTests
{
    private static readonly DateTimeOffset Day = new(2026, 11, 20, 1, 0, 0, TimeSpan.Zero);

    [Fact]
    public void It_is_what_the_definition_makes_of_the_messages_descriptor()
    {
        foreach (var prescription in Samples())
        {
            Encoding.UTF8.GetString(CanonicalForm.Of(prescription)).ShouldBe(Defined(prescription));
        }
    }

    [Fact]
    public void Every_field_but_the_signature_changes_it()
    {
        var whole = Full();
        var form = CanonicalForm.Of(whole);
        foreach (var field in Prescription.Descriptor.Fields.InFieldNumberOrder())
        {
            var without = whole.Clone();
            field.Accessor.Clear(without);
            CanonicalForm.Of(without).AsSpan().SequenceEqual(form).ShouldBe(field.Name == "signature", field.Name);
        }
    }

    [Fact]
    public void What_the_contract_does_not_know_is_no_part_of_it_and_is_not_stored()
    {
        var known = Full();
        var withMore = Prescription.Parser.ParseFrom([.. known.ToByteArray(), .. Unknown()]);
        withMore.Patient = Patient.Parser.ParseFrom([.. known.Patient.ToByteArray(), .. Unknown()]);
        withMore.Prescriber = Prescriber.Parser.ParseFrom([.. known.Prescriber.ToByteArray(), .. Unknown()]);
        withMore.Delivery = Delivery.Parser.ParseFrom([.. known.Delivery.ToByteArray(), .. Unknown()]);
        withMore.Signature = Signature.Parser.ParseFrom([.. known.Signature.ToByteArray(), .. Unknown()]);
        withMore.Lines[0] = Line.Parser.ParseFrom([.. known.Lines[0].ToByteArray(), .. Unknown()]);
        withMore.ToByteArray().Length.ShouldBeGreaterThan(known.ToByteArray().Length);

        CanonicalForm.Of(withMore).ShouldBe(CanonicalForm.Of(known));
        UnknownFields.Discard(withMore);
        withMore.ToByteArray().ShouldBe(known.ToByteArray());
    }

    [Fact]
    public void Texts_cannot_pretend_to_be_other_fields()
    {
        var honest = Full();
        var forged = honest.Clone();
        (honest.Usage, forged.Usage) = ("a\nurgent=true", "a");
        forged.Urgent = true;
        CanonicalForm.Of(forged).AsSpan().SequenceEqual(CanonicalForm.Of(honest)).ShouldBeFalse();
        Encoding.UTF8.GetString(CanonicalForm.Of(honest)).ShouldContain("usage=a\\nurgent=true\n");
    }

    /// <summary>Field 999, a text.</summary>
    private static byte[] Unknown() => [0xBA, 0x3E, 0x03, (byte)'x', (byte)'y', (byte)'z'];

    [Fact]
    public void The_test_vectors_are_published()
    {
        using var key = ECDsa.Create(
            new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                // RFC 6979, A.2.5: a key that anyone has.
                D = Convert.FromHexString("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"),
            }
        );
        var file = RepositoryRoot.Combine("docs", "integration", "canonical-vectors.json");
        var published = File.Exists(file) ? JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("vectors") : default;
        var vectors = Samples()
            .Select(
                (prescription, i) =>
                {
                    prescription.Signature = null;
                    var form = CanonicalForm.Of(prescription);
                    // A signature differs each time it is made, so the published one is kept as long as it verifies.
                    var kept =
                        published.ValueKind == JsonValueKind.Array && i < published.GetArrayLength()
                            ? published[i].GetProperty("signatureDerBase64").GetBytesFromBase64()
                            : [];
                    var holds = key.VerifyData(form, kept, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
                    var signature = holds ? kept : key.SignData(form, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
                    return new
                    {
                        prescription = JsonDocument.Parse(JsonFormatter.Default.Format(prescription)).RootElement,
                        canonical = Encoding.UTF8.GetString(form),
                        sha256 = Convert.ToHexStringLower(SHA256.HashData(form)),
                        signatureDerBase64 = Convert.ToBase64String(signature),
                    };
                }
            );
        var spki = key.ExportSubjectPublicKeyInfo();
        var text = JsonSerializer.Serialize(
            new
            {
                about = "Test vectors of docs/integration/canonical-form.md; written by a test. The key is that of RFC 6979, A.2.5.",
                publicKeyPem = key.ExportSubjectPublicKeyInfoPem(),
                keyId = Convert.ToHexStringLower(SHA256.HashData(spki))[..32],
                vectors,
            },
            new JsonSerializerOptions
            {
                WriteIndented = true,
                NewLine = "\n",
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
        DocumentCheck.Equal(file, text + "\n");
    }

    /// <summary>A common one, one with every field, one with awkward text, and the empty one.</summary>
    private static Prescription[] Samples()
    {
        var common = new PrescriptionFactory(Catalogue.Default, 1, Day).Make(0, 0).Prescription;
        var awkward = Full();
        awkward.Usage = "反斜杠\\与\n换行\r及 = 与 😀";
        awkward.Patient.Allergies.Clear();
        awkward.Patient.Allergies.Add(["", "青霉素"]);
        (awkward.Patient.AgeMonths, awkward.FeeFen) = (0, -1);
        return [common, Full(), awkward, new Prescription()];
    }

    private static Prescription Full() => (Prescription)Filled(Prescription.Descriptor, 1);

    /// <summary>A message in which every field has a value other than its default.</summary>
    private static IMessage Filled(MessageDescriptor type, int seed)
    {
        var message = type.Parser.ParseFrom([]);
        foreach (var field in type.Fields.InFieldNumberOrder())
        {
            seed++;
            if (field.IsRepeated)
            {
                var list = (System.Collections.IList)field.Accessor.GetValue(message);
                list.Add(Value(field, seed));
                list.Add(Value(field, seed + 1));
            }
            else
            {
                field.Accessor.SetValue(message, Value(field, seed));
            }
        }

        return message;
    }

    private static object Value(FieldDescriptor field, int seed) =>
        field.FieldType switch
        {
            FieldType.String => $"{field.Name}-{seed}-文",
            FieldType.Int32 => seed,
            FieldType.Int64 => (long)seed * 1000,
            FieldType.Bool => true,
            FieldType.Enum => 1,
            FieldType.Bytes => ByteString.CopyFrom((byte)seed, 2, 3),
            FieldType.Message when field.MessageType == Timestamp.Descriptor => new Timestamp
            {
                Seconds = 1_795_000_000 + seed,
                Nanos = seed,
            },
            FieldType.Message => Filled(field.MessageType, seed * 10),
            _ => throw new NotSupportedException(field.FullName),
        };

    /// <summary>The definition, followed word by word over the descriptor.</summary>
    private static string Defined(Prescription prescription)
    {
        var text = new StringBuilder(CanonicalForm.Header).Append('\n');
        Write(text, "", prescription);
        return text.ToString();
    }

    private static void Write(StringBuilder text, string path, IMessage message)
    {
        foreach (
            var field in message
                .Descriptor.Fields.InFieldNumberOrder()
                .Where(f => f.FullName != "tcmbrain.prescriptions.v1.Prescription.signature")
        )
        {
            var value = field.Accessor.GetValue(message);
            if (field.IsRepeated)
            {
                var list = (System.Collections.IList)value;
                if (list.Count > 0)
                {
                    Put(text, path + field.Name, list.Count.ToString(CultureInfo.InvariantCulture));
                }

                for (var i = 0; i < list.Count; i++)
                {
                    var at = string.Create(CultureInfo.InvariantCulture, $"{path}{field.Name}[{i}]");
                    if (list[i] is IMessage element)
                    {
                        Write(text, at + ".", element);
                    }
                    else
                    {
                        Put(text, at, Said(list[i]!));
                    }
                }
            }
            else if (value is Timestamp instant)
            {
                Put(text, path + field.Name, string.Create(CultureInfo.InvariantCulture, $"{instant.Seconds}.{instant.Nanos:D9}"));
            }
            else if (value is IMessage inner)
            {
                Write(text, path + field.Name + ".", inner);
            }
            else if (field.HasPresence ? field.Accessor.HasValue(message) : value is not (null or "" or 0 or 0L or false) && !IsZero(value))
            {
                Put(text, path + field.Name, Said(value));
            }
        }
    }

    private static bool IsZero(object value) => value is System.Enum e && Convert.ToInt32(e, CultureInfo.InvariantCulture) == 0;

    private static string Said(object value) =>
        value switch
        {
            string s => s.Replace("\\", "\\\\").Replace("\n", "\\n").Replace("\r", "\\r"),
            bool => "true",
            System.Enum e => Convert.ToInt32(e, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };

    private static void Put(StringBuilder text, string name, string value) => text.Append(name).Append('=').Append(value).Append('\n');
}
