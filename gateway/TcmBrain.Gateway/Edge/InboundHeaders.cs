namespace TcmBrain.Gateway.Edge;

/// <summary>What a caller may say only about itself, and the services believe: never taken over from outside.</summary>
internal static class InboundHeaders
{
    /// <summary>X-Forwarded-* is not listed: the gateway replaces it with what it has seen itself.</summary>
    public static readonly IReadOnlyList<string> NeverForwarded =
    [
        "Forwarded",
        "X-Real-IP",
        "X-Client-IP",
        "True-Client-IP",
        "X-Original-URL",
        "X-Original-Host",
        "X-Original-For",
        "X-Original-Proto",
        "X-Rewrite-URL",
        "X-HTTP-Method-Override",
        "X-Forwarded-Port",
        "X-Forwarded-Server",
        "baggage",
    ];
}
