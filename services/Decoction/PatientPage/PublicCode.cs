using System.Security.Cryptography;

namespace TcmBrain.Decoction.PatientPage;

/// <summary>
/// What the patient's page is found by (公开码): 128 random bits as 26 characters of Crockford's base 32, in small letters, without i, l, o and
/// u. Whoever has it sees the page; it cannot be guessed, and nothing of prescription, patient or time can be told from it.
/// </summary>
public static class PublicCode
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Bits = 128;

    public static string New()
    {
        var random = RandomNumberGenerator.GetBytes(Bits / 8);
        var code = new char[(Bits + 4) / 5];
        for (var i = 0; i < code.Length; i++)
        {
            var value = 0;
            for (var bit = i * 5; bit < (i + 1) * 5; bit++)
            {
                value = value << 1 | (bit < Bits ? random[bit / 8] >> (7 - bit % 8) & 1 : 0);
            }

            code[i] = Alphabet[value];
        }

        return new string(code);
    }

    /// <summary>Whether it has the form of a code, so that nothing else is looked for. Codes of the first days are 32 hexadecimal digits.</summary>
    public static bool IsWellFormed(string text) =>
        text.Length is >= 26 and <= 32 && text.All(c => char.IsAsciiDigit(c) || char.IsAsciiLetterLower(c));
}
