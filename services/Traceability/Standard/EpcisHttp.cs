using System.Globalization;
using System.Text.RegularExpressions;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Capture;
using TcmBrain.Traceability.Steps;

namespace TcmBrain.Traceability.Standard;

/// <summary>What every address under /epcis does alike: negotiates versions and formats, and says what it speaks (EPCIS 2.0, 12.3 and 12.4).</summary>
public sealed partial class EpcisHttp(ProfileOptions options)
{
    private const string Version = "2.0.0";
    private const string Events = "/events";
    private static readonly Version Ours = new(2, 0, 0);

    public const string ErrorBehaviour = "GS1-Capture-Error-Behaviour";

    /// <summary>For a group of endpoints.</summary>
    public async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        Negotiate(context.HttpContext);
        return await next(context);
    }

    /// <exception cref="FaultException">The caller takes no JSON, or wants another version.</exception>
    public void Negotiate(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers["GS1-EPCIS-Version"] = Version;
        headers["GS1-CBV-Version"] = Version;
        headers["GS1-Extensions"] = "tcm=" + options.Vocabulary;
        var asked = context.Request.Headers;
        if (!TakesJson(asked.Accept))
        {
            throw TraceabilityFaults.NotAcceptable.Exception("Accept");
        }

        foreach (var name in (string[])["GS1-EPCIS-Version", "GS1-CBV-Version"])
        {
            Require(asked, name, version => version.Major == 2 && version.Minor == 0);
        }

        foreach (var standard in (string[])["EPCIS", "CBV"])
        {
            Require(asked, $"GS1-{standard}-Min", version => version <= Ours || version.Major == 2 && version.Minor == 0);
            Require(asked, $"GS1-{standard}-Max", version => version >= Ours || version.Major == 2 && version.Minor <= 0);
        }

        EpcFormatting.Parse(asked[EpcFormatting.Header]);
    }

    /// <summary>Discovery: an OPTIONS endpoint for an address.</summary>
    public void MapOptions(IEndpointRouteBuilder app, string pattern, string methods, bool capture = false, bool subscription = false) =>
        app.MapMethods(
                pattern,
                [HttpMethods.Options],
                (HttpResponse response) =>
                {
                    var headers = response.Headers;
                    headers.Allow = methods;
                    headers["GS1-EPCIS-Min"] = Version;
                    headers["GS1-EPCIS-Max"] = Version;
                    headers["GS1-CBV-Min"] = Version;
                    headers["GS1-CBV-Max"] = Version;
                    headers[EpcFormatting.Header] = string.Join(", ", EpcFormatting.Words);
                    headers["GS1-Vendor-Version"] = "tcmbrain-1";
                    if (capture)
                    {
                        Limits(response);
                        headers[ErrorBehaviour] = "rollback, proceed";
                    }

                    if (subscription)
                    {
                        headers["GS1-Signature"] = "HMAC-SHA256";
                    }

                    return Results.NoContent();
                }
            )
            .ExcludeFromDescription();

    public static void Limits(HttpResponse response)
    {
        response.Headers["GS1-EPCIS-Capture-Limit"] = CaptureReader.MostEvents.ToString(CultureInfo.InvariantCulture);
        response.Headers["GS1-EPCIS-Capture-File-Size-Limit"] = CaptureReader.MostBytes.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// What stands in the address behind <c>/epcis/NAME/</c>, without <c>/events</c> at its end, as it was sent and unescaped once: routing has
    /// unescaped all but the slashes of it. Identifiers that are not escaped at all are understood too.
    /// </summary>
    public static string Value(HttpRequest request)
    {
        var target = request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        var segments = target.Split('?')[0].Split('/', 4);
        var value = segments.Length < 4 ? "" : segments[3];
        if (value.EndsWith(Events, StringComparison.Ordinal))
        {
            value = value[..^Events.Length];
        }

        value = Uri.UnescapeDataString(value);
        if (EscapedTwice().IsMatch(value))
        {
            // A proxy that took the address apart has escaped what was escaped.
            value = Uri.UnescapeDataString(value);
        }

        return value.StartsWith("ni:///", StringComparison.Ordinal) && request.Query.TryGetValue("ver", out var version)
            ? $"{value}?ver={version}"
            : value;
    }

    /// <summary>Whether the address ends with <c>/events</c>.</summary>
    public static bool AsksForEvents(HttpRequest request) => request.Path.Value?.EndsWith(Events, StringComparison.Ordinal) == true;

    private static void Require(IHeaderDictionary headers, string name, Func<Version, bool> holds)
    {
        string? text = headers[name];
        if (
            !string.IsNullOrEmpty(text)
            && !(System.Version.TryParse(text.Contains('.') ? text : text + ".0", out var version) && holds(Padded(version)))
        )
        {
            throw TraceabilityFaults.OtherVersion.Exception(name, Version);
        }
    }

    private static Version Padded(Version version) => new(version.Major, version.Minor, Math.Max(0, version.Build));

    private static bool TakesJson(string? accept) =>
        string.IsNullOrWhiteSpace(accept)
        || accept
            .Split(',')
            .Select(range => range.Split(';'))
            .Where(range => !range.Skip(1).Any(p => p.Trim() is "q=0" or "q=0.0" or "q=0.00" or "q=0.000"))
            .Any(range =>
                range[0].Trim().ToLowerInvariant()
                    is "*/*"
                        or "application/*"
                        or "application/json"
                        or "application/ld+json"
                        or "application/problem+json"
            );

    /// <summary>No URI has its first slashes escaped.</summary>
    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9+.-]*(:|%3A)(%2F){2}", RegexOptions.IgnoreCase)]
    private static partial Regex EscapedTwice();
}
