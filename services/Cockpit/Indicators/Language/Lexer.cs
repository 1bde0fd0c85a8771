using System.Globalization;
using System.Text;

namespace TcmBrain.Cockpit.Indicators.Language;

internal enum TokenSort
{
    Word,
    Number,
    Text,
    Sign,
    End,
}

/// <param name="Position">from 1</param>
internal readonly record struct Token(TokenSort Sort, string Text, int Position, decimal Value = 0);

/// <summary>Cuts a text into words, numbers, quoted texts and signs.</summary>
internal static class Lexer
{
    private const string Signs = "+-*/(),.=<>!";

    /// <exception cref="ExpressionFault">a character that means nothing, an open quote, a number that is none</exception>
    public static List<Token> Read(string text)
    {
        var tokens = new List<Token>();
        var at = 0;
        while (at < text.Length)
        {
            var c = text[at];
            if (char.IsWhiteSpace(c))
            {
                at++;
            }
            else if (char.IsAsciiLetter(c) || c == '_')
            {
                var end = at;
                while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
                {
                    end++;
                }

                tokens.Add(new(TokenSort.Word, text[at..end], at + 1));
                at = end;
            }
            else if (char.IsAsciiDigit(c))
            {
                at = Number(text, at, tokens);
            }
            else if (c == '\'')
            {
                at = Quoted(text, at, tokens);
            }
            else if (Signs.Contains(c))
            {
                var two =
                    at + 1 < text.Length && text[at + 1] == '=' && c is '<' or '>' or '!' && at + 1 < text.Length && text[at + 1] == '=';
                tokens.Add(new(TokenSort.Sign, text.Substring(at, two ? 2 : 1), at + 1));
                at += two ? 2 : 1;
            }
            else
            {
                throw new ExpressionFault(at + 1, CockpitFaults.StrangeCharacter);
            }
        }

        tokens.Add(new(TokenSort.End, "", text.Length + 1));
        return tokens;
    }

    private static int Number(string text, int at, List<Token> tokens)
    {
        var end = at;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
        {
            end++;
        }

        // Twenty digits are more than any count; a decimal then never overflows by reading.
        if (
            end - at > 20
            || !decimal.TryParse(text.AsSpan(at, end - at), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
        )
        {
            throw new ExpressionFault(at + 1, CockpitFaults.BadNumber);
        }

        tokens.Add(new(TokenSort.Number, text[at..end], at + 1, value));
        return end;
    }

    private static int Quoted(string text, int at, List<Token> tokens)
    {
        var value = new StringBuilder();
        for (var end = at + 1; end < text.Length; end++)
        {
            if (text[end] != '\'')
            {
                value.Append(text[end]);
            }
            else if (end + 1 < text.Length && text[end + 1] == '\'')
            {
                value.Append('\'');
                end++;
            }
            else
            {
                tokens.Add(new(TokenSort.Text, value.ToString(), at + 1));
                return end + 1;
            }
        }

        throw new ExpressionFault(at + 1, CockpitFaults.OpenQuote);
    }
}
