using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Contracts.Prescriptions;

/// <summary>
/// The canonical bytes of a prescription (规范文本): what its content hash and its signature are computed over. Lines of UTF-8 text, so that any
/// language writes them without a protobuf library; docs/integration/canonical-form.md defines it. The signature itself and fields
/// that this version does not know are no part of it. A test writes the same from the message's descriptor, so no field is forgotten.
/// </summary>
public static class CanonicalForm
{
    /// <summary>The first line.</summary>
    public const string Header = "tcmbrain-prescription-v1";

    /// <summary>The bytes, whatever the prescription holds; nothing is checked.</summary>
    public static byte[] Of(Prescription p)
    {
        var text = new Writer(new ArrayBufferWriter<byte>(2048));
        text.Raw("tcmbrain-prescription-v1\n"u8);
        text.Text("his_number", p.HisNumber);
        text.Number("revision", p.Revision);
        if (p.Patient is { } patient)
        {
            Write(text.Under("patient."), patient);
        }

        text.Number("visit", (int)p.Visit);
        text.Text("visit_number", p.VisitNumber);
        text.Text("department", p.Department);
        text.Text("disease_code", p.DiseaseCode);
        text.Text("disease_name", p.DiseaseName);
        text.Text("syndrome_code", p.SyndromeCode);
        text.Text("syndrome_name", p.SyndromeName);
        text.Text("western_diagnosis", p.WesternDiagnosis);
        text.Text("treatment_principle", p.TreatmentPrinciple);
        if (p.Prescriber is { } prescriber)
        {
            var under = text.Under("prescriber.");
            under.Text("practitioner_code", prescriber.PractitionerCode);
            under.Text("name", prescriber.Name);
            under.Flag("may_prescribe_toxic", prescriber.MayPrescribeToxic);
            under.Flag("may_prescribe_narcotic", prescriber.MayPrescribeNarcotic);
        }

        text.Number("lines", p.Lines.Count);
        for (var i = 0; i < p.Lines.Count; i++)
        {
            Write(text.Under("lines[", i, "]."), p.Lines[i]);
        }

        text.Number("doses", p.Doses);
        text.Number("doses_per_day", p.DosesPerDay);
        text.Number("packs_per_dose", p.PacksPerDose);
        text.Number("millilitres_per_pack", p.MillilitresPerPack);
        text.Number("route", (int)p.Route);
        text.Flag("decoct", p.Decoct);
        text.Text("usage", p.Usage);
        if (p.Delivery is { } delivery)
        {
            Write(text.Under("delivery."), delivery);
        }

        text.Number("fee_fen", p.FeeFen);
        text.Flag("urgent", p.Urgent);
        text.Instant("issued_at", p.IssuedAt);
        text.Instant("valid_until", p.ValidUntil);
        text.Text("long_course_reason", p.LongCourseReason);
        text.Number("fee_kind", (int)p.FeeKind);
        text.Number("times_per_day", p.TimesPerDay);
        text.Number("millilitres_per_time", p.MillilitresPerTime);
        text.Text("western_diagnosis_name", p.WesternDiagnosisName);
        text.Text("ward_bed", p.WardBed);
        return text.Written();
    }

    private static void Write(Writer text, Patient patient)
    {
        text.Text("identity_number", patient.IdentityNumber);
        text.Text("name", patient.Name);
        text.Number("sex", (int)patient.Sex);
        text.Text("birth_date", patient.BirthDate);
        text.Number("pregnant", (int)patient.Pregnant);
        text.Number("lactating", (int)patient.Lactating);
        text.Number("allergies", patient.Allergies.Count);
        for (var i = 0; i < patient.Allergies.Count; i++)
        {
            text.Element("allergies", i, patient.Allergies[i]);
        }

        text.Number("weight_grams", patient.WeightGrams);
        text.Text("phone", patient.Phone);
        text.Number("identity_document", (int)patient.IdentityDocument);
        if (patient.HasAgeMonths)
        {
            text.Present("age_months", patient.AgeMonths);
        }

        if (patient.HasAgeDays)
        {
            text.Present("age_days", patient.AgeDays);
        }
    }

    private static void Write(Writer text, Line line)
    {
        text.Text("name", line.Name);
        text.Number("milligrams_per_dose", line.MilligramsPerDose);
        text.Text("handling", line.Handling);
        text.Text("footnote", line.Footnote);
        text.Text("grade", line.Grade);
        text.Text("origin", line.Origin);
    }

    private static void Write(Writer text, Delivery delivery)
    {
        text.Text("region_code", delivery.RegionCode);
        text.Text("address", delivery.Address);
        text.Number("kind", (int)delivery.Kind);
        text.Text("pick_up_institution", delivery.PickUpInstitution);
        text.Instant("pick_up_from", delivery.PickUpFrom);
        text.Instant("pick_up_until", delivery.PickUpUntil);
    }

    /// <summary>Writes lines of <c>path=value</c>; what has its default is left out.</summary>
    private readonly struct Writer(ArrayBufferWriter<byte> output, string path = "")
    {
        private static readonly SearchValues<char> Escaped = SearchValues.Create("\\\n\r");

        public Writer Under(string inner) => new(output, path + inner);

        public Writer Under(string list, int index, string dot) =>
            new(output, string.Create(CultureInfo.InvariantCulture, $"{path}{list}{index}{dot}"));

        public byte[] Written() => output.WrittenSpan.ToArray();

        public void Raw(ReadOnlySpan<byte> bytes) => output.Write(bytes);

        public void Text(string name, string value)
        {
            if (value.Length > 0)
            {
                Begin(name);
                Value(value);
                End();
            }
        }

        /// <summary>An element of a list of texts stands there also when it is empty.</summary>
        public void Element(string list, int index, string value)
        {
            Begin(string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]"));
            Value(value);
            End();
        }

        public void Number(string name, long value)
        {
            if (value != 0)
            {
                Present(name, value);
            }
        }

        /// <summary>A field with presence stands there also when it is 0.</summary>
        public void Present(string name, long value)
        {
            Begin(name);
            Digits(value);
            End();
        }

        public void Flag(string name, bool value)
        {
            if (value)
            {
                Begin(name);
                Raw("true"u8);
                End();
            }
        }

        /// <summary>Seconds since 1970, a full stop, nine digits of nanoseconds.</summary>
        public void Instant(string name, Timestamp? at)
        {
            if (at is null)
            {
                return;
            }

            Begin(name);
            Digits(at.Seconds);
            Raw("."u8);
            Utf8Formatter.TryFormat(at.Nanos, output.GetSpan(16), out var length, new StandardFormat('D', 9));
            output.Advance(length);
            End();
        }

        private void Begin(string name)
        {
            Utf8(path);
            Utf8(name);
            Raw("="u8);
        }

        private void End() => Raw("\n"u8);

        private void Value(string value)
        {
            if (value.AsSpan().ContainsAny(Escaped))
            {
                value = value
                    .Replace("\\", "\\\\", StringComparison.Ordinal)
                    .Replace("\n", "\\n", StringComparison.Ordinal)
                    .Replace("\r", "\\r", StringComparison.Ordinal);
            }

            Utf8(value);
        }

        private void Utf8(string text)
        {
            var length = Encoding.UTF8.GetBytes(text, output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length)));
            output.Advance(length);
        }

        private void Digits(long value)
        {
            Utf8Formatter.TryFormat(value, output.GetSpan(24), out var length);
            output.Advance(length);
        }
    }
}
