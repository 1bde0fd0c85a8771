using TcmBrain.Cockpit.Indicators.Language;

namespace TcmBrain.Cockpit.Indicators.Evaluation;

/// <summary>The four operations over the values of the terms.</summary>
internal static class Arithmetic
{
    /// <summary>Null where a term has no value, where something is divided by nothing, or where the number is too large.</summary>
    /// <param name="terms">values by <see cref="Node.Terms"/>, in their order</param>
    public static decimal? Of(Node node, IReadOnlyList<decimal?> terms)
    {
        var at = 0;
        try
        {
            return Of(node, terms, ref at);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static decimal? Of(Node node, IReadOnlyList<decimal?> terms, ref int at)
    {
        switch (node)
        {
            case Number n:
                return n.Value;
            case Negation n:
                return -Of(n.Of, terms, ref at);
            case Operation o:
                var left = Of(o.Left, terms, ref at);
                var right = Of(o.Right, terms, ref at);
                return o.Sign switch
                {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    _ => right == 0 ? null : left / right,
                };
            default:
                return terms[at++];
        }
    }
}
