using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TcmBrain.EndToEnd.Tests;

/// <summary>One span as a collector sees it.</summary>
public sealed record CollectedSpan(string Service, string TraceId, string SpanId, string ParentSpanId, string Name);

/// <summary>A collector of OTLP over HTTP, reduced to what the tests ask: spans by service, and all bytes that came.</summary>
public sealed class TelemetryCollector : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Signal, byte[] Body)> bodies = [];
    private readonly ConcurrentDictionary<string, ConcurrentQueue<CollectedSpan>> traces = [];
    private WebApplication? app;

    public string Address => app!.Urls.First();

    public IReadOnlyCollection<(string Signal, byte[] Body)> Bodies => bodies;

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(k => k.Limits.MaxRequestBodySize = 64 << 20);
        app = builder.Build();
        app.MapPost(
            "/v1/{signal}",
            async (string signal, HttpRequest request) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                var bytes = body.ToArray();
                bodies.Enqueue((signal, bytes));
                foreach (var span in signal == "traces" ? Read(bytes) : [])
                {
                    traces.GetOrAdd(span.TraceId, _ => []).Enqueue(span);
                }

                return Results.Bytes([], "application/x-protobuf");
            }
        );
        await app.StartAsync();
    }

    /// <summary>Every span that came so far, of one trace.</summary>
    /// <param name="traceId">32 hexadecimal digits</param>
    public IReadOnlyList<CollectedSpan> Spans(string traceId) => traces.TryGetValue(traceId, out var spans) ? [.. spans] : [];

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }
    }

    // opentelemetry/proto/collector/trace/v1: ExportTraceServiceRequest { repeated ResourceSpans = 1 }
    private static IEnumerable<CollectedSpan> Read(byte[] body)
    {
        foreach (var resourceSpans in Messages(body, 1))
        {
            var service = Messages(resourceSpans, 1)
                .SelectMany(resource => Messages(resource, 1))
                .Where(attribute => Text(attribute, 1) == "service.name")
                .Select(attribute => Text(Messages(attribute, 2).First(), 1))
                .FirstOrDefault("");
            foreach (var span in Messages(resourceSpans, 2).SelectMany(scope => Messages(scope, 2)))
            {
                yield return new CollectedSpan(service, Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5));
            }
        }
    }

    private static string Text(byte[] message, int field) =>
        System.Text.Encoding.UTF8.GetString(Messages(message, field).FirstOrDefault([]));

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Messages(message, field).FirstOrDefault([]));

    /// <summary>The length-delimited values of a field.</summary>
    private static List<byte[]> Messages(byte[] message, int field)
    {
        var found = new List<byte[]>();
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (tag == WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited))
            {
                found.Add(input.ReadBytes().ToByteArray());
            }
            else
            {
                input.SkipLastField();
            }
        }

        return found;
    }
}
