using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Steps;

/// <summary>
/// The GS1 identifiers of the platform's things. Numbers of pieces and organisations are allocated once (see
/// <see cref="Allocations"/>); all else is derived from the platform's own ids, so the same step always names the same things.
/// </summary>
public sealed class Numbering(
    ProfileOptions options,
    IReadOnlyDictionary<string, int> pieces,
    IReadOnlyDictionary<string, int> organisations
)
{
    /// <summary>Item references below this are the platform's own products.</summary>
    public const int FirstPiece = 100;

    private const int Pack = 1;
    private const int Bag = 2;

    /// <summary>GTIN-14 of a piece (饮片).</summary>
    public string PieceGtin(string piece) => Gtin(pieces[piece]);

    /// <summary>
    /// A lot as LGTIN, the unit of traceability up to the pharmacy. A lot number is unique for its maker only, so eight characters
    /// of the lot's id make the LGTIN unique for ever; the readable begin is the maker's.
    /// </summary>
    public string Lot(string piece, Guid lotId, string lotNumber)
    {
        var readable = new string([.. lotNumber.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_').Take(11)]);
        return DigitalLink.Lgtin(PieceGtin(piece), $"{readable}.{Gs1.Base32(Derive("lot", lotId), 8)}");
    }

    /// <summary>The dispensed prescription as SGTIN (处方药包).</summary>
    public string PrescriptionPack(Guid prescriptionId) =>
        DigitalLink.Sgtin(Gtin(Pack), "RX" + Gs1.Base32(Derive("pack", prescriptionId), 18));

    /// <summary>One bag of decoction (汤剂袋) as SGTIN. A serial that GS1 would not take is replaced by 100 bits of its digest.</summary>
    public string DecoctionBag(string serial) =>
        DigitalLink.Sgtin(Gtin(Bag), Gs1.IsPlainSerial(serial) ? serial : Gs1.Base32(SHA256.HashData(Encoding.UTF8.GetBytes(serial)), 20));

    /// <summary>The site of a centre (SGLN without extension).</summary>
    public string Site(string centreCode) => DigitalLink.Gln(Gln(centreCode));

    /// <summary>A point within the site: <c>recv</c>, <c>window</c>, a vessel's name.</summary>
    public string Point(string centreCode, string point) =>
        DigitalLink.Sgln(
            Gln(centreCode),
            Gs1.IsPlainSerial(point) ? point : Gs1.Base32(SHA256.HashData(Encoding.UTF8.GetBytes(point)), 12)
        );

    /// <summary>The centre as a party (PGLN).</summary>
    public string Party(string centreCode) => DigitalLink.Party(Gln(centreCode));

    public string Region(string regionCode) => options.Region + regionCode;

    /// <summary>
    /// A prescription's name in the trace: a UUID derived from its id by SHA-256, which tells nothing of patient, institution or time
    /// (the id itself has the time in it).
    /// </summary>
    public static string Prescription(Guid prescriptionId) => Uuid("prescription", prescriptionId);

    /// <summary><c>urn:uuid:</c> of a thing that the platform knows by another id; version 8 of RFC 9562.</summary>
    public static string Uuid(string kind, Guid id)
    {
        var bytes = Derive(kind, id).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return $"urn:uuid:{new Guid(bytes, bigEndian: true):D}";
    }

    private string Gtin(int number) => Gs1.WithCheckDigit("0" + Reference(number));

    private string Gln(string organisation) => Gs1.WithCheckDigit(Reference(organisations[organisation]));

    /// <summary>Company prefix and reference, twelve digits together.</summary>
    private string Reference(int number)
    {
        var digits = number.ToString(CultureInfo.InvariantCulture).PadLeft(12 - options.CompanyPrefix.Length, '0');
        return digits.Length + options.CompanyPrefix.Length == 12
            ? options.CompanyPrefix + digits
            : throw new InvalidOperationException($"The company prefix {options.CompanyPrefix} has no reference {number} left.");
    }

    private static byte[] Derive(string kind, Guid id) => SHA256.HashData(Encoding.UTF8.GetBytes($"tcmbrain/{kind}/{id:D}"));
}
